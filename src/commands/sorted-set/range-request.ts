/**
 * What the commands of the ZRANGE family ask for. The older ones fix by their names what ZRANGE is told
 * by its options. There is one request; the next command reads its own.
 */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { bounds, type RangeKind } from './bounds.ts';

const withScores = wordBytes('withscores');
const limit = wordBytes('limit');
const rev = wordBytes('rev');
const byLex = wordBytes('bylex');
const byScore = wordBytes('byscore');
/** No LIMIT, and all that are left behind an offset. */
const all = -1;

/** What a command's name fixes; what is left out may be an option. */
export interface FixedRange {
  readonly kind?: RangeKind;
  readonly isReverse?: boolean;
  readonly isStore?: true;
}

export const request = { isReverse: false, hasScores: false, offset: 0, count: all };

/** Reads the range that begins at argument `first` and its options into `request` and `bounds`; false after an error reply. */
export function readRange(call: Call, first: number, fixed: FixedRange): boolean {
  let kind = fixed.kind;
  let isReverse = fixed.isReverse;
  request.hasScores = false;
  request.offset = 0;
  request.count = all;
  for (let i = first + 2; i < call.argc; i++) {
    if (fixed.isStore !== true && call.is(i, withScores)) {
      request.hasScores = true;
    } else if (call.is(i, limit) && i + 2 < call.argc) {
      if (!readLimit(call, i)) return refuse(call, errors.notInteger);
      i += 2;
    } else if (isReverse === undefined && call.is(i, rev)) {
      isReverse = true;
    } else if (kind === undefined && call.is(i, byLex)) {
      kind = 'member';
    } else if (kind === undefined && call.is(i, byScore)) {
      kind = 'score';
    } else {
      return refuse(call, errors.syntax);
    }
  }
  request.isReverse = isReverse ?? false;
  return readBounds(call, first, kind ?? 'rank');
}

/** How many members of a range of `inRange` the offset and the count leave. */
export function countWithinLimit(inRange: number): number {
  const { offset, count } = request;
  if (offset < 0 || offset >= inRange) return 0;
  return count < 0 ? inRange - offset : Math.min(count, inRange - offset);
}

function readBounds(call: Call, first: number, kind: RangeKind): boolean {
  if (kind === 'rank') {
    if (request.count !== all) return refuse(call, errors.limitByRank);
    request.offset = 0;
  }
  if (kind === 'member' && request.hasScores) return refuse(call, errors.scoresByLex);
  const isSwapped = request.isReverse && kind !== 'rank';
  return bounds.read(call, kind, isSwapped ? first + 1 : first, isSwapped ? first : first + 1);
}

function readLimit(call: Call, i: number): boolean {
  request.offset = call.int(i + 1);
  request.count = call.int(i + 2);
  return !Number.isNaN(request.offset) && !Number.isNaN(request.count);
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
