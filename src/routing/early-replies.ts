/**
 * Replies of one client that came before their turn, since shards do not wait for each other: runs are
 * numbered, and wait here until all before them have been delivered.
 *
 * A pipeline over several shards has many of them, so nothing is allocated for each: their bytes lie one
 * behind the other in one buffer, in parts that are chained by run. What was delivered leaves a gap, which
 * goes when the last reply has left or the buffer has to grow.
 */
import { assert } from '../base/assert.ts';
import { copyBytes } from '../base/copy-bytes.ts';

/** How far a run has come. */
export const EarlyState = { absent: 0, begun: 1, ended: 2 } as const;

/** A slot of three words for each run from the next one on: state, and its first and its last part. */
const slotWords = 3;
/** A part has three words: the next part of its run (counted from 1, 0 for none), where it begins, its length. */
const partWords = 3;
const initialRuns = 64;
const initialBytes = 1024;
/** Memory up to this size is kept for the next replies. */
const keptBytes = 64 * 1024;

export interface EarlyReceiver {
  append(source: Uint8Array, offset: number, length: number): void;
}

export class EarlyReplies {
  #slots = new Int32Array(initialRuns * slotWords);
  #parts = new Int32Array(initialRuns * partWords);
  #bytes: Uint8Array = new Uint8Array(initialBytes);
  #runCount = 0;
  #partCount = 0;
  #usedBytes = 0;
  /** Bytes that wait. */
  waitingBytes = 0;

  get isEmpty(): boolean {
    return this.#runCount === 0;
  }

  /** Memory held, which follows what waits and what waited before in the same stretch. */
  get capacityBytes(): number {
    return this.#slots.byteLength + this.#parts.byteLength + this.#bytes.length;
  }

  /** Keeps (a part of) the reply of `run`, while `next` is the run whose reply is due. */
  keep(run: number, next: number, bytes: Uint8Array, offset: number, length: number, ended: boolean): void {
    const distance = (run - next) | 0;
    assert(distance > 0, 'a reply that is kept comes before its turn');
    if (distance >= this.#runs) this.#rebuild(next, distance, 0);
    const slot = this.#slotOf(run);
    assert(this.#slots[slot] !== EarlyState.ended, 'a reply ends once');
    if (this.#slots[slot] === EarlyState.absent) this.#runCount++;
    this.#slots[slot] = ended ? EarlyState.ended : EarlyState.begun;
    if (length === 0) return;
    if (this.#usedBytes + length > this.#bytes.length || (this.#partCount + 1) * partWords > this.#parts.length) this.#rebuild(next, 0, length);
    this.#add(this.#slots, slot, bytes, offset, length);
    this.waitingBytes += length;
  }

  stateOf(run: number, next: number): number {
    return ((run - next) | 0) < this.#runs ? this.#slots[this.#slotOf(run)]! : EarlyState.absent;
  }

  /** Delivers what is here of the run whose reply is due, and forgets it. Returns how far it has come. */
  deliver(run: number, to: EarlyReceiver): number {
    const slot = this.#slotOf(run);
    const state = this.#slots[slot]!;
    if (state === EarlyState.absent) return state;
    for (let part = this.#slots[slot + 1]!; part !== 0; part = this.#parts[(part - 1) * partWords]!) {
      const at = (part - 1) * partWords;
      to.append(this.#bytes, this.#parts[at + 1]!, this.#parts[at + 2]!);
      this.waitingBytes -= this.#parts[at + 2]!;
    }
    this.#slots.fill(0, slot, slot + slotWords);
    this.#runCount--;
    if (this.#runCount === 0) this.#restart();
    return state;
  }

  get #runs(): number {
    return this.#slots.length / slotWords;
  }

  #slotOf(run: number): number {
    return (run & (this.#runs - 1)) * slotWords;
  }

  #add(slots: Int32Array, slot: number, bytes: Uint8Array, offset: number, length: number): void {
    const parts = this.#parts;
    const start = this.#usedBytes;
    copyBytes(this.#bytes, start, bytes, offset, length);
    this.#usedBytes += length;
    const last = slots[slot + 2]!;
    const lastAt = (last - 1) * partWords;
    const lastEnd = last === 0 ? -1 : parts[lastAt + 1]! + parts[lastAt + 2]!;
    if (lastEnd === start) {
      parts[lastAt + 2]! += length;
      return;
    }
    const part = ++this.#partCount;
    const at = (part - 1) * partWords;
    parts[at] = 0;
    parts[at + 1] = start;
    parts[at + 2] = length;
    if (last === 0) slots[slot + 1] = part;
    else parts[lastAt] = part;
    slots[slot + 2] = part;
  }

  #restart(): void {
    this.#partCount = 0;
    this.#usedBytes = 0;
    if (this.capacityBytes <= keptBytes) return;
    this.#slots = new Int32Array(initialRuns * slotWords);
    this.#parts = new Int32Array(initialRuns * partWords);
    this.#bytes = new Uint8Array(initialBytes);
  }

  /** Moves everything together, with room for a run at `distance` and for one part more, of `length` bytes. */
  #rebuild(next: number, distance: number, length: number): void {
    const [formerSlots, formerParts, formerBytes] = [this.#slots, this.#parts, this.#bytes];
    const formerRuns = this.#runs;
    const runs = Math.max(formerRuns, 2 ** Math.ceil(Math.log2(distance + 1)));
    const slots = new Int32Array(runs * slotWords);
    this.#slots = slots;
    // What is moved is one part for each run.
    this.#parts = new Int32Array((this.#runCount * 2 + initialRuns) * partWords);
    // What is not written is not read, so it need not be zeroed.
    this.#bytes = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(initialBytes, (this.waitingBytes + length) * 1.5))));
    this.#partCount = 0;
    this.#usedBytes = 0;
    for (let i = 0; i < formerRuns; i++) {
      const run = (next + i) | 0;
      const from = (run & (formerRuns - 1)) * slotWords;
      if (formerSlots[from] === EarlyState.absent) continue;
      const slot = this.#slotOf(run);
      slots[slot] = formerSlots[from]!;
      for (let part = formerSlots[from + 1]!; part !== 0; part = formerParts[(part - 1) * partWords]!) {
        this.#add(slots, slot, formerBytes, formerParts[(part - 1) * partWords + 1]!, formerParts[(part - 1) * partWords + 2]!);
      }
    }
  }
}
