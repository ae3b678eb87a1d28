import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLongDoubles,
  compareLongDoubles,
  formatLongDouble,
  LONG_DOUBLE_MAX,
  LONG_DOUBLE_ZERO,
  negateLongDouble,
  parseLongDouble,
} from '../../../src/base/long-double.ts';
import type { LongDouble } from '../../../src/base/long-double.ts';
import { Random } from '../../../src/base/random.ts';
import { hasReference } from '../../support/redis-binary.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { edgePairs, ourSum, randomPair, recordedAnswer, redisSums } from './long-double-pairs.ts';
import { seed } from './seed.ts';

const recorded = readFileSync(new URL('long-double.recorded.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as [value: string, increment: string, answer: string]);
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });

describe(`long double (seed ${seed})`, () => {
  it('adds 0.1 and 0.2 to 0.3', () => {
    expect(ourSum(['0.1', '0.2'])).toBe('0.3');
  });

  it('answers every recorded pair as redis-server did', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(400);
    for (const [value, increment, answer] of recorded) {
      expect([value, increment, recordedAnswer(ourSum([value, increment]))]).toEqual([value, increment, answer]);
    }
  });

  it('prints a double that it read as the exact value rounded to 17 decimals', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (x) => {
        expect(formatLongDouble(read(String(x)))).toBe(exactText(read(String(x))));
      }),
      { seed },
    );
  });

  it('gives back integers of 64 bits unchanged', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (n) => {
        expect(formatLongDouble(read(String(n)))).toBe(String(n));
      }),
      { seed },
    );
  });

  it('holds every double exactly, so that sums of two small ones are correct to the last bit of a double', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer({ min: -20, max: 20 }), (a, b, power) => {
        const sum = addLongDoubles(read(hexText(a * 2 ** power)), read(hexText(b)));
        expect(compareLongDoubles(sum, read(hexText(a * 2 ** power + b)))).toBe(0);
      }),
      { seed },
    );
  });

  it('adds in either order alike, and x + -x is a zero without sign', () => {
    const random = new Random(seed);
    const values = Array.from({ length: 1000 }, () => tryRead(randomPair(random)[0])).filter((value) => value !== undefined);
    const finite = values.filter((value) => Number.isFinite(value.exponent));
    expect(finite.length).toBeGreaterThan(500);
    for (const a of finite) {
      expect(addLongDoubles(a, negateLongDouble(a))).toEqual(LONG_DOUBLE_ZERO);
      for (const b of values.slice(0, 20)) expect(addLongDoubles(a, b)).toEqual(addLongDoubles(b, a));
    }
  });

  it('compares as doubles compare', () => {
    const ends = fc.constantFrom(0, -0, 1, -1, 5e-324, -5e-324, Number.MAX_VALUE);
    fc.assert(
      fc.property(fc.oneof(doubles, ends), fc.oneof(doubles, ends), (x, y) => {
        expect(Math.sign(compareLongDoubles(read(hexText(x)), read(hexText(y))))).toBe(x < y ? -1 : Number(x > y));
      }),
      { seed },
    );
    expect(compareLongDoubles(read('inf'), LONG_DOUBLE_MAX)).toBeGreaterThan(0);
    expect(compareLongDoubles(read('-inf'), read('-inf'))).toBe(0);
    expect(compareLongDoubles(read('0x1p-16445'), LONG_DOUBLE_ZERO)).toBeGreaterThan(0);
  });

  it('knows the greatest value', () => {
    expect(read('0x1.fffffffffffffffep16383')).toEqual(LONG_DOUBLE_MAX);
    expect(addLongDoubles(LONG_DOUBLE_MAX, read('0x1p16319')).exponent).toBe(Number.POSITIVE_INFINITY);
    expect(addLongDoubles(LONG_DOUBLE_MAX, read('0x1.fffffffffffffffep16318'))).toEqual(LONG_DOUBLE_MAX);
  });

  it('prints what is not finite by name', () => {
    expect(formatLongDouble(read('-Infinity'))).toBe('-inf');
    expect(formatLongDouble(read('inf'))).toBe('inf');
    expect(formatLongDouble(addLongDoubles(read('inf'), read('-inf')))).toBe('nan');
  });

  it('reads only its range of a larger buffer', () => {
    expect(parseLongDouble(Buffer.from('91.59'), 1, 3)).toEqual(read('1.5'));
  });
});

describe.runIf(hasReference())(`long double beside redis-server (seed ${seed})`, () => {
  it('answers thousands of pairs as INCRBYFLOAT does', async () => {
    const server = await startRedis();
    const client = await connect(server);
    const random = new Random(seed);
    for (let round = 0; round < 10; round++) {
      const pairs = round === 0 ? edgePairs : Array.from({ length: 500 }, () => randomPair(random));
      const sums = await redisSums(client, pairs);
      expect(pairs.map((pair) => [...pair, ourSum(pair)])).toEqual(pairs.map((pair, index) => [...pair, sums[index]]));
    }
    client.close();
    await server.stop();
  });
});

function tryRead(text: string): LongDouble | undefined {
  const bytes = Buffer.from(text, 'latin1');
  return parseLongDouble(bytes, 0, bytes.length);
}

function read(text: string): LongDouble {
  const value = tryRead(text);
  if (value === undefined) throw new Error(`not a long double: ${text}`);
  return value;
}

/** The exact value of a finite double as a hexadecimal float. */
function hexText(x: number): string {
  let [significand, power] = [x, 0];
  for (; !Number.isInteger(significand); power--) significand *= 2;
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  return `${sign}0x${BigInt(Math.abs(significand)).toString(16)}p${power}`;
}

/** Independent of the code under test: the decimal expansion of significand × 2^exponent, then rounded. */
function exactText(x: LongDouble): string {
  const [numerator, denominator] =
    x.exponent < 0 ? [x.significand, 2n ** BigInt(-x.exponent)] : [x.significand * 2n ** BigInt(x.exponent), 1n];
  let units = (numerator * 10n ** 17n) / denominator;
  const twiceRest = 2n * (numerator * 10n ** 17n - units * denominator);
  if (twiceRest > denominator || (twiceRest === denominator && units % 2n === 1n)) units++;
  const text = `${units / 10n ** 17n}.${String(units % 10n ** 17n).padStart(17, '0')}`.replace(/\.?0+$/, '');
  return x.negative && units !== 0n ? `-${text}` : text;
}
