/**
 * Lists in RDB form: redis-server restores what we dump and we what it dumps, older forms are read, and
 * hostile payloads are refused and leave nothing behind.
 */
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Crc64 } from '../../../../src/persistence/rdb/crc64.ts';
import { RdbType } from '../../../../src/persistence/rdb/rdb-types.ts';
import type { RdbWriter } from '../../../../src/persistence/rdb/rdb-writer.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../../commands/command-bench.ts';
import { bodyOf, sealed } from './payloads.ts';
import { naiveListpack } from '../../structures/listpack-fixture.ts';

const bench = new CommandBench();
afterEach(() => bench.checkAndFlush());

const few = ['a', '', '0', '-1', '4096', '9223372036854775807', '01', '\0\r\n\xff', 'x'.repeat(100)];
const many = [...few, ...Array.from({ length: 3000 }, (_, i) => `element ${i}`)];
const lists: readonly (readonly [string, readonly string[], string])[] = [
  ['one element', ['x'], 'listpack'],
  ['a few elements', few, 'listpack'],
  ['many elements', many, 'quicklist'],
  ['a large element', ['a', 'L'.repeat(100_000), 'b', 'M'.repeat(8193)], 'quicklist'],
];
const refused = '-ERR Bad data format\r\n';

function dump(key: string): Buffer {
  return bodyOf(bench.runBytes(['DUMP', key]));
}

function withChecksum(body: Buffer): Buffer {
  const { low, high } = new Crc64().update(body, 0, body.length);
  const checksum = Buffer.alloc(8);
  checksum.writeInt32LE(low, 0);
  checksum.writeInt32LE(high, 4);
  return Buffer.concat([body, checksum]);
}

function text(writer: RdbWriter, value: Buffer | string): void {
  const bytes = Buffer.from(value);
  writer.string(bytes, 0, bytes.length);
}

function packed(...elements: string[]): Buffer {
  return naiveListpack(elements.map((element) => Buffer.from(element, 'latin1')));
}

/** A list of nodes of the containers 1 (plain) and 2 (a listpack). */
function nodes(...all: readonly (readonly [number, Buffer])[]): Buffer {
  return sealed(RdbType.listQuicklist2, (writer) => {
    writer.count(all.length);
    for (const [container, bytes] of all) {
      writer.count(container);
      text(writer, bytes);
    }
  });
}

/** A ziplist of elements with their heads, each in front of it what the one before takes. */
function ziplist(...elements: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (const element of elements) {
    const before = parts.at(-1)?.length ?? 0;
    const long = Buffer.from([254, 0, 0, 0, 0]);
    if (before >= 254) long.writeUInt32LE(before, 1);
    parts.push(Buffer.concat([before < 254 ? Buffer.from([before]) : long, element]));
  }
  const header = Buffer.alloc(10);
  const bytes = parts.reduce((sum, { length }) => sum + length, 11);
  header.writeUInt32LE(bytes, 0);
  header.writeUInt32LE(elements.length === 0 ? 10 : bytes - 1 - parts.at(-1)!.length, 4);
  header.writeUInt16LE(elements.length, 8);
  return Buffer.concat([header, ...parts, Buffer.from([255])]);
}

function zipString(value: string): Buffer {
  const { length } = value;
  const head = length < 64 ? [length] : length < 16384 ? [0x40 | (length >> 8), length & 255] : [0x80, 0, 0, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), Buffer.from(value, 'latin1')]);
}

function restore(payload: Buffer, key = 'r'): string {
  return bench.run(['RESTORE', key, '0', payload]);
}

