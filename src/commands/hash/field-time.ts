/** The times at which fields expire: milliseconds since 1970, below 2^46. */
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

const atMsMax = 2 ** 46 - 1;

/** Argument `i` in units after `fromMs`, or NaN after an error reply that names `command`. */
export function readFieldTime(call: Call, i: number, unitMs: number, fromMs: number, command: string): number {
  const amount = call.int(i);
  const atMs = amount * unitMs + fromMs;
  if (amount >= 0 && atMs <= atMsMax) return atMs;
  if (Number.isNaN(amount)) call.fail(errors.notInteger);
  else call.fail(amount < 0 ? errors.expireNegative : errors.invalidExpire(command));
  return Number.NaN;
}
