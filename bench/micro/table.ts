/**
 * Nanoseconds per operation of the table and the key hash, and table memory per key, beside a Map
 * with string keys in the same run.
 *
 *     node bench/micro/table.ts [--keys 1000000] [--roots 16384] [--rounds 3]
 *
 * Keys are 16 bytes, records 24 bytes. Look-ups come in another order than insertions; their keys
 * stand one behind the other, as arguments do in a request ring.
 */
import { parseArgs } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { Arena, Purpose } from '../../src/memory/arena.ts';
import { KeyHash } from '../../src/structures/key-hash.ts';
import { Prefetch } from '../../src/structures/prefetch.ts';
import { Table } from '../../src/structures/table.ts';
import { nanosecondsPer } from './nanoseconds-per.ts';
import { shuffled } from './shuffled.ts';

const KEY_BYTES = 16;
const ROOT_WORDS = 4;
const BATCH = 16;

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '1000000' },
    roots: { type: 'string', default: '16384' },
    rounds: { type: 'string', default: '3' },
  },
});
const keyCount = Number(values.keys);
const rootCount = Number(values.roots);
const rounds = Number(values.rounds);

const arena = Arena.create({ initialBytes: 2 ** 26, maxBytes: 2 ** 34 });
const keyHash = new KeyHash(0x12345678, 0x9abcdef0);
const table = new Table(arena, keyHash);
const roots = arena.alloc(rootCount * ROOT_WORDS * 4, Purpose.index) * 2;
arena.i32.fill(0, roots, roots + rootCount * ROOT_WORDS);

const keys = new Uint8Array(keyCount * KEY_BYTES);
const asked = new Uint8Array(keyCount * KEY_BYTES);
const askedRoots = new Float64Array(keyCount);
const records = new Int32Array(keyCount);
const order = shuffled(keyCount, new Random(1));
let sink = 0;

for (let index = 0; index < keyCount; index++) writeKey(index);
for (let turn = 0; turn < keyCount; turn++) {
  const from = order[turn]! * KEY_BYTES;
  asked.set(keys.subarray(from, from + KEY_BYTES), turn * KEY_BYTES);
  askedRoots[turn] = rootOf(order[turn]!);
}

report('hash', () => {
  for (let index = 0; index < keyCount; index++) sink ^= hashOf(index);
});
for (let round = 0; round < rounds; round++) {
  report('insert, with hash and record', insertAll);
  report('look-up, random', findAll);
  report(`look-up, random, batches of ${BATCH} prefetched`, findBatches);
  report('look-up of absent keys', findAbsent);
  if (round === 0) console.log(`${(tableBytes() / keyCount).toFixed(2).padStart(8)} B   table memory per key with the roots`);
  report('random record', drawAll);
  report('remove, with hash and record', removeAll);
}
table.check(roots);
arena.check();
mapBaseline();
if (sink === 1) console.log();

function insertAll(): void {
  for (let index = 0; index < keyCount; index++) {
    const addr = arena.alloc(4 + KEY_BYTES + 4, Purpose.entry);
    arena.i32[addr * 2] = KEY_BYTES | (1 << 16);
    const from = index * KEY_BYTES;
    const to = addr * 8 + 4;
    const u8 = arena.u8;
    for (let at = 0; at < KEY_BYTES; at++) u8[to + at] = keys[from + at]!;
    records[index] = addr;
    table.insert(rootOf(index), keyHash.hash(keys, from, KEY_BYTES), addr);
  }
}

function findAll(): void {
  for (let turn = 0; turn < keyCount; turn++) {
    sink ^= table.find(askedRoots[turn]!, hashOf(turn), asked, turn * KEY_BYTES, KEY_BYTES);
  }
}

function findBatches(): void {
  const hashes = new Int32Array(BATCH);
  const prefetch = new Prefetch(BATCH);
  for (let first = 0; first + BATCH <= keyCount; first += BATCH) {
    for (let slot = 0; slot < BATCH; slot++) hashes[slot] = hashOf(first + slot);
    for (let slot = 0; slot < BATCH; slot++) prefetch.add(askedRoots[first + slot]!, hashes[slot]!);
    prefetch.run(arena.i32);
    for (let slot = 0; slot < BATCH; slot++) {
      sink ^= table.find(askedRoots[first + slot]!, hashes[slot]!, asked, (first + slot) * KEY_BYTES, KEY_BYTES);
    }
  }
}

function findAbsent(): void {
  for (let turn = 0; turn < keyCount; turn++) {
    sink ^= table.find(askedRoots[turn]!, hashOf(turn) ^ 0x5bd1e995, asked, turn * KEY_BYTES, KEY_BYTES);
  }
}

function drawAll(): void {
  const random = new Random(3);
  for (let turn = 0; turn < keyCount; turn++) sink ^= table.random(askedRoots[turn]!, random);
}

function removeAll(): void {
  for (let turn = 0; turn < keyCount; turn++) {
    const addr = records[order[turn]!]!;
    table.remove(askedRoots[turn]!, hashOf(turn), addr);
    arena.free(addr, Purpose.entry);
  }
}

function mapBaseline(): void {
  const map = new Map<string, number>();
  const names = Array.from({ length: keyCount }, (_, index) =>
    String.fromCharCode(...keys.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES)),
  );
  report('Map with string keys: insert', () => {
    for (let index = 0; index < keyCount; index++) map.set(names[index]!, index);
  });
  report('Map: look-up, random, string made from bytes', () => {
    const buffer = Buffer.from(asked.buffer);
    for (let turn = 0; turn < keyCount; turn++) {
      const from = turn * KEY_BYTES;
      sink ^= map.get(buffer.toString('latin1', from, from + KEY_BYTES))!;
    }
  });
}

function report(what: string, work: () => void): void {
  console.log(`${nanosecondsPer(keyCount, work).toFixed(0).padStart(8)} ns  ${what}`);
}

function rootOf(index: number): number {
  return roots + (Math.imul(index, 0x9e3779b1) >>> 8) % rootCount * ROOT_WORDS;
}

function hashOf(turn: number): number {
  return keyHash.hash(asked, turn * KEY_BYTES, KEY_BYTES);
}

function tableBytes(): number {
  return arena.usedBytesOf(Purpose.table) + rootCount * ROOT_WORDS * 4;
}

function writeKey(index: number): void {
  const text = `key:${String(index).padStart(KEY_BYTES - 4, '0')}`;
  for (let at = 0; at < KEY_BYTES; at++) keys[index * KEY_BYTES + at] = text.charCodeAt(at);
}
