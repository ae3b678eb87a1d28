/**
 * Sorted sets in RDB form: redis-server restores what we dump and we what it dumps, older forms are
 * read, and hostile payloads are refused and leave nothing behind.
 */
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RdbType } from '../../../../src/persistence/rdb/rdb-types.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../../commands/command-bench.ts';
import { bodyOf, sealed, text } from './payloads.ts';

const bench = new CommandBench();
afterEach(() => bench.checkAndFlush());

const small = ['1', 'a', '2', '12', '2.5', 'b', '-3', '-7', 'inf', 'c', '0.1', 'd', '4611686018427387904', 'e', '1e300', 'f', '1', ''];
const large = [...small, '-0', 'zero', '0', 'x'.repeat(65), ...Array.from({ length: 200 }, (_, i) => [String(i / 4), `member:${i}`]).flat()];

function dump(key: string): Buffer {
  return bodyOf(bench.runBytes(['DUMP', key]));
}

function restore(payload: Buffer, key = 'r'): string {
  return bench.run(['RESTORE', key, '0', payload]);
}

describe('a payload of ours', () => {
  test.each([['small', small, 'listpack'], ['large', large, 'skiplist']])('comes back: %s', (_, pairs, encoding) => {
    bench.run(['ZADD', 'k', ...pairs]);
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect(bench.read('OBJECT ENCODING r')).toBe(encoding);
    expect(bench.run('ZRANGE r 0 -1 WITHSCORES')).toBe(bench.run('ZRANGE k 0 -1 WITHSCORES'));
    expect(dump('r')).toEqual(dump('k'));
  });

  test('of a large form that has become small comes back compact, as in Redis', () => {
    bench.run(['ZADD', 'k', ...large]);
    bench.run(['ZREMRANGEBYRANK', 'k', '1', '-1']);
    expect(restore(dump('k'))).toBe('+OK\r\n');
    expect([bench.read('OBJECT ENCODING k'), bench.read('OBJECT ENCODING r')]).toEqual(['skiplist', 'listpack']);
  });
});

test('a score of -0 stays what it is in a large form, whatever order the members come in', () => {
  bench.run(['ZADD', 'k', '1', 'x'.repeat(65)]);
  bench.run('ZADD k -0 zero 2 two');
  expect(restore(dump('k'))).toBe('+OK\r\n');
  expect([bench.read('ZSCORE r zero'), dump('r')]).toEqual(['-0', dump('k')]);
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
    bench.run(['ZADD', 'k', ...pairs]);
    expect(await client.call('RESTORE', 'ours', 0, dump('k'), 'REPLACE')).toBe('OK');
    const members = bench.read('ZRANGE k 0 -1');
    expect(await client.call('ZRANGE', 'ours', 0, -1)).toEqual(members);
    expect(await client.call('OBJECT', 'ENCODING', 'ours')).toBe(bench.read('OBJECT ENCODING k'));
    const theirs = await client.callRaw('DUMP', 'ours');
    expect(restore(bodyOf(theirs))).toBe('+OK\r\n');
    expect(bench.run('ZRANGE r 0 -1 WITHSCORES')).toBe(bench.run('ZRANGE k 0 -1 WITHSCORES'));
    expect(bench.read('OBJECT ENCODING r')).toBe(bench.read('OBJECT ENCODING k'));
  });

  test('dumps the same bytes where scores print the same', async () => {
    const alike = small.filter((_, i) => !['0.1', '1e300'].includes(small[i - (i % 2)]!));
    for (const pairs of [alike, [...alike, '3', 'y'.repeat(65)]]) {
      await client.pipelineRaw([['DEL', 'k'], ['ZADD', 'k', ...pairs]]);
      bench.run('DEL k');
      bench.run(['ZADD', 'k', ...pairs]);
      const theirs = await client.callRaw('DUMP', 'k');
      expect(dump('k').toString('hex')).toBe(bodyOf(theirs).toString('hex'));
    }
  });
});

