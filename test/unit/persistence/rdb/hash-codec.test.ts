/**
 * Hashes in RDB form: redis-server restores what we dump and we what it dumps, older and newer forms are read,
 * and hostile payloads are refused and leave nothing behind.
 */
import { array, assert, constantFrom, nat, property, tuple } from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RdbType } from '../../../../src/persistence/rdb/rdb-types.ts';
import type { RdbWriter } from '../../../../src/persistence/rdb/rdb-writer.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../../commands/command-bench.ts';
import { bodyOf, sealed, text } from './payloads.ts';

const bench = new CommandBench();
afterEach(() => bench.checkAndFlush());

const small = ['a', '1', '2', 'b', 'empty', '', '-7', '01', 'big', '9223372036854775807', 'bytes', '\0\r\n\xff'];
const large = [...small, 'long', 'x'.repeat(65), 'y'.repeat(300), 'outside', 'out', 'z'.repeat(5000), ...Array.from({ length: 200 }, (_, i) => [`field:${i}`, String(i)]).flat()];
const later = 4_102_444_800_000;

function dump(key: string): Buffer {
  return bodyOf(bench.runBytes(['DUMP', key]));
}

/** A listpack of short strings and, for numbers, of integers of eight bytes. */
function listpackOf(elements: readonly (string | number)[]): Buffer {
  const body = Buffer.concat(elements.map((element) => {
    if (typeof element === 'string') return Buffer.concat([Buffer.from([0x80 | element.length]), Buffer.from(element), Buffer.from([element.length + 1])]);
    const integer = Buffer.alloc(10, 9);
    integer[0] = 0xf4;
    integer.writeBigInt64LE(BigInt(element), 1);
    return integer;
  }));
  const listpack = Buffer.concat([Buffer.alloc(6), body, Buffer.from([0xff])]);
  listpack.writeUInt32LE(listpack.length, 0);
  listpack.writeUInt16LE(elements.length, 4);
  return listpack;
}

const packed = (...elements: string[]): Buffer => sealed(RdbType.hashListpack, (writer) => blob(writer, listpackOf(elements)));
const packedEx = (earliest: number, ...elements: (string | number)[]): Buffer => sealed(RdbType.hashListpackEx, (writer) => {
  writer.int64(BigInt(earliest));
  blob(writer, listpackOf(elements));
});

function blob(writer: RdbWriter, bytes: Buffer): void {
  writer.blob(bytes, 0, bytes.length);
}

function restore(payload: Buffer, key = 'r'): string {
  return bench.run(['RESTORE', key, '0', payload]);
}

/** Fields with their values and expiries, sorted. */
function fieldsOf(key: string): string[] {
  const flat = bench.read(['HGETALL', key]) as string[];
  return Array.from({ length: flat.length / 2 }, (_, i) => {
    const field = flat[i * 2]!;
    return JSON.stringify([field, flat[i * 2 + 1], ...(bench.read(['HPEXPIRETIME', key, 'FIELDS', '1', Buffer.from(field, 'latin1')]) as number[])]);
  }).toSorted();
}

describe('a payload of ours', () => {
  test.each([['small', small, 'listpack'], ['large', large, 'hashtable']])('comes back: %s', (_, pairs, encoding) => {
    bench.run(['HSET', 'k', ...pairs]);
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect(bench.read('OBJECT ENCODING r')).toBe(encoding);
    expect(fieldsOf('r')).toEqual(fieldsOf('k'));
    expect(dump('r').length).toBe(dump('k').length);
  });

  test.each([['small', small, 'listpackex', RdbType.hashListpackEx], ['large', large, 'hashtable', RdbType.hashMetadata]])(
    'comes back with expiries of fields: %s', (_, pairs, encoding, rdbType) => {
      bench.run(['HSET', 'k', ...pairs]);
      bench.run(`HPEXPIREAT k ${later} FIELDS 1 a`);
      bench.run(`HPEXPIREAT k ${later - 5} FIELDS 2 big empty`);
      const payload = dump('k');
      expect([payload[0], payload.readBigInt64LE(1)]).toEqual([rdbType, BigInt(later - 5)]);
      expect(restore(payload)).toBe('+OK\r\n');
      expect(bench.read('OBJECT ENCODING r')).toBe(encoding);
      expect(fieldsOf('r')).toEqual(fieldsOf('k'));
      expect(bench.read('HPEXPIRETIME r FIELDS 4 a big empty bytes')).toEqual([later, later - 5, later - 5, -1]);
    });

  test('is what servers before 7.4 know once no field expires any more', () => {
    bench.run(['HSET', 'k', ...small]);
    bench.run(['HSET', 'same', ...small]);
    bench.run(`HPEXPIREAT k ${later} FIELDS 1 a`);
    bench.run('HPERSIST k FIELDS 1 a');
    expect(bench.read('OBJECT ENCODING k')).toBe('listpackex');
    expect(dump('k')[0]).toBe(RdbType.hashListpack);
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect(fieldsOf('r')).toEqual(fieldsOf('same'));
  });

  test('of fields that are over by the time they are restored brings the others', () => {
    bench.run('HSET k a 1 b 2');
    bench.run('HPEXPIRE k 5 FIELDS 1 a');
    const payload = dump('k');
    bench.run('HPEXPIRE k 6 FIELDS 1 b');
    const over = dump('k');
    bench.nowMs += 5;
    expect(restore(payload)).toBe('+OK\r\n');
    expect(bench.read('HGETALL r')).toEqual(['b', '2']);
    bench.nowMs += 1;
    expect(bench.run(['RESTORE', 'r', '0', over, 'REPLACE'])).toBe('+OK\r\n');
    expect(bench.read('EXISTS r')).toBe(0);
  });
});

