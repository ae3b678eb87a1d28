/** What PFSELFTEST tests: registers keep what is written into them, and counts are as near as they should be. */
import { estimateCount } from './hyperloglog-estimate.ts';
import { DENSE_BYTES, Encoding, HEADER_BYTES, INDEX_BITS, REGISTER_COUNT, REGISTER_MAX, registerOf, writeHeader } from './hyperloglog-format.ts';
import { readRegister, writeRegister } from './hyperloglog-registers.ts';
import { HyperLogLog } from './hyperloglog.ts';

const rounds = 20;
const elementCount = 100_000;
/** So many standard errors a count may be off. */
const errorsAllowed = 5;
const relativeError = 1.04 / Math.sqrt(REGISTER_COUNT);
const sparseBytesMax = 3000;

/** What has failed, if anything. */
export function testHyperLogLogs(): string | undefined {
  return testRegisters() ?? testCounts();
}

/** Fills the registers with other numbers again and again, so that a write beyond its own bits is found. */
function testRegisters(): string | undefined {
  const bytes = new Uint8Array(DENSE_BYTES);
  writeHeader(bytes, 0, Encoding.dense);
  for (let round = 0; round < rounds; round++) {
    const valueAt = (index: number): number => (Math.imul(index + round, 0x9e3779b1) >>> 13) & REGISTER_MAX;
    for (let index = 0; index < REGISTER_COUNT; index++) writeRegister(bytes, HEADER_BYTES, index, valueAt(index));
    for (let index = 0; index < REGISTER_COUNT; index++) {
      const value = readRegister(bytes, HEADER_BYTES, index);
      if (value !== valueAt(index)) return `Register ${index} should be ${valueAt(index)} but is ${value}`;
    }
  }
  return undefined;
}

/** Counts now and then while elements are added; a sparse and a dense one must count the same. */
function testCounts(): string | undefined {
  const [sparse, dense] = [new HyperLogLog(), new HyperLogLog()];
  sparse.clear();
  dense.clear();
  dense.makeDense();
  const element = new Uint8Array(4);
  for (let added = 1, nextCheck = 1; added <= elementCount; added++) {
    for (let i = 0; i < 4; i++) element[i] = added >>> (i * 8);
    const register = registerOf(element, 0, 4);
    for (const one of [sparse, dense]) one.raise(register & (REGISTER_COUNT - 1), register >>> INDEX_BITS, sparseBytesMax);
    if (added !== nextCheck) continue;
    nextCheck *= 10;
    const counted = estimateCount(dense.bytes, 0, dense.length);
    if (estimateCount(sparse.bytes, 0, sparse.length) !== counted) return `The sparse encoding of ${added} elements counts otherwise than the dense one`;
    if (Math.abs(counted - added) > Math.ceil(errorsAllowed * relativeError * added)) return `${added} elements are counted as ${counted}`;
  }
  return undefined;
}
