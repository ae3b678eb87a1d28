/** HyperLogLogs against plain arrays of registers. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateCount, estimateRegisters } from '../../../src/structures/hyperloglog-estimate.ts';
import {
  DENSE_BYTES, Encoding, HEADER_BYTES, INDEX_BITS, isHyperLogLog, REGISTER_COUNT, registerOf, writeHeader,
} from '../../../src/structures/hyperloglog-format.ts';
import { mergeInto, packRegisters, readRegister, Registers, writeRegister } from '../../../src/structures/hyperloglog-registers.ts';
import { testHyperLogLogs } from '../../../src/structures/hyperloglog-self-test.ts';
import { countSparse, isValueRun, opcodeBytes, runOf, valueOf } from '../../../src/structures/hyperloglog-sparse.ts';
import { HyperLogLog, Outcome } from '../../../src/structures/hyperloglog.ts';
import { seed } from '../base/seed.ts';

const sparseBytesMax = 3000;
/** Registers near each other, so that runs are split and joined. */
const index = fc.oneof(fc.nat(30), fc.integer({ min: 16_360, max: REGISTER_COUNT - 1 }), fc.nat(REGISTER_COUNT - 1));
const value = fc.oneof({ weight: 30, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 10, arbitrary: fc.integer({ min: 1, max: 32 }) }, { weight: 1, arbitrary: fc.constant(33) });
const raises = fc.array(fc.tuple(index, value), { maxLength: 200 });

function empty(): HyperLogLog {
  const made = new HyperLogLog();
  made.clear();
  return made;
}

function registersOf({ bytes, length }: HyperLogLog): Registers {
  const registers = new Registers();
  expect(mergeInto(registers, bytes, 0, length)).toBe(true);
  return registers;
}

function registersWith(bytes: Uint8Array): Registers {
  const registers = new Registers();
  registers.bytes.set(bytes);
  return registers;
}

test('registers are raised as in an array, sparse or dense', () => {
  fc.assert(fc.property(raises, fc.constantFrom(18, 60, sparseBytesMax), (all, limit) => {
    const hyperLogLog = empty();
    const model = new Uint8Array(REGISTER_COUNT);
    for (const [at, to] of all) {
      expect(hyperLogLog.raise(at, to, limit)).toBe(to > model[at]! ? Outcome.changed : Outcome.unchanged);
      model[at] = Math.max(model[at]!, to);
      expect(isHyperLogLog(hyperLogLog.bytes, 0, hyperLogLog.length)).toBe(true);
    }
    expect(Buffer.compare(registersOf(hyperLogLog).bytes, model)).toBe(0);
    expect(hyperLogLog.isDense || hyperLogLog.length <= limit).toBe(true);
    expect(estimateCount(hyperLogLog.bytes, 0, hyperLogLog.length)).toBe(estimateRegisters(registersWith(model)));
    expect(hyperLogLog.makeDense()).toBe(true);
    expect(hyperLogLog.length).toBe(DENSE_BYTES);
    expect(Buffer.compare(registersOf(hyperLogLog).bytes, model)).toBe(0);
  }), { seed, numRuns: 150 });
});

test('raising all registers is raising them one by one', () => {
  fc.assert(fc.property(raises, raises, fc.constantFrom(18, 60, sparseBytesMax), (before, all, limit) => {
    const [together, oneByOne] = [empty(), empty()];
    for (const hyperLogLog of [together, oneByOne]) for (const [at, to] of before) hyperLogLog.raise(at, to, limit);
    const wanted = new Registers();
    for (const [at, to] of all) wanted.bytes[at] = Math.max(wanted.bytes[at]!, to);
    for (const [at, to] of wanted.bytes.entries()) if (to > 0) oneByOne.raise(at, to, limit);
    together.raiseAll(wanted, limit);
    expect(Buffer.compare(together.bytes.subarray(0, together.length), oneByOne.bytes.subarray(0, oneByOne.length))).toBe(0);
  }), { seed, numRuns: 150 });
});

