/**
 * Writes geo.recorded.jsonl from redis-server 7.0.15: for each case of geo-cases.ts its seed, the scores
 * of its members and what its searches found, as numbers of members.
 *
 *   node test/unit/structures/geo/geo.record.ts
 */
import { writeFileSync } from 'node:fs';
import { connect, startRedis } from '../../../support/start-server.ts';
import { geoCase, redisAnswers } from './geo-cases.ts';

const caseCount = 80;
const memberCountMax = 60;
const searchCount = 12;

const server = await startRedis();
const client = await connect(server);
const lines: string[] = [];
for (let caseSeed = 0; caseSeed < caseCount; caseSeed++) {
  const { scores, found } = await redisAnswers(client, geoCase(caseSeed, memberCountMax, searchCount));
  lines.push(JSON.stringify([caseSeed, memberCountMax, searchCount, scores, found.map((names) => names.map((name) => Number(name.slice(1))))]));
}
writeFileSync(new URL('geo.recorded.jsonl', import.meta.url), `${lines.join('\n')}\n`);
client.close();
await server.stop();
