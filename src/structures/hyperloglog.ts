/**
 * A HyperLogLog in a buffer of its own, where it is changed before it is stored. It starts sparse and
 * becomes dense where Redis makes it so: when a register does not fit, or the opcodes take too much.
 */
import { copyBytes } from '../base/copy-bytes.ts';
import {
  DENSE_BYTES, Encoding, encodingAt, HEADER_BYTES, markCountStale, REGISTER_COUNT, setEncodingAt, writeHeader,
} from './hyperloglog-format.ts';
import { mergeInto, packRegisters, raiseRegister, Registers } from './hyperloglog-registers.ts';
import { OpcodeCursor } from './opcode-cursor.ts';
import { isLongRun, isValueRun, opcodeBytes, runOf, SPARSE_VALUE_MAX, VALUE_RUN_MAX, valueOf, valueOpcode, writeZeros } from './hyperloglog-sparse.ts';

export const Outcome = { unchanged: 0, changed: 1, corrupt: 2 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** By how much one change can lengthen the opcodes. */
const spareBytes = 3;
const mergeSteps = 5;
const registers = new Registers();

export class HyperLogLog {
  bytes = new Uint8Array(DENSE_BYTES + spareBytes);
  length = 0;
  /** What an opcode is replaced by. */
  readonly #sequence = new Uint8Array(5);
  readonly #cursor = new OpcodeCursor();

  get isDense(): boolean {
    return encodingAt(this.bytes, 0) === Encoding.dense;
  }

  /** Makes it empty, and sparse. */
  clear(): void {
    writeHeader(this.bytes, 0, Encoding.sparse);
    this.length = writeZeros(this.bytes, HEADER_BYTES, REGISTER_COUNT);
  }

  /** Takes over what `isHyperLogLog` has found to be one. */
  load(u8: Uint8Array, offset: number, length: number): void {
    const needed = Math.max(length, DENSE_BYTES) + spareBytes;
    if (this.bytes.length < needed || this.bytes.length > 4 * needed) this.bytes = new Uint8Array(needed);
    copyBytes(this.bytes, 0, u8, offset, length);
    this.length = length;
  }

  /** Raises a register to `value`. `sparseBytesMax`: from where on opcodes are given up. */
  raise(index: number, value: number, sparseBytesMax: number): Outcome {
    this.#cursor.rewind();
    return this.#raise(index, value, sparseBytesMax);
  }

  /** Raises each register to the given one where that is higher: as `raise`, but in one go. */
  raiseAll({ bytes, words }: Registers, sparseBytesMax: number): void {
    this.#cursor.rewind();
    for (let i = 0; i < words.length; i++) {
      if (words[i] === 0) continue;
      for (let index = i * 4; index < i * 4 + 4; index++) if (bytes[index] !== 0) this.#raise(index, bytes[index]!, sparseBytesMax);
    }
  }

  /** False, and nothing has changed, if it is corrupt. */
  makeDense(): boolean {
    if (this.isDense) return true;
    registers.clear();
    if (!mergeInto(registers, this.bytes, 0, this.length)) return false;
    setEncodingAt(this.bytes, 0, Encoding.dense);
    packRegisters(registers, this.bytes, 0);
    this.length = DENSE_BYTES;
    return true;
  }

  markStale(): void {
    markCountStale(this.bytes, 0);
  }

  #raise(index: number, value: number, sparseBytesMax: number): Outcome {
    if (this.isDense) return raiseRegister(this.bytes, HEADER_BYTES, index, value) ? Outcome.changed : Outcome.unchanged;
    return value > SPARSE_VALUE_MAX ? this.#raiseDense(index, value) : this.#raiseSparse(index, value, sparseBytesMax);
  }

  #raiseDense(index: number, value: number): Outcome {
    if (!this.makeDense()) return Outcome.corrupt;
    raiseRegister(this.bytes, HEADER_BYTES, index, value);
    return Outcome.changed;
  }

  #raiseSparse(index: number, value: number, sparseBytesMax: number): Outcome {
    const { bytes, length } = this;
    const cursor = this.#cursor;
    if (!cursor.find(bytes, length, index)) return Outcome.corrupt;
    const { at, first, run, before } = cursor;
    const opcode = bytes[at]!;
    if (valueOf(opcode) >= value) return Outcome.unchanged;
    if (run === 1 && !isLongRun(opcode)) {
      cursor.stepBack(bytes, length);
      bytes[at] = valueOpcode(value, 1);
    } else {
      const sequenceBytes = this.#split(opcode, index - first, first + run - 1 - index, value);
      const growth = sequenceBytes - opcodeBytes(opcode);
      if (growth > 0 && length + growth > sparseBytesMax) return this.#raiseDense(index, value);
      cursor.stepBack(bytes, length);
      this.#replace(at, opcodeBytes(opcode), sequenceBytes);
    }
    this.#joinValues(before);
    markCountStale(bytes, 0);
    return Outcome.changed;
  }

  /** Makes the sequence for an opcode of which one register, with so many before and behind it, gets a value. Returns its length. */
  #split(opcode: number, before: number, behind: number, value: number): number {
    let end = this.#writeRun(0, opcode, before);
    this.#sequence[end++] = valueOpcode(value, 1);
    end = this.#writeRun(end, opcode, behind);
    return end;
  }

  #writeRun(at: number, opcode: number, run: number): number {
    if (run === 0) return at;
    if (!isValueRun(opcode)) return writeZeros(this.#sequence, at, run);
    this.#sequence[at] = valueOpcode(valueOf(opcode), run);
    return at + 1;
  }

  #replace(at: number, oldBytes: number, newBytes: number): void {
    this.bytes.copyWithin(at + newBytes, at + oldBytes, this.length);
    copyBytes(this.bytes, at, this.#sequence, 0, newBytes);
    this.length += newBytes - oldBytes;
  }

  /** Joins equal values side by side, looking at a few opcodes from `start` on. */
  #joinValues(start: number): void {
    const { bytes } = this;
    let at = start;
    for (let step = 0; step < mergeSteps && at < this.length; step++) {
      const opcode = bytes[at]!;
      const next = bytes[at + 1]!;
      const isPair = isValueRun(opcode) && at + 1 < this.length && isValueRun(next) && valueOf(opcode) === valueOf(next);
      const run = isPair ? runOf(bytes, at, this.length) + runOf(bytes, at + 1, this.length) : 0;
      if (isPair && run <= VALUE_RUN_MAX) {
        bytes.copyWithin(at, at + 1, this.length);
        bytes[at] = valueOpcode(valueOf(next), run);
        this.length--;
      } else {
        at += opcodeBytes(opcode);
      }
    }
  }
}
