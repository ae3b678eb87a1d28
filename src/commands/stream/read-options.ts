/** The arguments of XREAD and XREADGROUP before the keys and ids. */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

const block = wordBytes('block');
const countWord = wordBytes('count');
const streams = wordBytes('streams');
const group = wordBytes('group');
const noack = wordBytes('noack');
const claim = wordBytes('claim');
const maxcount = wordBytes('maxcount');
const maxsize = wordBytes('maxsize');

export class ReadOptions {
  /** Entries of each stream, Infinity for all. */
  count = Infinity;
  /** Index of the group's name, with the consumer's behind it; 0 for XREAD. */
  groupAt = 0;
  noAck = false;
  /** How long what is pending must have been idle to be claimed; NaN to claim nothing. */
  minIdleMs = Number.NaN;
  /** What may still be returned of all streams together: entries, and about so many bytes. */
  entriesLeft = Infinity;
  bytesLeft = Infinity;
  /** Index of the first key. */
  keysAt = 0;
  keyCount = 0;

  /** False: the call has been answered with an error. */
  read(call: Call, isGroup: boolean): boolean {
    this.count = Infinity;
    this.groupAt = 0;
    this.noAck = false;
    this.minIdleMs = Number.NaN;
    this.entriesLeft = Infinity;
    this.bytesLeft = Infinity;
    this.keysAt = 0;
    for (let i = 1; i < call.argc && this.keysAt === 0;) {
      const next = this.#readOption(call, i, isGroup);
      if (next === 0) return false;
      i = next;
    }
    if (this.keysAt === 0) return refuse(call, errors.syntax);
    return !isGroup || this.groupAt !== 0 || refuse(call, errors.groupOptionMissing);
  }

  /** How many entries of one stream may still be returned. */
  get limit(): number {
    return this.bytesLeft > 0 ? Math.min(this.count, this.entriesLeft) : 0;
  }

  /** Of `available` entries, those that still may be returned, which are taken off what is left, where their bytes do not count. */
  admit(available: number): number {
    const admitted = Math.min(available, this.entriesLeft);
    this.entriesLeft -= admitted;
    return admitted;
  }

  get countsBytes(): boolean {
    return this.bytesLeft !== Infinity;
  }

  /** As `admit`, where bytes count. `bytesOf` tells what each entry takes, in order. One is admitted if nothing was returned yet. */
  admitBytes(available: number, isFirst: boolean, bytesOf: (i: number) => number): number {
    const most = Math.min(available, this.entriesLeft);
    let admitted = 0;
    for (; admitted < most && this.bytesLeft > 0; admitted++) {
      const bytes = bytesOf(admitted);
      if (bytes > this.bytesLeft && !(isFirst && admitted === 0)) {
        this.bytesLeft = 0;
        break;
      }
      this.bytesLeft -= bytes;
    }
    this.entriesLeft -= admitted;
    return admitted;
  }

  /** Index behind the option, or 0 after an error. */
  #readOption(call: Call, i: number, isGroup: boolean): number {
    const more = call.argc - i - 1;
    if (more > 0 && call.is(i, block)) return readTimeout(call, i + 1) ? i + 2 : 0;
    if (more > 0 && call.is(i, countWord)) return this.#readCount(call, i + 1) ? i + 2 : 0;
    if (more > 0 && call.is(i, maxcount)) return this.#readMaxCount(call, i + 1) ? i + 2 : 0;
    if (more > 0 && call.is(i, maxsize)) return this.#readMaxSize(call, i + 1) ? i + 2 : 0;
    if (more > 0 && call.is(i, claim)) return this.#readMinIdle(call, i + 1, isGroup) ? i + 2 : 0;
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

  #readMaxCount(call: Call, i: number): boolean {
    this.entriesLeft = call.int(i);
    return this.entriesLeft > 0 || refuse(call, errors.readLimitNotPositive('MAXCOUNT'));
  }

  #readMaxSize(call: Call, i: number): boolean {
    this.bytesLeft = call.int(i);
    return this.bytesLeft > 0 || refuse(call, errors.readLimitNotPositive('MAXSIZE'));
  }

  #readMinIdle(call: Call, i: number, isGroup: boolean): boolean {
    if (!isGroup) return refuse(call, errors.claimOptionOfRead);
    this.minIdleMs = call.int(i);
    if (Number.isNaN(this.minIdleMs)) return refuse(call, errors.minIdleNotInteger);
    return this.minIdleMs >= 0 || refuse(call, errors.minIdleNegative);
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
  return timeoutMs >= 0n || refuse(call, errors.timeoutNegative);
}

function fail(call: Call, error: string): 0 {
  call.fail(error);
  return 0;
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
