/**
 * EX, PX, EXAT and PXAT, as SET, GETEX, MSETEX and INCREX take them: a positive number of seconds or
 * milliseconds, from now or since 1970. What comes out is always milliseconds since 1970, any int64.
 */
import { INT64_MAX, type Int64, toInt64 } from '../../base/int64.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { CommandOption, CommandOptions, OptionGroup } from '../options.ts';

const msPerSecond = 1000;
/** Below this, seconds from now in milliseconds are exact in a number whatever the clock says. */
const surelyExact = Number.MAX_SAFE_INTEGER / 2 / msPerSecond;

export class ExpiryOptions {
  readonly #ex: CommandOption;
  readonly #px: CommandOption;
  readonly #exat: CommandOption;
  readonly #pxat: CommandOption;

  constructor(options: CommandOptions, group: OptionGroup) {
    this.#ex = options.valued('ex', group);
    this.#px = options.valued('px', group);
    this.#exat = options.valued('exat', group);
    this.#pxat = options.valued('pxat', group);
  }

  get isGiven(): boolean {
    return this.#at !== 0;
  }

  /** Whether the time is given since 1970, so that it may have passed. */
  get isAbsolute(): boolean {
    return (this.#exat.at | this.#pxat.at) !== 0;
  }

  /** The time that is given, which one is; undefined after an error reply that names `command`. */
  read(call: Call, command: string): Int64 | undefined {
    const unitMs = (this.#ex.at | this.#exat.at) !== 0 ? msPerSecond : 1;
    return readExpiry(call, this.#at, unitMs, this.isAbsolute ? 0 : call.nowMs, command);
  }

  get #at(): number {
    return this.#ex.at | this.#px.at | this.#exat.at | this.#pxat.at;
  }
}

/** Argument `i` in units after `fromMs` as milliseconds since 1970; undefined after an error reply that names `command`. */
export function readExpiry(call: Call, i: number, unitMs: number, fromMs: number, command: string): Int64 | undefined {
  const amount = call.int(i);
  if (amount > 0 && amount < surelyExact) return amount * unitMs + fromMs;
  if (Number.isNaN(amount)) {
    call.fail(errors.notInteger);
    return undefined;
  }
  const exact = call.int64(i)! * BigInt(unitMs) + BigInt(fromMs);
  if (amount <= 0 || exact > INT64_MAX) {
    call.fail(errors.invalidExpire(command));
    return undefined;
  }
  return toInt64(exact);
}
