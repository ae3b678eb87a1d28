/**
 * How many elements the registers of a HyperLogLog stand for, by how many registers there are of each
 * value: Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017,
 * arXiv:1702.01284), algorithm 6. Redis's order of operations, so that the results are equal.
 */
import { DENSE_BYTES, Encoding, encodingAt, HEADER_BYTES, REGISTER_COUNT, REGISTER_MAX, RUN_BITS } from './hyperloglog-format.ts';
import type { Registers } from './hyperloglog-registers.ts';
import { countSparse } from './hyperloglog-sparse.ts';

/** 1 / (2 ln 2). */
const ALPHA = 0.7213475204444817;
const VALUE_COUNT = REGISTER_MAX + 1;
/** Four histograms side by side, so that counting one register need not wait for the count of the one before. */
const histograms = new Int32Array(4 * VALUE_COUNT);
const histogram = histograms.subarray(0, VALUE_COUNT);

/** The estimate of the HyperLogLog of `length` bytes at `offset`, NaN if it is corrupt; may be Infinity. */
export function estimateCount(u8: Uint8Array, offset: number, length: number): number {
  histograms.fill(0);
  if (encodingAt(u8, offset) === Encoding.sparse) {
    if (!countSparse(histogram, u8, offset + HEADER_BYTES, offset + length)) return Number.NaN;
  } else {
    countDense(u8, offset + HEADER_BYTES);
  }
  return estimate();
}

/** The estimate of registers of a byte each. */
export function estimateRegisters({ words }: Registers): number {
  histograms.fill(0);
  let empty = 0;
  for (let i = 0; i < words.length; i++) {
    const four = words[i]!;
    if (four === 0) empty += 4;
    else countFour(four & 0xff, (four >>> 8) & 0xff, (four >>> 16) & 0xff, four >>> 24);
  }
  histogram[0]! += empty;
  return estimate();
}

function countDense(u8: Uint8Array, start: number): void {
  for (let at = start; at < start + DENSE_BYTES - HEADER_BYTES; at += 3) {
    const four = u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16);
    countFour(four & REGISTER_MAX, (four >>> 6) & REGISTER_MAX, (four >>> 12) & REGISTER_MAX, four >>> 18);
  }
}

function countFour(a: number, b: number, c: number, d: number): void {
  histograms[a]! += 1;
  histograms[VALUE_COUNT + b]! += 1;
  histograms[2 * VALUE_COUNT + c]! += 1;
  histograms[3 * VALUE_COUNT + d]! += 1;
}

function sumHistograms(): void {
  for (let i = VALUE_COUNT; i < histograms.length; i++) histogram[i % VALUE_COUNT]! += histograms[i]!;
}

function estimate(): number {
  sumHistograms();
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
