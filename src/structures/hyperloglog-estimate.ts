/**
 * How many elements the registers of a HyperLogLog stand for, by how many registers there are of each
 * value: Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017,
 * arXiv:1702.01284), algorithm 6. Redis's order of operations, so that the results are equal.
 */
import { Encoding, encodingAt, HEADER_BYTES, REGISTER_COUNT, REGISTER_MAX, RUN_BITS } from './hyperloglog-format.ts';
import { countSparse } from './hyperloglog-sparse.ts';

/** 1 / (2 ln 2). */
const ALPHA = 0.7213475204444817;
const histogram = new Int32Array(REGISTER_MAX + 1);

/** The estimate of the HyperLogLog of `length` bytes at `offset`, NaN if it is corrupt; may be Infinity. */
export function estimateCount(u8: Uint8Array, offset: number, length: number): number {
  histogram.fill(0);
  if (encodingAt(u8, offset) === Encoding.sparse) {
    if (!countSparse(histogram, u8, offset + HEADER_BYTES, offset + length)) return Number.NaN;
  } else {
    countDense(u8, offset + HEADER_BYTES);
  }
  return estimate();
}

/** The estimate of registers of a byte each. */
export function estimateRegisters(registers: Uint8Array): number {
  histogram.fill(0);
  for (let index = 0; index < REGISTER_COUNT; index++) histogram[registers[index]!]! += 1;
  return estimate();
}

function countDense(u8: Uint8Array, start: number): void {
  for (let index = 0, at = start; index < REGISTER_COUNT; index += 4, at += 3) {
    const four = u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16);
    histogram[four & REGISTER_MAX]! += 1;
    histogram[(four >>> 6) & REGISTER_MAX]! += 1;
    histogram[(four >>> 12) & REGISTER_MAX]! += 1;
    histogram[four >>> 18]! += 1;
  }
}

function estimate(): number {
  let z = REGISTER_COUNT * tau((REGISTER_COUNT - histogram[RUN_BITS + 1]!) / REGISTER_COUNT);
  for (let value = RUN_BITS; value >= 1; value--) {
    z += histogram[value]!;
    z *= 0.5;
  }
  z += REGISTER_COUNT * sigma(histogram[0]! / REGISTER_COUNT);
  return Math.round((ALPHA * REGISTER_COUNT * REGISTER_COUNT) / z);
}

/** The part of the registers that are full. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let weight = 1;
  let sum = 1 - x;
  for (let before = Number.NaN; before !== sum;) {
    x = Math.sqrt(x);
    before = sum;
    weight *= 0.5;
    sum -= (1 - x) * (1 - x) * weight;
  }
  return sum / 3;
}

/** The part of the registers that are empty. */
function sigma(share: number): number {
  if (share === 1) return Infinity;
  let x = share;
  let weight = 1;
  let sum = x;
  for (let before = Number.NaN; before !== sum;) {
    x *= x;
    before = sum;
    sum += x * weight;
    weight += weight;
  }
  return sum;
}
