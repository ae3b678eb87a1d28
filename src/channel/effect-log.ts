/**
 * One shard's effect log: a ring of bytes in shared memory that holds exactly what goes into the
 * shard's AOF file (RESP commands and annotation lines). There are no records.
 *
 *   int32 word   0  head: written, perhaps not yet published     1  limit: head may not pass it
 *                2  database of the last SELECT, -1 = none       3  1 while effects are wanted
 *                4  1 while the writer waits for room
 *                5  file switches asked for                      6  position of the last one
 *                7  generation and                               8  sequence number of the file
 *                   to write from there on; sequence 0 = none
 *               16  written: published for the log thread
 *               32  consumed: in the file, room reusable        33  durable: fsynced
 *               34  file switches done
 *               64… the ring
 *
 * Positions count bytes and wrap as int32: compare them as `(a - b) | 0`. Everything the writer
 * knows is in the words, because under a lease another shard's thread writes into this log; the
 * lease hands the words over. Words 0..8 belong to whoever writes, 32..34 to the log thread.
 *
 * A slot tap is such a log whose reader is the door (slot-tap.ts): words 40 and 41 are its own.
 */
import { assert } from '../base/assert.ts';
import { LogControl } from './log-control.ts';

export const LogWord = {
  head: 0,
  limit: 1,
  selectedDb: 2,
  enabled: 3,
  waiting: 4,
  switchesWanted: 5,
  switchPosition: 6,
  fileGeneration: 7,
  fileSequence: 8,
  written: 16,
  consumed: 32,
  durable: 33,
  switchesDone: 34,
} as const;

const headerBytes = 256;
const maxCapacityBytes = 2 ** 30;

/** What another thread needs to attach; plain data for workerData. */
export interface EffectLogHandle {
  readonly ring: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

/** Whoever reads a log. */
export interface LogReader {
  /** Something has been published. */
  wake(): void;
  /** Somebody waits for room. */
  interrupt(): void;
}

export class EffectLog {
  readonly control: LogControl;
  readonly #reader: LogReader;
  readonly words: Int32Array;
  /** The ring's bytes alone: position p is at `p & (capacityBytes - 1)`. */
  readonly ring: Uint8Array;
  readonly capacityBytes: number;
  /** Without a log thread (tests, simulation): called in place of waiting when the ring is full. */
  onFull: (() => void) | undefined;

  static create(capacityBytes: number, control: LogControl, reader: LogReader = control): EffectLog {
    assert(
      capacityBytes >= 64 && capacityBytes <= maxCapacityBytes && (capacityBytes & (capacityBytes - 1)) === 0,
      'an effect log holds a power of two of bytes, at most 1 GiB',
    );
    const log = new EffectLog(new SharedArrayBuffer(headerBytes + capacityBytes), control, reader);
    log.words[LogWord.limit] = capacityBytes;
    log.words[LogWord.selectedDb] = -1;
    return log;
  }

  static attach(handle: EffectLogHandle, reader?: LogReader): EffectLog {
    const control = new LogControl(handle.control);
    return new EffectLog(handle.ring, control, reader ?? control);
  }

  private constructor(buffer: SharedArrayBuffer, control: LogControl, reader: LogReader) {
    this.control = control;
    this.#reader = reader;
    this.words = new Int32Array(buffer, 0, headerBytes / 4);
    this.ring = new Uint8Array(buffer, headerBytes);
    this.capacityBytes = this.ring.length;
  }

  get handle(): EffectLogHandle {
    return { ring: this.words.buffer as SharedArrayBuffer, control: this.control.buffer };
  }

  get written(): number {
    return Atomics.load(this.words, LogWord.written);
  }

  get consumed(): number {
    return Atomics.load(this.words, LogWord.consumed);
  }

  get durable(): number {
    return Atomics.load(this.words, LogWord.durable);
  }

  /** Bytes that can be written without waiting for the log thread. */
  get freeBytes(): number {
    return (this.consumed + this.capacityBytes - this.words[LogWord.head]!) | 0;
  }

  // The writer: the shard's own thread, or the coordinator of a lease on the shard.

  /**
   * Sends what is written from here on to the shard's incr file `sequence` of `generation` (sequence
   * 0: nowhere, and effects are off). The shard's manifest must name that file already. Waits for the
   * switch before this one.
   */
  switchFile(generation: number, sequence: number): void {
    const words = this.words;
    while (Atomics.load(words, LogWord.switchesDone) !== words[LogWord.switchesWanted]) this.#waitFor(LogWord.switchesDone);
    words[LogWord.switchPosition] = words[LogWord.head]!;
    words[LogWord.fileGeneration] = generation;
    words[LogWord.fileSequence] = sequence;
    words[LogWord.selectedDb] = -1;
    words[LogWord.enabled] = sequence === 0 ? 0 : 1;
    Atomics.add(words, LogWord.switchesWanted, 1);
    this.publish();
  }

  /** Hands everything written so far to the log thread. Returns the position behind it. */
  publish(): number {
    const head = this.words[LogWord.head]!;
    if (head === this.words[LogWord.written] && this.isSwitched) return head;
    Atomics.store(this.words, LogWord.written, head);
    this.#reader.wake();
    return head;
  }

  /** Returns the new limit once there is room for at least one byte, which it waits for. */
  makeRoom(): number {
    const words = this.words;
    const head = words[LogWord.head]!;
    for (;;) {
      const consumed = Atomics.load(words, LogWord.consumed);
      if (((head - consumed) | 0) < this.capacityBytes) {
        words[LogWord.limit] = (consumed + this.capacityBytes) | 0;
        return words[LogWord.limit]!;
      }
      this.publish();
      this.#waitFor(LogWord.consumed);
    }
  }

  // The log thread.

  setConsumed(position: number): void {
    Atomics.store(this.words, LogWord.consumed, position);
    this.#wakeWriter(LogWord.consumed);
  }

  setDurable(position: number): void {
    Atomics.store(this.words, LogWord.durable, position);
  }

  /** True when all that was written before the last switch is in its file and synced. */
  get isSwitched(): boolean {
    return Atomics.load(this.words, LogWord.switchesDone) === Atomics.load(this.words, LogWord.switchesWanted);
  }

  setSwitched(): void {
    Atomics.store(this.words, LogWord.switchesDone, Atomics.load(this.words, LogWord.switchesWanted));
    this.#wakeWriter(LogWord.switchesDone);
  }

  /** Waits until the log thread changes `word`, a little at most: the caller looks again. */
  #waitFor(word: number): void {
    if (this.onFull !== undefined) {
      this.onFull();
      return;
    }
    const seen = Atomics.load(this.words, word);
    Atomics.store(this.words, LogWord.waiting, 1);
    this.#reader.interrupt();
    Atomics.wait(this.words, word, seen, waitMs);
    Atomics.store(this.words, LogWord.waiting, 0);
  }

  #wakeWriter(word: number): void {
    if (Atomics.load(this.words, LogWord.waiting) === 1) Atomics.notify(this.words, word);
  }
}

/** Bounds the wait for a change that came between the caller's look and the wait. */
const waitMs = 20;
