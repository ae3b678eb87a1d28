/**
 * Writes lcs.recorded.jsonl: random cases and what LCS of redis-server 7.0.15 says of each, one
 * [a, b, minMatchLength, common, ranges] a line.
 *
 *   node test/unit/structures/lcs.record.ts
 */
import { writeFileSync } from 'node:fs';
import { Random } from '../../../src/base/random.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { randomCase, redisAnswers } from './lcs-cases.ts';

const CASES = 150;
const SEED = 7;

const server = await startRedis();
const client = await connect(server);
const random = new Random(SEED);
const cases = [
  { a: '', b: '', minMatchLength: 0 },
  { a: 'abc', b: '', minMatchLength: 0 },
  { a: 'ohmytext', b: 'mynewtext', minMatchLength: 0 },
  { a: 'ohmytext', b: 'mynewtext', minMatchLength: 4 },
  ...Array.from({ length: CASES }, () => randomCase(random)),
];
const answers = await redisAnswers(client, cases);
const lines = cases.map(({ a, b, minMatchLength }, index) => JSON.stringify([a, b, minMatchLength, ...answers[index]!]));
writeFileSync(new URL('lcs.recorded.jsonl', import.meta.url), `${lines.join('\n')}\n`);
client.close();
await server.stop();