describe.runIf(hasReference())('redis-server', () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis({ config: { rdbcompression: 'no' } });
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each([['small', small], ['large', large]])('restores what we dump, and we what it dumps: %s', async (_, pairs) => {
    bench.run(['HSET', 'k', ...pairs]);
    expect(await client.call('RESTORE', 'ours', 0, dump('k'), 'REPLACE')).toBe('OK');
    const theirs = (await client.call('HGETALL', 'ours')) as string[];
    expect(theirs.toSorted()).toEqual((bench.read('HGETALL k') as string[]).toSorted());
    expect(await client.call('OBJECT', 'ENCODING', 'ours')).toBe(bench.read('OBJECT ENCODING k'));
    const payload = await client.callRaw('DUMP', 'ours');
    expect(restore(bodyOf(payload))).toBe('+OK\r\n');
    expect(fieldsOf('r')).toEqual(fieldsOf('k'));
  });

  test('dumps the same bytes of a small hash', async () => {
    await client.pipelineRaw([['DEL', 'k'], ['HSET', 'k', ...small.map((word) => Buffer.from(word, 'latin1'))]]);
    bench.run(['HSET', 'k', ...small]);
    const theirs = await client.callRaw('DUMP', 'k');
    expect(dump('k').toString('hex')).toBe(bodyOf(theirs).toString('hex'));
  });

  test.each([['a zipmap', zipmapPayload()], ['a ziplist', ziplistPayload()]])('and we read %s alike', async (_, payload) => {
    expect(await client.call('RESTORE', 'old', 0, payload, 'REPLACE')).toBe('OK');
    expect(restore(payload)).toBe('+OK\r\n');
    // A value of 300 bytes makes it a table there, whose order is random.
    expect(pairsOf(bench.read('HGETALL r'))).toEqual(pairsOf(await client.call('HGETALL', 'old')));
  });
});

/** Fields with their values, in the order of the fields. */
function pairsOf(reply: unknown): string[] {
  const words = reply as string[];
  return words.flatMap((field, i) => (i % 2 === 0 ? [`${field}=${words[i + 1]}`] : [])).toSorted();
}

/** foo = bar, hello = a value of 300 bytes with three bytes unused behind it. */
function zipmapPayload(): Buffer {
  const zipmap = Buffer.concat([
    Buffer.from('\x02\x03foo\x03\x00bar\x05hello\xfe\x2c\x01\x00\x00\x03', 'latin1'), Buffer.alloc(300, 'v'), Buffer.from('...\xff', 'latin1')]);
  return sealed(RdbType.hashZipmap, (writer) => blob(writer, zipmap));
}

/** a = 1, b = 2.5. */
function ziplistPayload(): Buffer {
  const elements = Buffer.from('\x00\x01a\x03\xf2\x02\x01b\x03\x032.5', 'latin1');
  const ziplist = Buffer.alloc(11 + elements.length, 0xff);
  ziplist.writeUInt32LE(ziplist.length, 0);
  ziplist.writeUInt32LE(10 + elements.length - 5, 4);
  ziplist.writeUInt16LE(4, 8);
  elements.copy(ziplist, 10);
  return sealed(RdbType.hashZiplist, (writer) => blob(writer, ziplist));
}

describe('other forms', () => {
  test('expiries out of order are put in order', () => {
    expect(restore(packedEx(later, 'a', '1', 0, 'b', '2', later + 9, 'c', '3', later))).toBe('+OK\r\n');
    expect(bench.read('HGETALL r')).toEqual(['c', '3', 'b', '2', 'a', '1']);
    expect(bench.read('HPEXPIRETIME r FIELDS 3 a b c')).toEqual([-1, later + 9, later]);
  });

  test('more fields than a small hash has make a large one', () => {
    const pairs = Array.from({ length: 513 }, (_, i) => [`f${i}`, 'v']).flat();
    expect(restore(packed(...pairs))).toBe('+OK\r\n');
    expect([bench.read('OBJECT ENCODING r'), bench.read('HLEN r')]).toEqual(['hashtable', 513]);
  });
});