describe('a payload of ours', () => {
  test.each(lists)('comes back: %s', (_, elements, encoding) => {
    bench.run(['RPUSH', 'k', ...elements]);
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect([bench.read('OBJECT ENCODING k'), bench.read('OBJECT ENCODING r')]).toEqual([encoding, encoding]);
    expect(bench.read('LRANGE r 0 -1')).toEqual(elements);
    expect(dump('r')).toEqual(dump('k'));
  });

  test('of a quicklist that has become small comes back as a listpack, as in Redis', () => {
    bench.run(['RPUSH', 'k', ...many]);
    bench.run('LTRIM k 0 400');
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect([bench.read('OBJECT ENCODING k'), bench.read('OBJECT ENCODING r')]).toEqual(['quicklist', 'listpack']);
    expect(dump('r')).toEqual(dump('k'));
  });

  test.each(lists)('goes through COPY, RENAME and MOVE: %s', (_, elements) => {
    bench.run(['RPUSH', 'k', ...elements]);
    const payload = dump('k');
    for (const command of ['COPY k c', 'RENAME k {other}k', 'MOVE {other}k 1']) expect(bench.run(command)).toMatch(/^(:1|\+OK)/);
    expect(dump('c')).toEqual(payload);
    bench.db = 1;
    expect(dump('{other}k')).toEqual(payload);
    bench.db = 0;
  });
});

describe.runIf(hasReference())('redis-server', () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis();
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each(lists)('restores what we dump, and we what it dumps: %s', async (_, elements) => {
    bench.run(['RPUSH', 'k', ...elements]);
    expect(await client.call('RESTORE', 'ours', 0, dump('k'), 'REPLACE')).toBe('OK');
    expect(await client.call('LRANGE', 'ours', 0, -1)).toEqual(elements);
    await client.pipelineRaw([['DEL', 'theirs'], ['RPUSH', 'theirs', ...elements.map((element) => Buffer.from(element, 'latin1'))]]);
    for (const compression of ['yes', 'no']) {
      await client.call('CONFIG', 'SET', 'rdbcompression', compression);
      expect(restore(bodyOf(await client.callRaw('DUMP', 'theirs')), `r ${compression}`)).toBe('+OK\r\n');
      expect(bench.read(['LRANGE', `r ${compression}`, '0', '-1'])).toEqual(elements);
    }
  });
});

describe('other forms', () => {
  test('strings one after the other', () => {
    const payload = sealed(RdbType.list, (writer) => {
      writer.count(3);
      for (const element of ['a', '5', 'x'.repeat(9000)]) text(writer, element);
    });
    expect(restore(payload)).toBe('+OK\r\n');
    expect(bench.read('LRANGE r 0 -1')).toEqual(['a', '5', 'x'.repeat(9000)]);
    expect(bench.read('OBJECT ENCODING r')).toBe('quicklist');
  });

  test('a ziplist, with integers of every width and strings of every length', () => {
    const heads = [0xf1, 0xfd].map((head) => Buffer.from([head]));
    const integers = ['fe80', 'c00080', 'f00102ff', 'd001000080', 'e00102030405060788'].map((hex) => Buffer.from(hex, 'hex'));
    const strings = ['', 'a', 'b'.repeat(63), 'c'.repeat(64), 'd'.repeat(300), 'e'.repeat(17_000), 'end'];
    const bytes = ziplist(...heads, ...integers, ...strings.map(zipString));
    expect(restore(sealed(RdbType.listZiplist, (writer) => text(writer, bytes)))).toBe('+OK\r\n');
    expect(bench.read('LRANGE r 0 -1')).toEqual(['0', '12', '-128', '-32768', '-65023', '-2147483647', '-8644934341102468607', ...strings]);
  });

  test('nodes that are ziplists, empty ones among them', () => {
    const payload = sealed(RdbType.listQuicklist, (writer) => {
      writer.count(3);
      for (const bytes of [ziplist(zipString('a'), zipString('7')), ziplist(), ziplist(zipString('b'))]) text(writer, bytes);
    });
    expect(restore(payload)).toBe('+OK\r\n');
    expect(bench.read('LRANGE r 0 -1')).toEqual(['a', '7', 'b']);
  });

  test('plain nodes, however small, and empty listpacks', () => {
    expect(restore(nodes([1, Buffer.from('12')], [2, packed()], [2, packed('a', '3')], [1, Buffer.alloc(0)]))).toBe('+OK\r\n');
    expect(bench.read('LRANGE r 0 -1')).toEqual(['12', 'a', '3', '']);
    expect(bench.read('LPOS r 12')).toBe(0);
    expect(bench.read('LINSERT r AFTER 12 x')).toBe(5);
    expect(bench.read('LSET r 0 now')).toBe('OK');
    expect(bench.read('LREM r 0 ""')).toBe(1);
    expect(bench.read('LRANGE r 0 -1')).toEqual(['now', 'x', 'a', '3']);
  });
});

