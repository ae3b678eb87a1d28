/**
 * The registers of sparse HyperLogLogs, as runs of equal ones:
 *
 *   00nnnnnn            n + 1 registers of 0, up to 64
 *   01nnnnnn nnnnnnnn   n + 1 registers of 0, up to 16384, higher bits first
 *   1vvvvvnn            n + 1 registers of v + 1, up to 4 of up to 32
 *
 * Opcodes may come from anywhere: nothing here relies on their making sense.
 */
import { REGISTER_COUNT } from './hyperloglog-format.ts';

const longFlag = 0x40;
const valueFlag = 0x80;
const shortRunMax = 64;
/** By opcode: how many registers it is about; 0 for those whose second byte says it. */
export const shortRuns: Uint8Array = Uint8Array.from({ length: 256 }, (_, opcode) => (isValueRun(opcode) ? (opcode & 3) + 1 : isLongRun(opcode) ? 0 : opcode + 1));
/** By opcode: the value of its registers. */
const values = Uint8Array.from({ length: 256 }, (_, opcode) => (isValueRun(opcode) ? ((opcode >>> 2) & 31) + 1 : 0));
/** Greatest value that fits. */
export const SPARSE_VALUE_MAX = 32;
export const VALUE_RUN_MAX = 4;

export function isValueRun(opcode: number): boolean {
  return (opcode & valueFlag) !== 0;
}

export function isLongRun(opcode: number): boolean {
  return (opcode & (valueFlag | longFlag)) === longFlag;
}

export function opcodeBytes(opcode: number): 1 | 2 {
  return isLongRun(opcode) ? 2 : 1;
}

/** The value of the registers of an opcode. */
export function valueOf(opcode: number): number {
  return values[opcode]!;
}

/** How many registers the opcode at `at` is about; what is cut off at `end` counts as 0. */
export function runOf(u8: Uint8Array, at: number, end: number): number {
  const run = shortRuns[u8[at]!]!;
  return run > 0 ? run : (((u8[at]! & 63) << 8) | (at + 1 < end ? u8[at + 1]! : 0)) + 1;
}

export function valueOpcode(value: number, run: number): number {
  return valueFlag | ((value - 1) << 2) | (run - 1);
}

/** Writes a run of zeros; returns the position behind it. */
export function writeZeros(u8: Uint8Array, at: number, run: number): number {
  if (run <= shortRunMax) {
    u8[at] = run - 1;
    return at + 1;
  }
  u8[at] = longFlag | ((run - 1) >>> 8);
  u8[at + 1] = run - 1;
  return at + 2;
}

/** Raises each of `registers` to that of the opcodes; false if they do not fit. */
export function mergeSparse(registers: Uint8Array, u8: Uint8Array, start: number, end: number): boolean {
  let index = 0;
  for (let at = start; at < end; at++) {
    const opcode = u8[at]!;
    const value = values[opcode]!;
    const run = runOf(u8, at, end);
    if (value > 0) {
      if (index + run > REGISTER_COUNT) return false;
      for (let i = index; i < index + run; i++) if (value > registers[i]!) registers[i] = value;
    } else if (isLongRun(opcode)) {
      at++;
    }
    index += run;
  }
  return index === REGISTER_COUNT;
}

/** Counts the registers by value; false if there are not as many as there should be. */
export function countSparse(histogram: Int32Array, u8: Uint8Array, start: number, end: number): boolean {
  let index = 0;
  for (let at = start; at < end; at++) {
    const opcode = u8[at]!;
    const run = runOf(u8, at, end);
    histogram[values[opcode]!]! += run;
    index += run;
    if (isLongRun(opcode)) at++;
  }
  return index === REGISTER_COUNT;
}
