import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { globMatch } from '../../../src/structures/glob.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { seed } from '../base/seed.ts';
import { edgePatterns, ourMatches, randomKey, randomNamePattern, randomPattern, redisMatches, redisMatchesInAnyCase } from './glob-cases.ts';

type RecordedLine = [kind: 'key' | 'name', pattern: string, positions: number[]];

const [texts, ...recorded] = readFileSync(new URL('glob.recorded.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown) as [{ keys: string[]; names: string[] }, ...RecordedLine[]];
const anyBytes = fc.uint8Array({ maxLength: 12 });

describe('globMatch', () => {
  it('matches what redis-server matched in the recorded table', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(400);
    for (const [kind, pattern, positions] of recorded) {
      const among = kind === 'key' ? texts.keys : texts.names;
      const expected = positions.map((position) => among[position]!);
      expect([pattern, ourMatches(pattern, among, kind === 'name')]).toEqual([pattern, expected]);
    }
  });

  it('takes an escaped byte for itself, whatever it is', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (text, other) => {
        const pattern = Uint8Array.from([...text].flatMap((byte) => [0x5c, byte]));
        expect(match(pattern, text)).toBe(true);
        expect(match(pattern, other)).toBe(Buffer.compare(text, other) === 0);
      }),
      { seed },
    );
  });

  it('lets a star stand for any bytes before, between and after', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, anyBytes, (before, middle, after) => {
        const text = Buffer.concat([before, Buffer.from('<'), middle, Buffer.from('>'), after]);
        expect(match(Buffer.from('*<*>*'), text)).toBe(true);
        expect(match(Buffer.from('**<**'), text)).toBe(true);
      }),
      { seed },
    );
  });

  it('agrees with a plain recursive matcher on stars, question marks and letters', () => {
    const pattern = fc.string({ unit: fc.constantFrom('*', '?', 'a', 'b'), maxLength: 9 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(match(Buffer.from(p), Buffer.from(t))).toBe(matchesPlainly(p, t));
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('folds the case of ASCII letters only when asked to', () => {
    expect(ourMatches('H[A-C]llo', ['hallo', 'HALLO', 'hdllo'], true)).toEqual(['hallo', 'HALLO']);
    expect(ourMatches('H[A-C]llo', ['hallo', 'HALLO', 'HAllo'])).toEqual(['HAllo']);
    expect(ourMatches('\u00e9', ['\u00c9'], true)).toEqual([]);
    expect(ourMatches('[\\A]', ['a', 'A'], true)).toEqual(['A']);
    expect(ourMatches('[Z-a]', ['z', 'a', '_', 'm'], true)).toEqual([]);
  });

  it('matches the empty text with the empty pattern alone', () => {
    expect(['', '*', '**', '?', '[^a]'].filter((pattern) => ourMatches(pattern, ['']).length > 0)).toEqual(['']);
  });

  it('answers a pattern of many stars over a long text without trying every way', () => {
    const text = Buffer.from('a'.repeat(20_000));
    expect(match(Buffer.from(`${'a*'.repeat(200)}b`), text)).toBe(false);
    expect(match(Buffer.from(`${'*a'.repeat(200)}*`), text)).toBe(true);
  });
});

describe.runIf(hasReference())(`globMatch beside redis-server (seed ${seed})`, () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis();
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  it('finds the keys that KEYS finds', async () => {
    const random = new Random(seed);
    for (let round = 0; round < 8; round++) {
      const keys = [...new Set(Array.from({ length: 60 }, () => randomKey(random)))];
      const made = round === 0 ? edgePatterns : Array.from({ length: 300 }, () => randomPattern(random));
      const patterns = made.filter((pattern) => pattern !== '*');
      const matches = await redisMatches(client, patterns, keys);
      expect(patterns.map((pattern) => [pattern, ourMatches(pattern, keys)])).toEqual(patterns.map((pattern, i) => [pattern, matches[i]]));
    }
  });

  it('finds the names that COMMAND LIST finds in any case', async () => {
    const random = new Random(seed);
    const patterns = Array.from({ length: 400 }, () => randomNamePattern(random));
    const { names, matches } = await redisMatchesInAnyCase(client, patterns);
    expect(patterns.map((pattern) => [pattern, ourMatches(pattern, names, true)])).toEqual(patterns.map((pattern, i) => [pattern, matches[i]]));
  });
});

function match(pattern: Uint8Array, text: Uint8Array): boolean {
  return globMatch(pattern, 0, pattern.length, text, 0, text.length);
}


function matchesPlainly(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*') return matchesPlainly(pattern.slice(1), text) || (text !== '' && matchesPlainly(pattern, text.slice(1)));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && matchesPlainly(pattern.slice(1), text.slice(1));
}
