/**
 * The bounds of ranges in arguments: by rank, by score and by member. They are read first, and later, when
 * the sorted set is known, they become ranks: the range is [from, to).
 *
 * There is one of these for all commands; nothing is kept from one to the next.
 */
import { parseBound } from '../../base/parse-double.ts';
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

export type RangeKind = 'rank' | 'score' | 'member';

const openParenthesis = 0x28;
const openBracket = 0x5b;
const plus = 0x2b;
const minus = 0x2d;

/** What a bound of members stands for. */
const Limit = { lowest: 0, highest: 1, including: 2, excluding: 3 } as const;
type Limit = (typeof Limit)[keyof typeof Limit];

class Bounds {
  /** The ranks of a range, `to` not included. */
  from = 0;
  to = 0;
  #kind: RangeKind = 'rank';
  /** Argument indexes. */
  #minAt = 0;
  #maxAt = 0;
  /** A rank or a score. */
  #min = 0;
  #max = 0;
  #minLimit: Limit = Limit.including;
  #maxLimit: Limit = Limit.including;

  /** Reads the bounds from two arguments; false after an error reply. */
  read(call: Call, kind: RangeKind, minAt: number, maxAt: number): boolean {
    this.#kind = kind;
    this.#minAt = minAt;
    this.#maxAt = maxAt;
    if (kind === 'score') return this.#readScores(call);
    return kind === 'rank' ? this.#readRanks(call) : this.#readMembers(call);
  }

  /** Sets `from` and `to` for a sorted set; false when nothing is in the range. Ranks count from the other end in reverse. */
  find(call: Call, sortedSets: SortedSets, entry: number, isReverse = false): boolean {
    if (this.#kind === 'rank') {
      this.#findRanks(sortedSets.length(entry), isReverse);
    } else if (this.#kind === 'score') {
      this.from = sortedSets.rankOfScore(entry, this.#min, this.#minLimit === Limit.excluding);
      this.to = sortedSets.rankOfScore(entry, this.#max, this.#maxLimit === Limit.including);
    } else {
      this.from = rankOfLimit(call, sortedSets, entry, this.#minAt, this.#minLimit, Limit.excluding);
      this.to = rankOfLimit(call, sortedSets, entry, this.#maxAt, this.#maxLimit, Limit.including);
    }
    return this.from < this.to;
  }

  #readRanks(call: Call): boolean {
    this.#min = call.int(this.#minAt);
    this.#max = call.int(this.#maxAt);
    return !(Number.isNaN(this.#min) || Number.isNaN(this.#max)) || refuse(call, errors.notInteger);
  }

  #readScores(call: Call): boolean {
    this.#minLimit = scoreLimit(call, this.#minAt);
    this.#maxLimit = scoreLimit(call, this.#maxAt);
    this.#min = scoreOf(call, this.#minAt, this.#minLimit);
    this.#max = scoreOf(call, this.#maxAt, this.#maxLimit);
    return !(Number.isNaN(this.#min) || Number.isNaN(this.#max)) || refuse(call, errors.scoreBoundNotFloat);
  }

  #readMembers(call: Call): boolean {
    const min = memberLimit(call, this.#minAt);
    const max = memberLimit(call, this.#maxAt);
    if (min === undefined || max === undefined) return refuse(call, errors.memberBoundInvalid);
    this.#minLimit = min;
    this.#maxLimit = max;
    return true;
  }

  #findRanks(count: number, isReverse: boolean): void {
    const first = Math.max(0, this.#min < 0 ? count + this.#min : this.#min);
    const last = Math.min(count - 1, this.#max < 0 ? count + this.#max : this.#max);
    this.from = isReverse ? count - 1 - last : first;
    this.to = isReverse ? count - first : last + 1;
  }
}

export const bounds = new Bounds();

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}

function scoreLimit(call: Call, i: number): Limit {
  return call.length(i) > 0 && call.bytes[call.offset(i)] === openParenthesis ? Limit.excluding : Limit.including;
}

function scoreOf(call: Call, i: number, limit: Limit): number {
  const skipped = limit === Limit.excluding ? 1 : 0;
  return parseBound(call.bytes, call.offset(i) + skipped, call.length(i) - skipped);
}

/** Undefined for what is no bound. As in Redis, + and - may be followed by a NUL and more. */
function memberLimit(call: Call, i: number): Limit | undefined {
  const length = call.length(i);
  const first = length === 0 ? 0 : call.bytes[call.offset(i)]!;
  if (first === openParenthesis) return Limit.excluding;
  if (first === openBracket) return Limit.including;
  const isAlone = length === 1 || call.bytes[call.offset(i) + 1] === 0;
  if (!isAlone) return undefined;
  if (first === plus) return Limit.highest;
  return first === minus ? Limit.lowest : undefined;
}

/** The number of members before a bound; with one that is equal to it, if its limit is `after`. */
function rankOfLimit(call: Call, sortedSets: SortedSets, entry: number, i: number, limit: Limit, after: Limit): number {
  if (limit === Limit.lowest) return 0;
  if (limit === Limit.highest) return sortedSets.length(entry);
  return sortedSets.rankOfBytes(entry, call.bytes, call.offset(i) + 1, call.length(i) - 1, limit === after);
}
