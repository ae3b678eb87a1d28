/**
 * Writes long-double.recorded.jsonl: what redis-server's INCRBYFLOAT answers to the edge pairs and
 * to random ones, one [value, increment, answer] a line. Run with redis-server 7.0.15 on x86-64:
 *
 *   node test/unit/base/long-double.record.ts
 */
import { writeFileSync } from 'node:fs';
import { Random } from '../../../src/base/random.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { edgePairs, randomPair, recordedAnswer, redisSums } from './long-double-pairs.ts';

const RANDOM_PAIRS = 400;
const SEED = 80;

const server = await startRedis();
const client = await connect(server);
const random = new Random(SEED);
const pairs = [...edgePairs, ...Array.from({ length: RANDOM_PAIRS }, () => randomPair(random))];
const answers = await redisSums(client, pairs);
const lines = pairs.map((pair, index) => JSON.stringify([...pair, recordedAnswer(answers[index]!)]));
writeFileSync(new URL('long-double.recorded.jsonl', import.meta.url), `${lines.join('\n')}\n`);
client.close();
await server.stop();