describe('hostile payloads', () => {
  const refused = '-ERR Bad data format\r\n';

  test.each<[string, Buffer]>([
    ['no fields', plain()],
    ['a field twice', plain('a', '1', 'a', '2')],
    ['more fields than there are bytes', sealed(RdbType.hash, (writer) => writer.count(2 ** 40))],
    ['a field without a value', sealed(RdbType.hash, (writer) => {
      writer.count(1);
      text(writer, 'a field of some bytes');
    })],
    ['an empty listpack', packed()],
    ['a listpack with a field without a value', packed('a', '1', 'b')],
    ['a listpack with a field twice', packed('a', '1', 'b', '2', 'a', '3')],
    ['a listpack that is longer than the payload', sealed(RdbType.hashListpack, (writer) => blob(writer, listpackOf(['a', '1']).fill(0x7f, 0, 1)))],
    ['triplets that are not whole', packedEx(later, 'a', '1', later, 'b', '2')],
    ['triplets with an expiry that is none', packedEx(later, 'a', '1', 'x')],
    ['triplets with an expiry below zero', packedEx(later, 'a', '1', -1)],
    ['triplets with an expiry that no field can have', packedEx(later, 'a', '1', 2 ** 46)],
    ['triplets with a field twice', packedEx(later, 'a', '1', later, 'a', '2', later)],
    ['an earliest expiry below zero', metadata(-1n, 1)],
    ['an earliest expiry that no field can have', metadata(2n ** 46n, 1)],
    ['an expiry that no field can have', metadata(2n ** 46n - 1n, 2)],
    ['bytes that are no listpack', sealed(RdbType.hashListpack, (writer) => text(writer, 'nothing of the kind'))],
    ['bytes that are no ziplist', sealed(RdbType.hashZiplist, (writer) => text(writer, 'nothing of the kind'))],
    ['bytes that are no zipmap', sealed(RdbType.hashZipmap, (writer) => text(writer, 'nothing of the kind'))],
    ['an empty zipmap', sealed(RdbType.hashZipmap, (writer) => text(writer, '\0\xff'))],
    ['a zipmap that ends in a field', sealed(RdbType.hashZipmap, (writer) => text(writer, '\x01\x03fo\xff'))],
    ['a zipmap with bytes behind its end', sealed(RdbType.hashZipmap, (writer) => text(writer, '\x01\x01a\x01\x00b\xff\xff'))],
    ['a zipmap with another count', sealed(RdbType.hashZipmap, (writer) => text(writer, '\x02\x01a\x01\x00b\xff'))],
  ])('are refused: %s', (_, payload) => {
    expect(restore(payload)).toBe(refused);
    expect(bench.read('EXISTS r')).toBe(0);
  });

  test('are refused or understood, whatever is changed in them', () => {
    bench.run(['HSET', 'small', ...small]);
    bench.run(['HSET', 'large', ...large.slice(0, 40)]);
    const plainForms = ['small', 'large'].map((key) => dump(key));
    bench.run(`HPEXPIREAT small ${later} FIELDS 2 a big`);
    bench.run(`HPEXPIREAT large ${later} FIELDS 2 a big`);
    const payloads = [...plainForms, ...['small', 'large'].map((key) => dump(key)), zipmapPayload(), ziplistPayload()].map((payload) => payload.subarray(0, -10));
    assert(property(
      constantFrom(...payloads), array(tuple(nat(2000), nat(255)), { minLength: 1, maxLength: 4 }), nat(3), (payload, changes, cut) => {
        const body = Buffer.from(payload.subarray(0, payload.length - cut));
        for (const [at, byte] of changes) body[1 + (at % (body.length - 1))] = byte;
        const reply = restore(sealed(body[0]!, (writer) => writer.raw(body, 1, body.length - 1)));
        expect(reply).toBeOneOf(['+OK\r\n', refused]);
        bench.run('HGETALL r');
        bench.run('HSETEX r EX 10 FIELDS 1 new 1');
        bench.run('HDEL r new');
        bench.check();
        bench.run('DEL r');
        bench.takeEffects();
      }), { seed, numRuns: 600 });
  });
});

function plain(...words: string[]): Buffer {
  return sealed(RdbType.hash, (writer) => {
    writer.count(words.length / 2);
    for (const word of words) text(writer, word);
  });
}

function metadata(earliest: bigint, ttl: number): Buffer {
  return sealed(RdbType.hashMetadata, (writer) => {
    writer.int64(earliest);
    writer.count(1);
    writer.count(ttl);
    text(writer, 'a');
    text(writer, '1');
  });
}
