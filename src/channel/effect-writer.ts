/**
 * Writes effects as RESP into one shard's effect log, in place and without allocation. Nothing is
 * seen by the log thread before `publish`, except what has to make room in a full log: an effect
 * larger than the log goes through in pieces.
 *
 * A thread has a writer for each log it may write to; all state that outlives a command is in the
 * log itself.
 */
import { assert } from '../base/assert.ts';
import { LogWord } from './effect-log.ts';
import type { EffectLog } from './effect-log.ts';
import type { Effects } from './effects.ts';

export { noEffects, type Effects } from './effects.ts';

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const dollar = 0x24;
/** At most so many bytes around an argument: `$`, ten digits and two line ends. */
const maxFrameBytes = 15;
/** Up to here a loop over the bytes is faster than a native copy. */
const loopBytes = 24;
const copy = Buffer.prototype.copy;

const multi = Buffer.from('*1\r\n$5\r\nMULTI\r\n');
const exec = Buffer.from('*1\r\n$4\r\nEXEC\r\n');
const crlf = Buffer.from('\r\n');

export class EffectWriter implements Effects {
  readonly log: EffectLog;
  readonly #words: Int32Array;
  readonly #ring: Uint8Array;
  readonly #mask: number;
  readonly #scratch = new Uint8Array(32);
  #name = '';
  #argc = -1;
  #prefix: Uint8Array = crlf;
  /** MULTI is due before the next effect. */
  #transactionDue = false;
  #transactionOpen = false;

  constructor(log: EffectLog) {
    this.log = log;
    this.#words = log.words;
    this.#ring = log.ring;
    this.#mask = log.capacityBytes - 1;
  }

  get enabled(): boolean {
    return this.#words[LogWord.enabled] !== 0;
  }

  /** Where the next effect begins; once published, the position a reply has to wait for. */
  get position(): number {
    return this.#words[LogWord.head]!;
  }

  /** Hands all effects so far to the log thread and wakes it if it sleeps. Returns the position. */
  publish(): number {
    return this.log.publish();
  }

