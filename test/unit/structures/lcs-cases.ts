/** Pairs of strings with much or little in common, and how redis-server's LCS is asked about them. */
import { lcs } from '../../../src/structures/lcs.ts';
import type { LcsRange } from '../../../src/structures/lcs.ts';
import type { Random } from '../../../src/base/random.ts';
import type { RespClient } from '../../support/resp-client.ts';

export interface LcsCase {
  readonly a: string;
  readonly b: string;
  readonly minMatchLength: number;
}

/** The subsequence and [aStart, aEnd, bStart, bEnd, length] of its ranges, in Redis's order. */
export type LcsAnswer = readonly [common: string, ranges: readonly (readonly number[])[]];

export function randomCase(random: Random): LcsCase {
  const letterCount = [1, 2, 3, 4, 26][random.below(5)]!;
  const a = randomString(random, letterCount, random.below(80));
  const b = random.below(3) === 0 ? edited(random, a) : randomString(random, letterCount, random.below(80));
  return { a, b, minMatchLength: random.below(4) };
}

export function ourAnswer({ a, b, minMatchLength }: LcsCase): LcsAnswer {
  const [first, second] = [Buffer.from(`(${a})`, 'latin1'), Buffer.from(`)${b}(`, 'latin1')];
  const result = lcs(first, 1, a.length, second, 1, b.length, { walk: true, minMatchLength, tableBytesMax: 2 ** 20 });
  if (result.kind !== 'found') throw new Error(result.kind);
  return [Buffer.from(result.bytes).toString('latin1'), result.ranges.map(asNumbers)];
}

export async function redisAnswers(client: RespClient, cases: readonly LcsCase[]): Promise<LcsAnswer[]> {
  const replies = await client.pipeline(
    cases.flatMap(({ a, b, minMatchLength }) => [
      ['SET', 'a', Buffer.from(a, 'latin1')],
      ['SET', 'b', Buffer.from(b, 'latin1')],
      ['LCS', 'a', 'b'],
      ['LCS', 'a', 'b', 'IDX', 'MINMATCHLEN', minMatchLength, 'WITHMATCHLEN'],
    ]),
  );
  return cases.map((_, index) => {
    const common = replies[index * 4 + 2] as string;
    const matches = (replies[index * 4 + 3] as readonly [string, number[][][]])[1];
    return [common, matches.map((match) => match.flat())];
  });
}

function asNumbers(range: LcsRange): number[] {
  return [range.aStart, range.aEnd, range.bStart, range.bEnd, range.length];
}

function randomString(random: Random, letterCount: number, length: number): string {
  return Array.from({ length }, () => String.fromCodePoint(0x61 + random.below(letterCount))).join('');
}

function edited(random: Random, text: string): string {
  return [...text].map((letter) => ['', `${letter}\u00ff`, letter, letter, letter, letter][random.below(6)]!).join('');
}