test('equal values side by side are joined', () => {
  const hyperLogLog = empty();
  for (const at of [100, 102, 101, 103, 104, 99]) hyperLogLog.raise(at, 7, sparseBytesMax);
  const opcodes: string[] = [];
  for (let at = HEADER_BYTES; at < hyperLogLog.length; at += opcodeBytes(hyperLogLog.bytes[at]!)) {
    const opcode = hyperLogLog.bytes[at]!;
    opcodes.push(`${isValueRun(opcode) ? `v${valueOf(opcode)}` : 'z'}:${runOf(hyperLogLog.bytes, at, hyperLogLog.length)}`);
  }
  expect(opcodes).toEqual(['z:99', 'v7:1', 'v7:4', 'v7:1', 'z:16279']);
});

test('registers of six bits keep to themselves', () => {
  fc.assert(fc.property(fc.array(fc.tuple(index, fc.nat(63)), { maxLength: 50 }), fc.boolean(), (writes, startFull) => {
    const bytes = new Uint8Array(DENSE_BYTES + 1).fill(startFull ? 0xff : 0);
    const model = new Uint8Array(REGISTER_COUNT).fill(startFull ? 63 : 0);
    for (const [at, to] of writes) {
      writeRegister(bytes, HEADER_BYTES, at, to);
      model[at] = to;
    }
    for (const [at] of writes) expect(readRegister(bytes, HEADER_BYTES, at)).toBe(model[at]);
    writeHeader(bytes, 0, Encoding.dense);
    const registers = new Registers();
    mergeInto(registers, bytes, 0, DENSE_BYTES);
    expect(Buffer.compare(registers.bytes, model)).toBe(0);
    const packed = new Uint8Array(DENSE_BYTES);
    writeHeader(packed, 0, Encoding.dense);
    packRegisters(registers, packed, 0);
    expect(Buffer.compare(packed, bytes.subarray(0, DENSE_BYTES))).toBe(0);
    expect(bytes[DENSE_BYTES]).toBe(startFull ? 0xff : 0);
  }), { seed, numRuns: 50 });
});

test('opcodes from anywhere are corrupt or count all registers, and nothing is read or written beside them', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.tuple(index, value), { maxLength: 20 }), (opcodes, all) => {
    const bytes = new Uint8Array(HEADER_BYTES + opcodes.length);
    writeHeader(bytes, 0, Encoding.sparse);
    bytes.set(opcodes, HEADER_BYTES);
    const histogram = new Int32Array(64);
    const isWhole = countSparse(histogram, bytes, HEADER_BYTES, bytes.length);
    expect(mergeInto(new Registers(), bytes, 0, bytes.length)).toBe(isWhole);
    expect(Number.isNaN(estimateCount(bytes, 0, bytes.length))).toBe(!isWhole);
    const draft = new HyperLogLog();
    draft.load(bytes, 0, bytes.length);
    expect(draft.makeDense()).toBe(isWhole);
    draft.load(bytes, 0, bytes.length);
    for (const [at, to] of all) draft.raise(at, to, sparseBytesMax);
    expect(draft.length).toBeLessThanOrEqual(DENSE_BYTES);
  }), { seed, numRuns: 2000 });
});

test.each([1000, 100_000, 1_000_000])('%i elements are counted within three standard errors', (count) => {
  const hyperLogLog = empty();
  const element = new Uint8Array(4);
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < 4; byte++) element[byte] = i >>> (byte * 8);
    const register = registerOf(element, 0, 4);
    hyperLogLog.raise(register & (REGISTER_COUNT - 1), register >>> INDEX_BITS, sparseBytesMax);
  }
  const error = Math.abs(estimateCount(hyperLogLog.bytes, 0, hyperLogLog.length) - count) / count;
  expect(error).toBeLessThan(3 * (1.04 / 128));
});

test('what forged registers make of the count is defined', () => {
  const registers = new Registers();
  for (const [every, count] of [[0, 0], [51, Infinity], [63, Infinity]] as const) {
    registers.bytes.fill(every);
    expect(estimateRegisters(registers)).toBe(count);
  }
});

test('a large buffer is given back', () => {
  const draft = new HyperLogLog();
  const large = new Uint8Array(1_000_000);
  writeHeader(large, 0, Encoding.sparse);
  draft.load(large, 0, large.length);
  draft.load(large, 0, 100);
  expect(draft.bytes.length).toBeLessThan(20_000);
});

test('the self test passes', () => {
  expect(testHyperLogLogs()).toBeUndefined();
});