  command(db: number, name: string, argc: number): void {
    if (this.#words[LogWord.enabled] === 0) return;
    if (this.#transactionDue) this.#openTransaction();
    if (this.#words[LogWord.selectedDb] !== db) this.#select(db);
    if (name !== this.#name || argc !== this.#argc) {
      this.#prefix = commandPrefix(name, argc);
      this.#name = name;
      this.#argc = argc;
    }
    this.#put(this.#prefix, 0, this.#prefix.length);
  }

  bytes(source: Uint8Array, offset: number, length: number): void {
    const words = this.#words;
    if (words[LogWord.enabled] === 0) return;
    const head = words[LogWord.head]!;
    const at = head & this.#mask;
    const most = length + maxFrameBytes;
    if (((words[LogWord.limit]! - head) | 0) < most || at + most > this.#mask + 1) {
      this.#bytesInPieces(source, offset, length);
      return;
    }
    const ring = this.#ring;
    let to = at;
    ring[to++] = dollar;
    to += digitCount(length);
    writeDigits(ring, to, length);
    ring[to++] = carriageReturn;
    ring[to++] = lineFeed;
    copyBytes(source, offset, ring, to, length);
    to += length;
    ring[to++] = carriageReturn;
    ring[to++] = lineFeed;
    words[LogWord.head] = (head + to - at) | 0;
  }

  integer(n: number): void {
    if (this.#words[LogWord.enabled] === 0) return;
    assert(Number.isSafeInteger(n), 'an integer effect argument is exact');
    const scratch = this.#scratch;
    scratch[30] = carriageReturn;
    scratch[31] = lineFeed;
    let start = writeDigits(scratch, 30, Math.abs(n));
    if (n < 0) scratch[--start] = 0x2d;
    const digits = 30 - start;
    scratch[--start] = lineFeed;
    scratch[--start] = carriageReturn;
    start = writeDigits(scratch, start, digits) - 1;
    scratch[start] = dollar;
    this.#put(scratch, start, 32 - start);
  }

  text(s: string): void {
    if (this.#words[LogWord.enabled] === 0) return;
    const bytes = Buffer.from(s, 'latin1');
    this.bytes(bytes, 0, bytes.length);
  }

  beginTransaction(): void {
    assert(!this.#transactionDue && !this.#transactionOpen, 'transactions do not nest');
    this.#transactionDue = true;
  }

  endTransaction(): void {
    this.#transactionDue = false;
    if (!this.#transactionOpen) return;
    this.#transactionOpen = false;
    this.#put(exec, 0, exec.length);
  }

  /** Begins a transaction of several shards at once; `annotation` is its `#TX` line. */
  beginAnnotated(annotation: Uint8Array): void {
    if (this.#words[LogWord.enabled] === 0) return;
    this.#put(annotation, 0, annotation.length);
    this.#openTransaction();
  }

  #bytesInPieces(source: Uint8Array, offset: number, length: number): void {
    const scratch = this.#scratch;
    scratch[30] = carriageReturn;
    scratch[31] = lineFeed;
    const start = writeDigits(scratch, 30, length) - 1;
    scratch[start] = dollar;
    this.#put(scratch, start, 32 - start);
    this.#put(source, offset, length);
    this.#put(crlf, 0, 2);
  }

  #openTransaction(): void {
    this.#transactionDue = false;
    this.#transactionOpen = true;
    this.#put(multi, 0, multi.length);
  }

  #select(db: number): void {
    this.#words[LogWord.selectedDb] = db;
    const select = selectCommand(db);
    this.#put(select, 0, select.length);
  }

  #put(source: Uint8Array, offset: number, length: number): void {
    const words = this.#words;
    const head = words[LogWord.head]!;
    const at = head & this.#mask;
    if (((words[LogWord.limit]! - head) | 0) < length || at + length > this.#mask + 1) {
      this.#putInPieces(source, offset, length);
      return;
    }
    copyBytes(source, offset, this.#ring, at, length);
    words[LogWord.head] = (head + length) | 0;
  }

  /** Around the end of the ring, and through a full one. */
  #putInPieces(source: Uint8Array, offset: number, length: number): void {
    const words = this.#words;
    let from = offset;
    const end = offset + length;
    while (from < end) {
      const head = words[LogWord.head]!;
      const at = head & this.#mask;
      let room = (words[LogWord.limit]! - head) | 0;
      if (room === 0) room = (this.log.makeRoom() - head) | 0;
      const piece = Math.min(room, end - from, this.#mask + 1 - at);
      copyBytes(source, from, this.#ring, at, piece);
      words[LogWord.head] = (head + piece) | 0;
      from += piece;
    }
  }
}

const prefixes = new Map<string, Uint8Array[]>();
const selects: Uint8Array[] = [];

/** `*<argc + 1>` and the name as a bulk string, kept for ever: names are constants. */
function commandPrefix(name: string, argc: number): Uint8Array {
  let byCount = prefixes.get(name);
  if (byCount === undefined) {
    byCount = [];
    prefixes.set(name, byCount);
  }
  const known = byCount[argc];
  if (known !== undefined) return known;
  const prefix = Buffer.from(`*${argc + 1}\r\n$${name.length}\r\n${name}\r\n`, 'latin1');
  if (argc < maxKeptCount) byCount[argc] = prefix;
  return prefix;
}

/** Prefixes of longer commands are made anew each time. */
const maxKeptCount = 64;

export function selectCommand(db: number): Uint8Array {
  let select = selects[db];
  if (select === undefined) {
    const text = String(db);
    select = Buffer.from(`*2\r\n$6\r\nSELECT\r\n$${text.length}\r\n${text}\r\n`, 'latin1');
    selects[db] = select;
  }
  return select;
}

/** Digits of an int32 >= 0 in decimal. */
function digitCount(n: number): number {
  if (n < 10) return 1;
  if (n < 100) return 2;
  let count = 3;
  for (let rest = (n / 1000) | 0; rest > 0; rest = (rest / 10) | 0) count++;
  return count;
}

/** Writes `n` >= 0 in decimal so that it ends before `end`; returns where it starts. */
function writeDigits(target: Uint8Array, end: number, n: number): number {
  let at = end;
  let rest = n;
  // Beyond int32 the division is a float's; digits move into int32 range four at a time.
  while (rest > 0x7fff_ffff) {
    const quotient = Math.floor(rest / 10_000);
    let low = rest - quotient * 10_000;
    for (let i = 0; i < 4; i++) {
      target[--at] = 0x30 + (low % 10);
      low = (low / 10) | 0;
    }
    rest = quotient;
  }
  do {
    target[--at] = 0x30 + (rest % 10);
    rest = (rest / 10) | 0;
  } while (rest > 0);
  return at;
}

function copyBytes(source: Uint8Array, offset: number, target: Uint8Array, at: number, length: number): void {
  if (length > loopBytes) {
    copy.call(source, target, at, offset, offset + length);
    return;
  }
  for (let i = 0; i < length; i++) target[at + i] = source[offset + i]!;
}
