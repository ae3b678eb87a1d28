/** Streams in serialized form: all types that are read, and payloads that are no good. */
import { expect, test } from 'vitest';
import { keySlot } from '../../../../src/base/crc16.ts';
import { Random } from '../../../../src/base/random.ts';
import type { Keyspace } from '../../../../src/keyspace/keyspace.ts';
import { Crc64 } from '../../../../src/persistence/rdb/crc64.ts';
import { dumpValue } from '../../../../src/persistence/rdb/value-codec.ts';
import { CommandBench } from '../../commands/command-bench.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const FOOTER_BYTES = 10;
const badFormat = '-ERR Bad data format\r\n';
/** One entry 1-1 f v in one node. */
const node = '10 0000000000000001 0000000000000001 1d 1d000000 0a00 0101 0001 0101 816602 0001 0201 0001 0001 817602 0401 ff';
/** One group g with entry 1-1 pending for consumer c since time 256, delivered twice. */
const pendingOne = '01 0000000000000001 0000000000000001 0001000000000000 02';
const consumer = '01 0163 0001000000000000';
const owned = '01 0000000000000001 0000000000000001';

/** A payload with a right footer. */
function payload(...hex: string[]): Buffer {
  return sealed(Buffer.concat([Buffer.from(hex.join('').replaceAll(' ', ''), 'hex'), Buffer.alloc(FOOTER_BYTES)]));
}

function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt16LE(11, bytes.length - FOOTER_BYTES);
  const { low, high } = new Crc64().update(bytes, 0, bytes.length - 8);
  bytes.writeInt32LE(low, bytes.length - 8);
  bytes.writeInt32LE(high, bytes.length - 4);
  return bytes;
}

test.each([
  ['15', payload('0f', '01', node, '01', '0101', '01', '0167', '0101', pendingOne, consumer, owned), 256],
  ['19', payload('13', '01', node, '01', '0101', '0101', '0000', '01', '01', '0167', '0101', '01', pendingOne, consumer, owned), 256],
  ['21', payload('15', '01', node, '01', '0101', '0101', '0000', '01', '01', '0167', '0101', '01', pendingOne, consumer, '0002000000000000', owned), 512],
])('type %s is read', (_, bytes, activeAt) => {
  const bench = new CommandBench();
  expect(bench.run(['RESTORE', 's', '0', bytes])).toBe('+OK\r\n');
  expect(bench.read('XRANGE s - +')).toEqual([['1-1', ['f', 'v']]]);
  const full = bench.read('XINFO STREAM s FULL') as unknown[];
  expect(full.slice(0, 14)).toEqual([
    'length', 1, 'radix-tree-keys', 1, 'radix-tree-nodes', 2, 'last-generated-id', '1-1', 'max-deleted-entry-id', '0-0', 'entries-added', 1, 'recorded-first-entry-id', '1-1',
  ]);
  expect(full[17]).toEqual([[
    'name', 'g', 'last-delivered-id', '1-1', 'entries-read', 1, 'lag', 0, 'pel-count', 1, 'pending', [['1-1', 'c', 256, 2]],
    'consumers', [['name', 'c', 'seen-time', 256, 'active-time', activeAt, 'pel-count', 1, 'pending', [['1-1', 256, 2]]]],
  ]]);
  bench.checkAndFlush();
});

test('producers and what is pending for no consumer make newer types, which are read again', () => {
  const bench = new CommandBench();
  for (const command of ['XADD s IDMP p 1 * f v', 'XADD s IDMP 12 7 * f v', 'XADD s IDMP p 1 * f v', 'XGROUP CREATE s g 0']) bench.run(command);
  expect(typeOfDump(bench)).toBe(26);
  roundTrip(bench);
  bench.run('XREADGROUP GROUP g c STREAMS s >');
  bench.run('XNACK s g FAIL IDS 1 1700000000000-1');
  expect(typeOfDump(bench)).toBe(27);
  roundTrip(bench);
  bench.run('XCFGSET s IDMP-DURATION 5');
  bench.run('XCFGSET s IDMP-DURATION 100');
  roundTrip(bench);
  bench.checkAndFlush();
});

