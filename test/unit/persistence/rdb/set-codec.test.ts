/**
 * Sets in RDB form: redis-server restores what we dump and we what it dumps, the form of newer versions is
 * read, and hostile payloads are refused and leave nothing behind.
 */
import { array, assert as check, constantFrom, nat, property, tuple } from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RdbType } from '../../../../src/persistence/rdb/rdb-types.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../../commands/command-bench.ts';
import { bodyOf, sealed } from './payloads.ts';

const bench = new CommandBench();
afterEach(() => bench.checkAndFlush());

const refused = '-ERR Bad data format\r\n';
const integers = ['3', '1', '-2', '40000', '-40000'];
const wide = [...integers, '9223372036854775807', '-9223372036854775808'];
const words = ['a', '12', '-7', '01', '', '\0\xff', '123456789012', 'x'.repeat(64)];
const many = [...words, 'x'.repeat(70_000), ...Array.from({ length: 300 }, (_, i) => `member:${i}`)];
const manyIntegers = Array.from({ length: 600 }, (_, i) => String(i * 7));
const forms: [form: string, members: string[], encoding: string][] = [
  ['small integers', integers, 'intset'], ['large integers', wide, 'intset'], ['words', words, 'listpack'], ['many', many, 'hashtable'],
  ['many integers', manyIntegers, 'hashtable'],
];

function dump(key: string): Buffer {
  return bodyOf(bench.runBytes(['DUMP', key]));
}

function plain(...members: string[]): Buffer {
  return sealed(RdbType.set, (writer) => {
    writer.count(members.length);
    for (const member of members) writer.string(Buffer.from(member, 'latin1'), 0, member.length);
  });
}

function intset(width: number, count: number, ...bytes: number[]): Buffer {
  const blob = Buffer.from([width, 0, 0, 0, count, 0, 0, 0, ...bytes]);
  return sealed(RdbType.setIntset, (writer) => writer.blob(blob, 0, blob.length));
}

/** A listpack of strings, one byte of length each. */
function listpack(...elements: string[]): Buffer {
  const body = elements.map((element) => Buffer.from(`${String.fromCharCode(0x80 | element.length)}${element}${String.fromCharCode(element.length + 1)}`, 'latin1'));
  const blob = Buffer.concat([Buffer.alloc(6), ...body, Buffer.from([0xff])]);
  blob.writeUInt32LE(blob.length, 0);
  blob.writeUInt16LE(elements.length, 4);
  return sealed(RdbType.setListpack, (writer) => writer.blob(blob, 0, blob.length));
}

function restore(payload: Buffer): string {
  return bench.run(['RESTORE', 'r', '0', payload]);
}

function membersOf(key: string): string[] {
  return (bench.read(['SMEMBERS', key]) as string[]).toSorted();
}

describe('a payload of ours', () => {
  test.each(forms)('comes back: %s', (_, members, encoding) => {
    bench.run(['SADD', 'k', ...members]);
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect([bench.read('OBJECT ENCODING k'), bench.read('OBJECT ENCODING r')]).toEqual([encoding, encoding]);
    expect(membersOf('r')).toEqual(members.toSorted());
  });

  test('of a table that has become small comes back compact, as in Redis', () => {
    bench.run(['SADD', 'k', ...many]);
    bench.run(['SREM', 'k', ...many.slice(1)]);
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect([bench.read('OBJECT ENCODING k'), bench.read('OBJECT ENCODING r')]).toEqual(['hashtable', 'listpack']);
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

  test.each(forms)('restores what we dump, and we what it dumps: %s', async (_, members) => {
    bench.run(['SADD', 'k', ...members]);
    expect(await client.call('RESTORE', 'ours', 0, dump('k'), 'REPLACE')).toBe('OK');
    expect((await client.call('SMEMBERS', 'ours') as string[]).toSorted()).toEqual(members.toSorted());
    const theirs = await client.callRaw('DUMP', 'ours');
    expect(restore(bodyOf(theirs))).toBe('+OK\r\n');
    expect(membersOf('r')).toEqual(members.toSorted());
    expect(bench.read('OBJECT ENCODING r')).toBe(bench.read('OBJECT ENCODING k'));
  });

  test('dumps the same bytes for a few integers', async () => {
    for (const members of [['1'], ['3', '1', '-2'], ['70000', '1']]) {
      await client.pipelineRaw([['DEL', 'k'], ['SADD', 'k', ...members]]);
      bench.run('DEL k');
      bench.run(['SADD', 'k', ...members]);
      const theirs = await client.callRaw('DUMP', 'k');
      expect(dump('k').toString('hex')).toBe(bodyOf(theirs).toString('hex'));
    }
  });
});

describe('the form of Redis 7.2', () => {
  test('is read', () => {
    expect(restore(listpack('a', 'b', '', '77'))).toBe('+OK\r\n');
    expect([membersOf('r'), bench.read('OBJECT ENCODING r'), bench.read('SISMEMBER r 77')]).toEqual([['', '77', 'a', 'b'], 'listpack', 1]);
  });

  test('becomes a table when the limits are smaller', () => {
    const members = Array.from({ length: 129 }, (_, i) => `m${i}`);
    expect(restore(listpack(...members))).toBe('+OK\r\n');
    expect([membersOf('r'), bench.read('OBJECT ENCODING r')]).toEqual([members.toSorted(), 'hashtable']);
  });
});

describe('hostile payloads', () => {
  test.each<[string, Buffer]>([
    ['no members', plain()],
    ['a member twice', plain('a', 'b', 'a')],
    ['an integer twice', plain('1', '1')],
    ['a member of a table twice', plain(...many, 'member:7')],
    ['more members than there are bytes', sealed(RdbType.set, (writer) => writer.count(2 ** 40))],
    ['an empty intset', intset(2, 0)],
    ['an intset with an integer twice', intset(2, 2, 1, 0, 1, 0)],
    ['an intset out of order', intset(2, 2, 2, 0, 1, 0)],
    ['an intset of a width that there is not', intset(3, 1, 1, 0, 0)],
    ['an intset that is too short', intset(2, 2, 1, 0)],
    ['an intset that is too long', intset(2, 1, 1, 0, 2, 0)],
    ['an empty listpack', listpack()],
    ['a listpack with a member twice', listpack('a', 'b', 'a')],
    ['bytes that are no listpack', sealed(RdbType.setListpack, (writer) => writer.blob(Buffer.from('nothing of the kind'), 0, 19))],
  ])('are refused: %s', (_, payload) => {
    expect(restore(payload)).toBe(refused);
    expect(bench.read('EXISTS r')).toBe(0);
  });

  test('are refused or understood, whatever is changed in them', () => {
    bench.run(['SADD', 'integers', ...wide]);
    bench.run(['SADD', 'words', ...words]);
    const payloads = [dump('integers'), dump('words'), listpack('a', 'bcd', '12', '')].map((payload) => payload.subarray(0, -10));
    check(property(constantFrom(...payloads), array(tuple(nat(2000), nat(255)), { minLength: 1, maxLength: 4 }), nat(3), (payload, changes, cut) => {
      const body = Buffer.from(payload.subarray(0, payload.length - cut));
      for (const [at, byte] of changes) body[1 + (at % (body.length - 1))] = byte;
      expect(restore(sealed(body[0]!, (writer) => writer.raw(body, 1, body.length - 1)))).toBeOneOf(['+OK\r\n', refused]);
      bench.run('SMEMBERS r');
      bench.run('SADD r new 7');
      bench.run('DEL r');
      bench.check();
    }), { seed, numRuns: 400 });
  });
});
