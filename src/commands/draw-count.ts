/**
 * The count of HRANDFIELD, SRANDMEMBER and ZRANDMEMBER: so many different elements, or, below zero, so many
 * draws, whatever has been drawn before.
 */
import { INT64_MAX } from '../base/int64.ts';
import * as errors from '../protocol/errors.ts';
import type { Call } from './call.ts';

/** The count's argument, and the option that may stand behind it. */
const COUNT_AT = 2;
const OPTION_AT = 3;
/** Of the count's C type, whose least is not a count. */
const COUNT_MAX = INT64_MAX;
/** With values or scores there are twice as many elements. */
const PAIR_COUNT_MAX = COUNT_MAX / 2n;
/** One command may not keep a shard busy with more draws. */
const DRAWS_MAX = 2 ** 31;

/** The count, behind which only `option` may stand, or NaN after an error. */
export function readDrawCount(call: Call, option?: Uint8Array): number {
  const hasMore = call.argc > OPTION_AT;
  const isKnown = !hasMore || (call.argc === OPTION_AT + 1 && option !== undefined && call.is(OPTION_AT, option));
  const count = call.int64(COUNT_AT);
  const error = count === undefined ? errors.notInteger
    : count < -COUNT_MAX ? errors.outOfRangeBetween(-COUNT_MAX, COUNT_MAX)
    : !isKnown ? errors.syntax
    : hasMore && (count > PAIR_COUNT_MAX || count < -PAIR_COUNT_MAX) ? errors.outOfRange : undefined;
  if (error === undefined) return Number(count);
  call.fail(error);
  return Number.NaN;
}

/** Refuses more draws from what is there than would come to an end; where nothing is, Redis's answer is empty. */
export function refusesDraws(call: Call, count: number): boolean {
  if (count >= -DRAWS_MAX) return false;
  call.fail(errors.outOfRange);
  return true;
}
