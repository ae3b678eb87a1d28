/** The arguments of XREAD and XREADGROUP before the keys and ids. */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

const block = wordBytes('block');
const count = wordBytes('count');
const streams = wordBytes('streams');
const group = wordBytes('group');
const noack = wordBytes('noack');
const INT64_MAX = 2n ** 63n - 1n;

export class ReadOptions {
  /** Entries of each stream, Infinity for all. */
  count = Infinity;
  /** Index of the group's name, with the consumer's behind it; 0 for XREAD. */
  groupAt = 0;
  noAck = false;
  /** Index of the first key. */
  keysAt = 0;
  keyCount = 0;

  /** False: the call has been answered with an error. */
  read(call: Call, isGroup: boolean): boolean {
    this.count = Infinity;
    this.groupAt = 0;
    this.noAck = false;
    this.keysAt = 0;
    for (let i = 1; i < call.argc && this.keysAt === 0;) {
      const next = this.#readOption(call, i, isGroup);
      if (next === 0) return false;
      i = next;
    }
    if (this.keysAt === 0) return refuse(call, errors.syntax);
    return !isGroup || this.groupAt !== 0 || refuse(call, errors.groupOptionMissing);
  }

  /** Index behind the option, or 0 after an error. */
  #readOption(call: Call, i: number, isGroup: boolean): number {
    const more = call.argc - i - 1;
    if (more > 0 && call.is(i, block)) return readTimeout(call, i + 1) ? i + 2 : 0;
    if (more > 0 && call.is(i, count)) return this.#readCount(call, i + 1) ? i + 2 : 0;
    if (more > 0 && call.is(i, streams)) return this.#readKeys(call, i + 1) ? call.argc : 0;
    if (more > 1 && call.is(i, group)) {
      if (!isGroup) return fail(call, errors.groupOptionOfRead);
      this.groupAt = i + 1;
      return i + 3;
    }
    if (!call.is(i, noack)) return fail(call, errors.syntax);
    if (!isGroup) return fail(call, errors.noAckOptionOfRead);
    this.noAck = true;
    return i + 1;
  }

  #readCount(call: Call, i: number): boolean {
    const n = call.int(i);
    if (Number.isNaN(n)) return refuse(call, errors.notInteger);
    this.count = n > 0 ? n : Infinity;
    return true;
  }

  #readKeys(call: Call, i: number): boolean {
    const rest = call.argc - i;
    if (rest % 2 !== 0) return refuse(call, errors.unbalancedStreams);
    this.keysAt = i;
    this.keyCount = rest / 2;
    return true;
  }
}

/** Checks a timeout in milliseconds. Nothing waits yet: a command that has to is answered as if its time were over. */
function readTimeout(call: Call, i: number): boolean {
  const timeoutMs = call.int64(i);
  if (timeoutMs === undefined) return refuse(call, errors.timeoutNotInteger);
  if (timeoutMs < 0n) return refuse(call, errors.timeoutNegative);
  return timeoutMs <= INT64_MAX - BigInt(call.nowMs) || refuse(call, errors.timeoutOutOfRange);
}

function fail(call: Call, error: string): 0 {
  call.fail(error);
  return 0;
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