describe('older forms', () => {
  test('scores as text', () => {
    const payload = sealed(RdbType.zset, (writer) => {
      writer.count(4);
      for (const [member, score] of [['a', '1.5'], ['b', '-2'], ['c', 255], ['d', 254]] as const) {
        text(writer, member);
        writer.byte(typeof score === 'number' ? score : score.length);
        if (typeof score === 'string') writer.raw(Buffer.from(score), 0, score.length);
      }
    });
    expect(restore(payload)).toBe('+OK\r\n');
    expect(bench.read('ZRANGE r 0 -1 WITHSCORES')).toEqual(['c', '-inf', 'b', '-2', 'a', '1.5', 'd', 'inf']);
  });

  test('a ziplist', () => {
    // Members "a" and "b" with the scores 1 and "2.5".
    const elements = Buffer.from('\x00\x01a\x03\xf2\x02\x01b\x03\x032.5', 'latin1');
    const ziplist = Buffer.alloc(11 + elements.length, 0xff);
    ziplist.writeUInt32LE(ziplist.length, 0);
    ziplist.writeUInt32LE(10 + elements.length - 5, 4);
    ziplist.writeUInt16LE(4, 8);
    elements.copy(ziplist, 10);
    expect(restore(sealed(RdbType.zsetZiplist, (writer) => writer.blob(ziplist, 0, ziplist.length)))).toBe('+OK\r\n');
    bench.run('ZADD k 1 a 2.5 b');
    expect(dump('r')).toEqual(dump('k'));
  });
});

describe('hostile payloads', () => {
  const refused = '-ERR Bad data format\r\n';

  test.each<[string, Buffer]>([
    ['no members', plain()],
    ['a member twice', plain(['a', 1], ['a', 2])],
    ['a score that is no number', plain(['a', NaN])],
    ['more members than there are bytes', sealed(RdbType.zset2, (writer) => writer.count(2 ** 40))],
    ['a score as text that is no number', sealed(RdbType.zset, (writer) => {
      writer.count(1);
      text(writer, 'a');
      writer.byte(253);
    })],
    ['an empty listpack', packed()],
    ['a listpack with half a pair', packed('a', '1', 'b')],
    ['a listpack with a score that is no number', packed('a', 'x')],
    ['a listpack with nan', packed('a', 'nan')],
    ['a listpack with a member twice', packed('a', '1', 'a', '2')],
    ['a listpack with scores out of order', packed('a', '2', 'b', '1')],
    ['a listpack with members out of order', packed('b', '1', 'a', '1')],
    ['bytes that are no listpack', sealed(RdbType.zsetListpack, (writer) => text(writer, 'nothing of the kind'))],
    ['bytes that are no ziplist', sealed(RdbType.zsetZiplist, (writer) => text(writer, 'nothing of the kind'))],
  ])('are refused: %s', (_, payload) => {
    expect(restore(payload)).toBe(refused);
    expect(bench.read('EXISTS r')).toBe(0);
  });

  test('are refused or understood, whatever is changed in them', () => {
    bench.run(['ZADD', 'small', ...small]);
    bench.run(['ZADD', 'large', ...large.slice(0, 60)]);
    const payloads = ['small', 'large'].map((key) => dump(key).subarray(0, -10));
    fc.assert(fc.property(
      fc.constantFrom(...payloads), fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(3), (payload, changes, cut) => {
        const body = Buffer.from(payload.subarray(0, payload.length - cut));
        for (const [at, byte] of changes) body[1 + (at % (body.length - 1))] = byte;
        const reply = restore(sealed(body[0]!, (writer) => writer.raw(body, 1, body.length - 1)));
        expect(reply).toBeOneOf(['+OK\r\n', refused]);
        bench.run('ZRANGE r 0 -1 WITHSCORES');
        bench.run('ZADD r 1.5 new');
        bench.run('DEL r');
        bench.check();
      }), { seed, numRuns: 400 });
  });
});

function plain(...pairs: [string, number][]): Buffer {
  return sealed(RdbType.zset2, (writer) => {
    writer.count(pairs.length);
    for (const [member, score] of pairs) {
      text(writer, member);
      writer.double(score);
    }
  });
}

function packed(...elements: string[]): Buffer {
  return sealed(RdbType.zsetListpack, (writer) => {
    const body = Buffer.concat(elements.map((element) => Buffer.concat([Buffer.from([0x80 | element.length]), Buffer.from(element), Buffer.from([element.length + 1])])));
    const listpack = Buffer.concat([Buffer.alloc(6), body, Buffer.from([0xff])]);
    listpack.writeUInt32LE(listpack.length, 0);
    listpack.writeUInt16LE(elements.length, 4);
    writer.blob(listpack, 0, listpack.length);
  });
}