describe('hostile payloads', () => {
  test.each<[string, Buffer]>([
    ['no elements', sealed(RdbType.list, (writer) => writer.count(0))],
    ['only empty nodes', nodes([2, packed()], [2, packed()])],
    ['no nodes', nodes()],
    ['a container of another kind', nodes([2, packed('a')], [3, packed('b')])],
    ['more nodes than there are', sealed(RdbType.listQuicklist2, (writer) => writer.count(2 ** 40))],
    ['a listpack that says too many elements', nodes([2, packed('b')], [2, Buffer.from('0a0000000200816102ff', 'hex')])],
    ['a listpack that is too short', nodes([2, packed('abc').subarray(0, -1)])],
    ['a listpack with an element beyond its end', nodes([2, Buffer.from('0a00000001008f6102ff', 'hex')])],
    ['a ziplist whose last element is elsewhere', sealed(RdbType.listZiplist, (writer) => {
      const bytes = ziplist(zipString('a'), zipString('b'));
      bytes.writeUInt32LE(10, 4);
      text(writer, bytes);
    })],
    ['a ziplist with an element beyond its end', sealed(RdbType.listZiplist, (writer) => text(writer, ziplist(Buffer.from([9, 0x61]))))],
    ['a ziplist whose element does not know the one before', sealed(RdbType.listQuicklist, (writer) => {
      const bytes = ziplist(zipString('a'), zipString('b'));
      bytes[13] = 7;
      writer.count(1);
      text(writer, bytes);
    })],
    ['bytes behind the last node', withChecksum(Buffer.concat([nodes([2, packed('a')]).subarray(0, -10), Buffer.from([0, 10, 0])]))],
  ])('are refused: %s', (_, payload) => {
    expect(restore(payload)).toBe(refused);
    expect(bench.read('EXISTS r')).toBe(0);
  });

  test(`with any bytes changed are refused or make a list that works (seed ${seed})`, () => {
    const bodies = [
      nodes([2, packed('a', '-1', '5000', 'x'.repeat(70))], [1, Buffer.from('plain')], [2, packed('70000', '')]),
      sealed(RdbType.listQuicklist, (writer) => {
        writer.count(2);
        for (const bytes of [ziplist(zipString('a'), Buffer.from('c00080', 'hex')), ziplist(zipString('b'.repeat(300)), zipString('c'))]) text(writer, bytes);
      }),
      sealed(RdbType.list, (writer) => {
        writer.count(2);
        for (const element of ['abc', '77']) text(writer, element);
      }),
    ].map((payload) => payload.subarray(0, -8));
    const change = fc.record({ body: fc.constantFrom(...bodies), changes: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }) });
    fc.assert(fc.property(change, ({ body, changes }) => {
      const changed = Buffer.from(body);
      for (const [place, byte] of changes) changed[1 + (place % (changed.length - 3))] = byte;
      const isRestored = restore(withChecksum(changed)) === '+OK\r\n';
      const elements = bench.read('LRANGE r 0 -1') as string[];
      expect(bench.read('LLEN r')).toBe(elements.length);
      expect(bench.read('RPOP r 1000000') ?? []).toEqual(elements.toReversed());
      expect(elements.length > 0).toBe(isRestored);
      bench.checkAndFlush();
    }), { seed, numRuns: 2000 });
  });
});