test.each([
  ['a node that is empty', payload('13', '01', '10 0000000000000001 0000000000000001 07 07000000 0000 ff', '00', '0000', '0000', '0000', '00', '00')],
  ['a length that is another', payload('13', '01', node, '02', '0101', '0101', '0000', '02', '00')],
  ['a last id below an entry', payload('13', '01', node, '01', '0100', '0101', '0000', '01', '00')],
  ['a node twice', payload('13', '02', node, node, '02', '0101', '0101', '0000', '02', '00')],
  ['a node that goes on', payload('13', '01', node, '01', '0101', '0101', '0000', '01', '00', '00')],
  ['an id of a node with 15 bytes', payload('13', '01', `0f 00000000000001 0000000000000001 ${node.slice(37)}`, '01', '0101', '0101', '0000', '01', '00')],
  ['a counter that is wrong', payload('13', '01', node.replace('0101 0001', '0201 0001'), '02', '0101', '0101', '0000', '02', '00')],
  ['flags that nobody knows', payload('13', '01', node.replace('817602', '817602').replace('0001 0201', '0001 0801'), '01', '0101', '0101', '0000', '01', '00')],
  ['an entry that says it is longer', payload('13', '01', node.replace('0401 ff', '0501 ff'), '01', '0101', '0101', '0000', '01', '00')],
  ['a group twice', payload('13', '01', node, '01', '0101', '0101', '0000', '01', '02', '0167 0000 00 00 00', '0167 0000 00 00 00')],
  ['what is pending for nobody', payload('13', '01', node, '01', '0101', '0101', '0000', '01', '01', '0167', '0101', '01', pendingOne, '00')],
  ['what is pending for two', payload('13', '01', node, '01', '0101', '0101', '0000', '01', '01', '0167', '0101', '01', pendingOne, '02 0163 0001000000000000', owned, '0164 0001000000000000', owned)],
  ['what a consumer has and its group has not', payload('13', '01', node, '01', '0101', '0101', '0000', '01', '01', '0167', '0101', '01', '00', consumer, owned)],
  ['a consumer twice', payload('13', '01', node, '01', '0101', '0101', '0000', '01', '01', '0167', '0101', '01', '00', '02 0163 0001000000000000 00 0163 0001000000000000 00')],
  ['more nodes than bytes', payload('13', '81 ffffffffffffffff', node, '01', '0101', '0101', '0000', '01', '00')],
])('%s is refused', (_, bytes) => {
  const bench = new CommandBench();
  expect(bench.run(['RESTORE', 's', '0', bytes])).toBe(badFormat);
  expect(bench.dataset()).toEqual([]);
  bench.checkAndFlush();
});

test(`a payload with bytes changed is refused or makes a stream that can be used (TEST_SEED=${SEED})`, () => {
  const random = new Random(SEED);
  const good = samplePayloads();
  const bench = new CommandBench();
  let accepted = 0;
  for (let round = 0; round < 1500; round++) {
    const bytes = sealed(mutated(random, good[random.below(good.length)]!));
    const reply = bench.run(['RESTORE', 's', '0', bytes, 'REPLACE']);
    expect([badFormat, '+OK\r\n']).toContain(reply);
    if (reply === badFormat || bench.read('TYPE s') !== 'stream') continue;
    accepted++;
    for (const command of [
      'XLEN s', 'XRANGE s - +', 'XREVRANGE s + -', 'XINFO STREAM s FULL', 'XINFO GROUPS s', 'XREADGROUP GROUP g c STREAMS s >', 'XAUTOCLAIM s g d 0 0', 'XADD s * f v',
      'XDEL s 5 8', 'XADD s IDMP p 3 * f v', 'XTRIM s MAXLEN 2', 'XTRIM s MAXLEN 0', 'XADD s * f v', 'MEMORY USAGE s',
    ]) bench.run(command);
    bench.run('COPY s t REPLACE');
  }
  expect(accepted).toBeGreaterThan(20);
  bench.checkAndFlush();
});

function samplePayloads(): Buffer[] {
  const bench = new CommandBench();
  for (const command of [
    'XADD s 1 f v', 'XADD s 2 f 5', 'XADD s 5 g 70000 f v', 'XADD s 8 f -1', 'XDEL s 2', 'XGROUP CREATE s g 0', 'XGROUP CREATE s h 5', 'XREADGROUP GROUP g c COUNT 2 STREAMS s >',
    'XREADGROUP GROUP g d STREAMS s >',
  ]) bench.run(command);
  const plain = dumpOf(bench);
  bench.run('XADD s IDMP p 1 * f v');
  bench.run('XNACK s g FAIL IDS 1 5');
  return [plain, dumpOf(bench)];
}

function mutated(random: Random, good: Buffer): Buffer {
  const bytes = Buffer.from(good);
  for (let changes = 1 + random.below(2); changes > 0; changes--) {
    const at = 1 + random.below(bytes.length - FOOTER_BYTES - 1);
    bytes[at] = random.below(2) === 0 ? bytes[at]! ^ (1 << random.below(8)) : random.below(256);
  }
  return bytes;
}

function dumpOf({ keyspaces: [keyspace] }: CommandBench): Buffer {
  return dumpValue(keyspace as Keyspace, keyspace!.find(0, slot, key, 0, 1));
}

const key = Buffer.from('s');
const slot = keySlot(key, 0, 1);

function typeOfDump(bench: CommandBench): number {
  return dumpOf(bench)[0]!;
}

function roundTrip(bench: CommandBench): void {
  const payloadHere = bench.runBytes('DUMP s');
  bench.run('COPY s t REPLACE');
  expect(bench.runBytes('DUMP t')).toEqual(payloadHere);
  bench.run('DEL t');
}
