/** The registers of dense HyperLogLogs, and those of any as a byte each. `at` is where the registers begin. */
import { DENSE_BYTES, Encoding, encodingAt, HEADER_BYTES, REGISTER_BITS, REGISTER_COUNT, REGISTER_MAX } from './hyperloglog-format.ts';
import { mergeSparse } from './hyperloglog-sparse.ts';

/** All registers, a byte each. */
export class Registers {
  readonly bytes = new Uint8Array(REGISTER_COUNT);
  /** The same, four at a time. */
  readonly words = new Int32Array(this.bytes.buffer);

  clear(): void {
    this.words.fill(0);
  }
}

export function readRegister(u8: Uint8Array, at: number, index: number): number {
  const bit = index * REGISTER_BITS;
  const byte = at + (bit >>> 3);
  const shift = bit & 7;
  // The last register ends with its byte.
  const pair = shift > 2 ? u8[byte]! | (u8[byte + 1]! << 8) : u8[byte]!;
  return (pair >>> shift) & REGISTER_MAX;
}

export function writeRegister(u8: Uint8Array, at: number, index: number, value: number): void {
  const bit = index * REGISTER_BITS;
  const byte = at + (bit >>> 3);
  const shift = bit & 7;
  u8[byte] = (u8[byte]! & ~(REGISTER_MAX << shift)) | (value << shift);
  if (shift > 2) u8[byte + 1] = (u8[byte + 1]! & ~(REGISTER_MAX >>> (8 - shift))) | (value >>> (8 - shift));
}

/** Raises a register to `value`; false if it is not lower. */
export function raiseRegister(u8: Uint8Array, at: number, index: number, value: number): boolean {
  if (readRegister(u8, at, index) >= value) return false;
  writeRegister(u8, at, index, value);
  return true;
}

/** Raises each of `registers` to that of the HyperLogLog of `length` bytes at `offset`; false if that one is corrupt. */
export function mergeInto({ bytes: registers }: Registers, u8: Uint8Array, offset: number, length: number): boolean {
  if (encodingAt(u8, offset) === Encoding.sparse) return mergeSparse(registers, u8, offset + HEADER_BYTES, offset + length);
  for (let index = 0, at = offset + HEADER_BYTES; index < REGISTER_COUNT; index += 4, at += 3) {
    const four = u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16);
    raise(registers, index, four & REGISTER_MAX);
    raise(registers, index + 1, (four >>> 6) & REGISTER_MAX);
    raise(registers, index + 2, (four >>> 12) & REGISTER_MAX);
    raise(registers, index + 3, four >>> 18);
  }
  return true;
}

/** Writes all registers of the dense HyperLogLog at `offset`. */
export function packRegisters({ bytes: registers }: Registers, u8: Uint8Array, offset: number): void {
  for (let index = 0, at = offset + HEADER_BYTES; at < offset + DENSE_BYTES; index += 4, at += 3) {
    const four = registers[index]! | (registers[index + 1]! << 6) | (registers[index + 2]! << 12) | (registers[index + 3]! << 18);
    u8[at] = four;
    u8[at + 1] = four >>> 8;
    u8[at + 2] = four >>> 16;
  }
}

function raise(registers: Uint8Array, index: number, value: number): void {
  if (value > registers[index]!) registers[index] = value;
}
