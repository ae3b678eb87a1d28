/**
 * Collects consecutive commands of one client for one shard into one request record: the raw
 * bytes are copied once, as a whole, and each command adds a few words that say where its
 * arguments lie. One run is open at a time.
 */
import { assert } from '../base/assert.ts';
import { copyBytes } from '../base/copy-bytes.ts';
import { maxRunBytes, RequestFlag, RequestKind, requestWord } from '../channel/records.ts';
import type { Ring } from '../channel/ring.ts';
import { extentOf, quickArgcOf } from '../commands/table.ts';

const initialWords = 64 * 1024;

export class RunBuilder {
  #words = new Int32Array(initialWords);
  #count = 0;
  #commands = 0;
  #source: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Shard of the open run, or -1. */
  shard = -1;

  /** Whether each command of the open run is quick, or may turn out to be. */
  isQuick = true;
  /** Flags that its commands make necessary. */
  #flags = 0;

  /** Commands of the open run; 0 if none is open. */
  get commands(): number {
    return this.#commands;
  }

  /** Whether the open run has reached the size at which it should leave. */
  get isFull(): boolean {
    return this.#end - this.#start >= maxRunBytes;
  }

  open(shard: number, source: Uint8Array, start: number): void {
    assert(this.shard === -1, 'one run is open at a time');
    this.shard = shard;
    this.#source = source;
    this.#start = start;
    this.#count = 0;
    this.#commands = 0;
    this.isQuick = true;
    this.#flags = 0;
  }

  /** Adds the command at `at` whose arguments are pairs of offset from `at` and length; it ends before `next`. */
  add(id: number, slot: number, at: number, args: Int32Array, argc: number, next: number): void {
    const needed = this.#count + 2 + argc * 2;
    if (needed > this.#words.length) this.#grow(needed);
    const words = this.#words;
    const shift = at - this.#start;
    let word = this.#count;
    words[word] = id | (argc << 16);
    words[word + 1] = slot;
    word += 2;
    for (let i = 0; i < argc * 2; i += 2) {
      words[word + i] = args[i]! + shift;
      words[word + i + 1] = args[i + 1]!;
    }
    this.#count = word + argc * 2;
    this.#commands++;
    if (argc > quickArgcOf[id]!) {
      if (extentOf[id] === 0) this.isQuick = false;
      else this.#flags = RequestFlag.weighed;
    }
    this.#end = next;
  }

  /** Writes the run as a record; the ring has room for it. Not yet published. */
  close(ring: Ring, connection: number, run: number, context: number): void {
    const headWords = requestWord.runBody + this.#count;
    const rawBytes = this.#end - this.#start;
    const bytes = headWords * 4 + rawBytes;
    const index = ring.reserve(bytes);
    assert(index >= 0, 'a request ring has room for a run: the door looks before it parses');
    const { i32 } = ring;
    i32[index + requestWord.kind] = RequestKind.run;
    i32[index + requestWord.connection] = connection;
    i32[index + requestWord.run] = run;
    i32[index + requestWord.context] = context | (this.#flags << 20);
    i32[index + requestWord.commands] = this.#commands;
    i32[index + requestWord.bytesOffset] = headWords * 4;
    const words = this.#words;
    const to = index + requestWord.runBody;
    for (let i = 0; i < this.#count; i++) i32[to + i] = words[i]!;
    copyBytes(ring.u8, (index + headWords) * 4, this.#source, this.#start, rawBytes);
    ring.commit(index, bytes);
    this.shard = -1;
    this.#commands = 0;
  }

  #grow(needed: number): void {
    const words = new Int32Array(2 ** Math.ceil(Math.log2(needed)));
    words.set(this.#words);
    this.#words = words;
  }
}
