/**
 * Writes glob.recorded.jsonl from redis-server 7.0.15. First line: the keys, and the command names.
 * Then [kind, pattern, positions of what it matches] a line, kind `key` (exact case) or `name` (any case).
 *
 *   node test/unit/structures/glob.record.ts
 */
import { writeFileSync } from 'node:fs';
import { Random } from '../../../src/base/random.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { edgePatterns, randomKey, randomNamePattern, randomPattern, redisMatches, redisMatchesInAnyCase } from './glob-cases.ts';

const RANDOM_PATTERNS = 300;
const RANDOM_KEYS = 120;
const NAME_PATTERNS = 100;
const SEED = 42;

const server = await startRedis();
const client = await connect(server);
const random = new Random(SEED);
const keys = [...new Set(Array.from({ length: RANDOM_KEYS }, () => randomKey(random)))];
const patterns = [...edgePatterns, ...Array.from({ length: RANDOM_PATTERNS }, () => randomPattern(random))].filter((pattern) => pattern !== '*');
const keyMatches = await redisMatches(client, patterns, keys);
const namePatterns = Array.from({ length: NAME_PATTERNS }, () => randomNamePattern(random));
const { names, matches } = await redisMatchesInAnyCase(client, namePatterns);
const lines = [
  { keys, names },
  ...patterns.map((pattern, i) => ['key', pattern, keyMatches[i]!.map((key) => keys.indexOf(key))]),
  ...namePatterns.map((pattern, i) => ['name', pattern, matches[i]!.map((name) => names.indexOf(name))]),
];
writeFileSync(new URL('glob.recorded.jsonl', import.meta.url), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
client.close();
await server.stop();
