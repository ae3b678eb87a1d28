/**
 * Nanoseconds per operation of the table and the key hash, and table memory per key, beside a Map
 * with string keys in the same run.
 *
 *     node bench/micro/table.ts [--keys 1000000] [--roots 16384] [--rounds 3]
 *
 * Keys are 16 bytes, records 24 bytes; look-ups come in random order from one large buffer, as
 * arguments do from a request ring.
 */
import { parseArgs } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { Arena, Purpose } from '../../src/memory/arena.ts';
import { KeyHash } from '../../src/structures/key-hash.ts';
import { Table } from '../../src/structures/table.ts';

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
const records = new Int32Array(keyCount);
// Key number i is looked up as the i-th and inserted as the order[i]-th.
const order = shuffled(keyCount, new Random(1));
let sink = 0;

for (let index = 0; index < keyCount; index++) writeKey(index);

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
  for (let turn = 0; turn < keyCount; turn++) {
    const index = order[turn]!;
    const addr = arena.alloc(4 + KEY_BYTES + 4, Purpose.entry);
    arena.i32[addr * 2] = KEY_BYTES | (1 << 16);
    const from = index * KEY_BYTES;
    const to = addr * 8 + 4;
    const u8 = arena.u8;
    for (let at = 0; at < KEY_BYTES; at++) u8[to + at] = keys[from + at]!;
    records[index] = addr;
    table.insert(rootOf(index), hashOf(index), addr);
  }
}

function findAll(): void {
  for (let index = 0; index < keyCount; index++) {
    sink ^= table.find(rootOf(index), hashOf(index), keys, index * KEY_BYTES, KEY_BYTES);
  }
}

function findBatches(): void {
  const hashes = new Int32Array(BATCH);
  for (let first = 0; first + BATCH <= keyCount; first += BATCH) {
    for (let slot = 0; slot < BATCH; slot++) hashes[slot] = hashOf(first + slot);
    for (let slot = 0; slot < BATCH; slot++) sink ^= table.prefetch(rootOf(first + slot), hashes[slot]!);
    for (let slot = 0; slot < BATCH; slot++) sink ^= table.prefetchRecord(rootOf(first + slot), hashes[slot]!);
    for (let slot = 0; slot < BATCH; slot++) {
      sink ^= table.find(rootOf(first + slot), hashes[slot]!, keys, (first + slot) * KEY_BYTES, KEY_BYTES);
    }
  }
}

function findAbsent(): void {
  for (let index = 0; index < keyCount; index++) {
    sink ^= table.find(rootOf(index), hashOf(index) ^ 0x5bd1e995, keys, index * KEY_BYTES, KEY_BYTES);
  }
}

function drawAll(): void {
  const random = new Random(3);
  for (let index = 0; index < keyCount; index++) sink ^= table.random(rootOf(index), random);
}

function removeAll(): void {
  for (let index = 0; index < keyCount; index++) {
    table.remove(rootOf(index), hashOf(index), records[index]!);
    arena.free(records[index]!, Purpose.entry);
  }
}

function mapBaseline(): void {
  const map = new Map<string, number>();
  const names = Array.from({ length: keyCount }, (_, index) =>
    String.fromCharCode(...keys.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES)),
  );
  report('Map with string keys: insert', () => {
    for (let turn = 0; turn < keyCount; turn++) map.set(names[order[turn]!]!, turn);
  });
  report('Map: look-up, random, string made from bytes', () => {
    const buffer = Buffer.from(keys.buffer);
    for (let index = 0; index < keyCount; index++) {
      const from = index * KEY_BYTES;
      sink ^= map.get(buffer.toString('latin1', from, from + KEY_BYTES))!;
    }
  });
}

function report(what: string, work: () => void): void {
  const start = process.hrtime.bigint();
  work();
  const ns = Number(process.hrtime.bigint() - start) / keyCount;
  console.log(`${ns.toFixed(0).padStart(8)} ns  ${what}`);
}

function rootOf(index: number): number {
  return roots + (Math.imul(index, 0x9e3779b1) >>> 8) % rootCount * ROOT_WORDS;
}

function hashOf(index: number): number {
  return keyHash.hash(keys, index * KEY_BYTES, KEY_BYTES);
}

function tableBytes(): number {
  return arena.usedBytesOf(Purpose.table) + rootCount * ROOT_WORDS * 4;
}

function writeKey(index: number): void {
  const text = `key:${String(index).padStart(KEY_BYTES - 4, '0')}`;
  for (let at = 0; at < KEY_BYTES; at++) keys[index * KEY_BYTES + at] = text.charCodeAt(at);
}

function shuffled(length: number, random: Random): Int32Array {
  const items = Int32Array.from({ length }, (_, index) => index);
  for (let left = length - 1; left > 0; left--) {
    const other = random.below(left + 1);
    const item = items[left]!;
    items[left] = items[other]!;
    items[other] = item;
  }
  return items;
}
