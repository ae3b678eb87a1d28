import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { lcs } from '../../../src/structures/lcs.ts';
import type { LcsResult } from '../../../src/structures/lcs.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import { ReplyError } from '../../support/resp-reply.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { seed } from '../base/seed.ts';
import { ourAnswer, randomCase, redisAnswers } from './lcs-cases.ts';
import type { LcsAnswer } from './lcs-cases.ts';

type RecordedLine = [a: string, b: string, minMatchLength: number, ...answer: LcsAnswer];

const recorded = readFileSync(new URL('lcs.recorded.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedLine);
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

describe(`lcs (seed ${seed})`, () => {
  it('finds the subsequence and the ranges that redis-server found in the recorded cases', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(150);
    for (const [a, b, minMatchLength, ...answer] of recorded) {
      expect([a, b, ...ourAnswer({ a, b, minMatchLength })]).toEqual([a, b, ...answer]);
    }
  });

  it('chooses among equals as the full table does, over rows of several words', () => {
    const random = new Random(seed);
    for (let i = 0; i < 60; i++) {
      const { a, b } = randomCase(random);
      const [x, y] = [a.repeat(3), b.repeat(4)];
      expect([x, y, ourAnswer({ a: x, b: y, minMatchLength: 0 })[0]]).toEqual([x, y, commonByTable(x, y)]);
    }
  });

  it('gives a subsequence of both strings, made of the ranges it lists', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 70 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [common, ranges] = ourAnswer({ a, b, minMatchLength: 0 });
        const fromA = ranges.map(([start, end]) => a.slice(start, end! + 1));
        const fromB = ranges.map(([, , start, end]) => b.slice(start, end! + 1));
        expect(fromA.toReversed().join('')).toBe(common);
        expect(fromB.toReversed().join('')).toBe(common);
        expect(common).toHaveLength(commonByTable(a, b).length);
      }),
      { seed },
    );
  });

  it('gives the same length without walking, and nothing else', () => {
    const random = new Random(seed);
    for (let i = 0; i < 200; i++) {
      const { a, b } = randomCase(random);
      const length = ourAnswer({ a, b, minMatchLength: 0 })[0].length;
      expect(ask(a.length, b.length, NO_LIMIT, false, a, b)).toEqual({ kind: 'found', length, bytes: new Uint8Array(0), ranges: [] });
    }
  });

  it('refuses strings whose table of 4 bytes a cell would pass the limit, and no smaller ones', () => {
    expect(ask(511, 511, 2 ** 20).kind).toBe('found');
    expect(ask(511, 512, 2 ** 20)).toEqual({ kind: 'table-too-large' });
    expect(ask(0, 262_144, 2 ** 20)).toEqual({ kind: 'table-too-large' });
  });

  it('refuses strings of 2^32 - 2 bytes before it looks at them', () => {
    expect(ask(2 ** 32 - 2, 1, NO_LIMIT, true, '', '')).toEqual({ kind: 'string-too-long' });
    expect(ask(1, 2 ** 32 - 2, NO_LIMIT, true, '', '')).toEqual({ kind: 'string-too-long' });
  });
});

describe.runIf(hasReference())(`lcs beside redis-server (seed ${seed})`, () => {
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

  it('answers random strings as LCS does', async () => {
    const random = new Random(seed);
    const cases = Array.from({ length: 600 }, () => randomCase(random));
    const answers = await redisAnswers(client, cases);
    expect(cases.map((each) => [each, ourAnswer(each)])).toEqual(cases.map((each, index) => [each, answers[index]]));
  });

  it('refuses at the same size under the same proto-max-bulk-len', async () => {
    await client.call('CONFIG', 'SET', 'proto-max-bulk-len', '1mb');
    const sizes = [[511, 511], [511, 512], [1023, 255], [1024, 255], [262_143, 0], [262_144, 0], [0, 262_144]] as const;
    for (const [aLength, bLength] of sizes) {
      await client.pipeline([['SET', 'a', 'a'.repeat(aLength)], ['SET', 'b', 'b'.repeat(bLength)]]);
      const reply = await client.call('LCS', 'a', 'b', 'LEN');
      const refused = reply instanceof ReplyError && reply.text.includes('transient memory for LCS exceeds proto-max-bulk-len');
      expect([aLength, bLength, refused]).toEqual([aLength, bLength, ask(aLength, bLength, 2 ** 20).kind === 'table-too-large']);
    }
  });
});

function ask(aLength: number, bLength: number, tableBytesMax: number, walk = false, a = 'a'.repeat(aLength), b = 'b'.repeat(bLength)): LcsResult {
  return lcs(Buffer.from(a, 'latin1'), 0, aLength, Buffer.from(b, 'latin1'), 0, bLength, { walk, minMatchLength: 0, tableBytesMax });
}

/** The textbook table, walked from the ends: up only where that leaves strictly more. */
function commonByTable(a: string, b: string): string {
  const table = Array.from({ length: a.length + 1 }, () => new Int32Array(b.length + 1));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
    }
  }
  let common = '';
  for (let [i, j] = [a.length, b.length]; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      common = a[i - 1]! + common;
      i--;
      j--;
    } else if (table[i - 1]![j]! > table[i]![j - 1]!) i--;
    else j--;
  }
  return common;
}
