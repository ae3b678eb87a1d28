/**
 * Commands and options newer than the reference 7.0.15. What is expected is what the documentation says; each
 * group names its page. Where a page leaves the error text open, only that it is an error is expected.
 */
import { inspect, isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RespClient, Word } from '../support/resp-client.ts';
import { ReplyError, asMap } from '../support/resp-reply.ts';
import type { Reply } from '../support/resp-reply.ts';
import type { Server } from '../support/server.ts';
import { connect, startTessera } from '../support/start-server.ts';
import { until } from '../support/until.ts';

const SYNTAX_ERROR = new ReplyError('ERR syntax error');
const ANY_ERROR = new ReplyError('of whatever text');
/** XXH3 of "Hello world" as the page of DIGEST gives it, and of nothing as the specification of XXH3 does. */
const HELLO_DIGEST = 'b6acb9d84a38ff74';
const EMPTY_DIGEST = '2d06800538d394c2';

let server: Server;
let client: RespClient;

beforeAll(async () => {
  server = await startTessera({ shards: 3 });
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  client = await connect(server);
  await client.call('FLUSHALL');
  return () => client.close();
});

// redis.io/commands/digest
describe('DIGEST', () => {
  test('is the XXH3 of the value in hexadecimal', async () => {
    expect(await differing(
      [['DIGEST', 'missing'], null],
      [['SET', 'k', 'Hello world'], 'OK'],
      [['DIGEST', 'k'], HELLO_DIGEST],
      [['SET', 'k', ''], 'OK'],
      [['DIGEST', 'k'], EMPTY_DIGEST],
      [['DIGEST'], new ReplyError("ERR wrong number of arguments for 'digest' command")],
    )).toEqual([]);
  });

  test('is of the value as GET shows it, whatever its encoding', async () => {
    expect(await differing([['SET', 'int', '12345'], 'OK'], [['SETRANGE', 'raw', '0', '12345'], 5])).toEqual([]);
    expect(await client.call('OBJECT', 'ENCODING', 'int')).not.toBe(await client.call('OBJECT', 'ENCODING', 'raw'));
    expect(await client.call('DIGEST', 'int')).toBe(await client.call('DIGEST', 'raw'));
  });

  test('has 16 digits for values of every length', async () => {
    for (const length of [0, 1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1024, 1025, 100_000]) {
      await client.call('SET', 'k', 'x'.repeat(length));
      expect(await client.call('DIGEST', 'k')).toMatch(/^[0-9a-f]{16}$/);
    }
  });
});

// redis.io/commands/set, since 8.4.0
describe('SET with a comparison', () => {
  test('IFEQ', async () => {
    expect(await differing(
      [['SET', 'k', 'new', 'IFEQ', 'old'], null],
      [['EXISTS', 'k'], 0],
      [['SET', 'k', 'old'], 'OK'],
      [['SET', 'k', 'new', 'IFEQ', 'other'], null],
      [['SET', 'k', 'new', 'ifeq', 'old', 'EX', 100], 'OK'],
      [['GET', 'k'], 'new'],
      [['SET', 'k', 'newer', 'IFEQ', 'new', 'KEEPTTL', 'GET'], 'new'],
      [['SET', 'k', 'lost', 'IFEQ', 'new', 'GET'], 'newer'],
      [['GET', 'k'], 'newer'],
    )).toEqual([]);
    expect(await client.call('TTL', 'k')).toBeGreaterThan(90);
  });

  test('IFNE', async () => {
    expect(await differing(
      [['SET', 'k', 'first', 'IFNE', 'x'], 'OK'],
      [['SET', 'k', 'second', 'IFNE', 'first'], null],
      [['SET', 'k', 'second', 'IFNE', 'x'], 'OK'],
      [['SET', 'k', 'third', 'IFNE', 'second', 'GET'], 'second'],
      [['GET', 'k'], 'second'],
      [['SET', 'missing', 'made', 'IFNE', 'x', 'GET'], null],
      [['GET', 'missing'], 'made'],
    )).toEqual([]);
  });

  test('IFDEQ and IFDNE', async () => {
    expect(await differing(
      [['SET', 'k', 'v', 'IFDEQ', HELLO_DIGEST], null],
      [['EXISTS', 'k'], 0],
      [['SET', 'k', 'Hello world', 'IFDNE', HELLO_DIGEST], 'OK'],
      [['SET', 'k', 'v', 'IFDNE', HELLO_DIGEST], null],
      [['SET', 'k', 'v', 'IFDEQ', EMPTY_DIGEST], null],
      [['SET', 'k', 'v', 'IFDEQ', HELLO_DIGEST], 'OK'],
      [['GET', 'k'], 'v'],
    )).toEqual([]);
  });

  test('numbers compare as text', async () => {
    expect(await differing(
      [['SET', 'n', '10'], 'OK'],
      [['SET', 'n', '11', 'IFEQ', '010'], null],
      [['SET', 'n', '11', 'IFEQ', '10'], 'OK'],
      [['GET', 'n'], '11'],
    )).toEqual([]);
  });

  test('one condition only', async () => {
    expect(await differing(
      [['SET', 'k', 'v', 'NX', 'IFEQ', 'x'], SYNTAX_ERROR],
      [['SET', 'k', 'v', 'IFEQ', 'x', 'XX'], SYNTAX_ERROR],
      [['SET', 'k', 'v', 'IFEQ', 'x', 'IFNE', 'y'], SYNTAX_ERROR],
      [['SET', 'k', 'v', 'IFDEQ', HELLO_DIGEST, 'IFEQ', 'y'], SYNTAX_ERROR],
      [['SET', 'k', 'v', 'IFEQ'], SYNTAX_ERROR],
      [['EXISTS', 'k'], 0],
    )).toEqual([]);
  });
});

// redis.io/commands/delex
describe('DELEX', () => {
  test('deletes under its condition', async () => {
    expect(await differing(
      [['DELEX', 'missing'], 0],
      [['DELEX', 'missing', 'IFEQ', 'x'], 0],
      [['MSET', 'a', '1', 'b', '2', 'c', '3', 'd', 'Hello world', 'e', 'Hello world'], 'OK'],
      [['DELEX', 'a'], 1],
      [['DELEX', 'b', 'IFEQ', '3'], 0],
      [['DELEX', 'b', 'IFEQ', '2'], 1],
      [['DELEX', 'c', 'IFNE', '3'], 0],
      [['DELEX', 'c', 'IFNE', '4'], 1],
      [['DELEX', 'd', 'IFDEQ', EMPTY_DIGEST], 0],
      [['DELEX', 'd', 'ifdeq', HELLO_DIGEST], 1],
      [['DELEX', 'e', 'IFDNE', HELLO_DIGEST], 0],
      [['DELEX', 'e', 'IFDNE', EMPTY_DIGEST], 1],
      [['DBSIZE'], 0],
    )).toEqual([]);
  });

  test('refuses what it does not know', async () => {
    expect(await differing(
      [['SET', 'k', 'v'], 'OK'],
      [['DELEX', 'k', 'IFEQ'], ANY_ERROR],
      [['DELEX', 'k', 'NX'], ANY_ERROR],
      [['DELEX', 'k', 'FOO', 'v'], ANY_ERROR],
      [['DELEX', 'k', 'IFEQ', 'v', 'IFNE', 'w'], ANY_ERROR],
      [['DELEX'], ANY_ERROR],
      [['EXISTS', 'k'], 1],
    )).toEqual([]);
  });
});

// valkey.io/commands/delifeq
test('DELIFEQ', async () => {
  expect(await differing(
    [['SET', 'mykey', 'abc123'], 'OK'],
    [['DELIFEQ', 'mykey', 'xyz789'], 0],
    [['DELIFEQ', 'mykey', 'abc123'], 1],
    [['DELIFEQ', 'mykey', 'abc123'], 0],
    [['DELIFEQ', 'mykey'], new ReplyError("ERR wrong number of arguments for 'delifeq' command")],
  )).toEqual([]);
});

// redis.io/commands/msetex
describe('MSETEX', () => {
  test('sets many keys under one condition', async () => {
    expect(await differing(
      [['MSETEX', 2, 'a', '1', 'b', '2'], 1],
      [['MGET', 'a', 'b'], ['1', '2']],
      [['MSETEX', 2, 'b', 'x', 'c', 'x', 'NX'], 0],
      [['MSETEX', 2, 'b', 'x', 'c', 'x', 'XX'], 0],
      [['MGET', 'a', 'b', 'c'], ['1', '2', null]],
      [['MSETEX', 2, 'c', '3', 'd', '4', 'nx'], 1],
      [['MSETEX', 3, 'a', 'x', 'b', 'y', 'd', 'z', 'XX'], 1],
      [['MGET', 'a', 'b', 'c', 'd'], ['x', 'y', '3', 'z']],
    )).toEqual([]);
  });

  test('gives all of them one expiry, or keeps theirs', async () => {
    expect(await differing(
      [['MSETEX', 2, 'a', '1', 'b', '2', 'EXAT', 4_102_444_800], 1],
      [['EXPIRETIME', 'a'], 4_102_444_800],
      [['MSETEX', 2, 'PXAT', 'v', 'b', '2', 'PXAT', 4_102_444_800_123, 'XX'], 0],
      [['MSETEX', 2, 'a', '3', 'c', '4', 'KEEPTTL'], 1],
      [['EXPIRETIME', 'a'], 4_102_444_800],
      [['TTL', 'c'], -1],
      [['MSETEX', 1, 'b', '5'], 1],
      [['TTL', 'b'], -1],
      [['MSETEX', 2, 'a', '6', 'b', '7', 'XX', 'EX', 100], 1],
    )).toEqual([]);
    expect(await client.call('TTL', 'a')).toBeGreaterThan(90);
    expect(await client.call('TTL', 'b')).toBeGreaterThan(90);
    expect(await client.call('MSETEX', 2, 'a', '6', 'b', '7', 'PX', 200_000, 'XX')).toBe(1);
    expect(await client.call('TTL', 'b')).toBeGreaterThan(190);
  });

  test('refuses counts and options that make no sense', async () => {
    expect(await differing(
      [['MSETEX', 0, 'a', '1'], ANY_ERROR],
      [['MSETEX', -1, 'a', '1'], ANY_ERROR],
      [['MSETEX', 'x', 'a', '1'], ANY_ERROR],
      [['MSETEX', 2, 'a', '1'], ANY_ERROR],
      [['MSETEX', 2, 'a', '1', 'b'], ANY_ERROR],
      [['MSETEX', 9_223_372_036_854_775_807n.toString(), 'a', '1'], ANY_ERROR],
      [['MSETEX', 1, 'a', '1', 'NX', 'XX'], SYNTAX_ERROR],
      [['MSETEX', 1, 'a', '1', 'EX'], SYNTAX_ERROR],
      [['MSETEX', 1, 'a', '1', 'EX', 10, 'PX', 10], SYNTAX_ERROR],
      [['MSETEX', 1, 'a', '1', 'FOO'], SYNTAX_ERROR],
      [['MSETEX', 1, 'a', '1', 'EX', 0], new ReplyError("ERR invalid expire time in 'msetex' command")],
      [['EXISTS', 'a'], 0],
      [['COMMAND', 'GETKEYS', 'MSETEX', 2, 'a', '1', 'b', '2', 'NX'], ['a', 'b']],
    )).toEqual([]);
  });
});

// redis.io/commands/increx, as of 8.8.0
describe('INCREX', () => {
  test('increments by one, or by an integer', async () => {
    expect(await differing(
      [['INCREX', 'n'], [1, 1]],
      [['INCREX', 'n'], [2, 1]],
      [['SET', 'n', 100], 'OK'],
      [['INCREX', 'n', 'BYINT', 5], [105, 5]],
      [['INCREX', 'n', 'byint', -10], [95, -10]],
      [['SET', 'n', '1.5'], 'OK'],
      [['INCREX', 'n'], new ReplyError('ERR value is not an integer or out of range')],
      [['INCREX', 'n', 'BYINT', 'x'], ANY_ERROR],
      [['GET', 'n'], '1.5'],
    )).toEqual([]);
  });

  test.each([2, 3])('increments by a float in RESP%d', async (protocol) => {
    await client.call('HELLO', protocol);
    const value = (text: string): Reply => (protocol === 3 ? Number(text) : text);
    expect(await differing(
      [['SET', 'f', '1.5'], 'OK'],
      [['INCREX', 'f', 'BYFLOAT', '0.25'], [value('1.75'), value('0.25')]],
      [['SET', 'f', '10'], 'OK'],
      [['INCREX', 'f', 'BYFLOAT', '0.1', 'UBOUND', '10.05'], [value('10'), value('0')]],
      [['INCREX', 'f', 'BYFLOAT', '2.5', 'UBOUND', '12.5'], [value('12.5'), value('2.5')]],
      [['INCREX', 'f', 'BYFLOAT', 'inf'], ANY_ERROR],
      [['INCREX', 'f', 'BYFLOAT', 'nan'], ANY_ERROR],
      [['GET', 'f'], '12.5'],
    )).toEqual([]);
  });

  test('is skipped outside its bounds, and changes nothing', async () => {
    expect(await differing(
      [['SET', 'n', 99, 'EXAT', 4_102_444_800], 'OK'],
      [['INCREX', 'n', 'BYINT', 5, 'UBOUND', 100], [99, 0]],
      [['INCREX', 'n', 'BYINT', 5, 'UBOUND', 100, 'EX', 10], [99, 0]],
      [['EXPIRETIME', 'n'], 4_102_444_800],
      [['INCREX', 'n', 'BYINT', 1, 'UBOUND', 100], [100, 1]],
      [['INCREX', 'n', 'BYINT', -1, 'LBOUND', 100], [100, 0]],
      [['INCREX', 'missing', 'BYINT', -1, 'LBOUND', 0], [0, 0]],
      [['EXISTS', 'missing'], 0],
      [['SET', 'n', '9223372036854775807'], 'OK'],
      [['INCREX', 'n'], [9_223_372_036_854_775_807n, 0]],
    )).toEqual([]);
  });

  test('SATURATE stops at the bound', async () => {
    expect(await differing(
      [['SET', 'n', 99], 'OK'],
      [['INCREX', 'n', 'BYINT', 5, 'UBOUND', 100, 'SATURATE'], [100, 1]],
      [['INCREX', 'n', 'BYINT', -500, 'SATURATE', 'LBOUND', -7], [-7, -107]],
      [['SET', 'n', '9223372036854775800'], 'OK'],
      [['INCREX', 'n', 'BYINT', 100, 'SATURATE'], [9_223_372_036_854_775_807n, 7]],
      [['SET', 'n', '-9223372036854775808'], 'OK'],
      [['INCREX', 'n', 'BYINT', 1, 'LBOUND', '9223372036854775807', 'SATURATE'], ANY_ERROR],
    )).toEqual([]);
  });

  test('sets, keeps and drops the expiry', async () => {
    expect(await differing([['INCREX', 'n', 'EXAT', 4_102_444_800], [1, 1]], [['EXPIRETIME', 'n'], 4_102_444_800])).toEqual([]);
    expect(await differing([['INCREX', 'n'], [2, 1]], [['EXPIRETIME', 'n'], 4_102_444_800])).toEqual([]);
    expect(await differing([['INCREX', 'n', 'EX', 10, 'ENX'], [3, 1]], [['EXPIRETIME', 'n'], 4_102_444_800])).toEqual([]);
    expect(await differing([['INCREX', 'n', 'PERSIST'], [4, 1]], [['TTL', 'n'], -1])).toEqual([]);
    expect(await differing([['INCREX', 'n', 'PXAT', 4_102_444_800_123, 'ENX'], [5, 1]], [['PEXPIRETIME', 'n'], 4_102_444_800_123])).toEqual([]);
    expect(await differing([['INCREX', 'n', 'EX', 100], [6, 1]])).toEqual([]);
    expect(await client.call('TTL', 'n')).toBeGreaterThan(90);
    expect(await client.call('TTL', 'n')).toBeLessThanOrEqual(100);
  });

  test('refuses options that do not go together', async () => {
    expect(await differing(
      [['INCREX', 'n', 'BYINT', 1, 'BYFLOAT', 1], ANY_ERROR],
      [['INCREX', 'n', 'ENX'], ANY_ERROR],
      [['INCREX', 'n', 'PERSIST', 'ENX'], ANY_ERROR],
      [['INCREX', 'n', 'EX', 10, 'PERSIST'], ANY_ERROR],
      [['INCREX', 'n', 'EX', 10, 'PX', 10], ANY_ERROR],
      [['INCREX', 'n', 'EX', 0], ANY_ERROR],
      [['INCREX', 'n', 'LBOUND', 5, 'UBOUND', 4], ANY_ERROR],
      [['INCREX', 'n', 'UBOUND', '1.5'], ANY_ERROR],
      [['INCREX', 'n', 'LBOUND'], ANY_ERROR],
      [['INCREX', 'n', 'FOO'], ANY_ERROR],
      [['INCREX'], ANY_ERROR],
      [['EXISTS', 'n'], 0],
    )).toEqual([]);
  });
});

// redis.io/commands/client-setinfo
test('CLIENT SETINFO shows in CLIENT LIST and outlives RESET', async () => {
  expect(await differing(
    [['CLIENT', 'SETINFO', 'LIB-NAME', 'lib(extra_v1.0)'], 'OK'],
    [['CLIENT', 'SETINFO', 'lib-ver', '1.2.3'], 'OK'],
    [['CLIENT', 'SETINFO', 'LIB-NAME', 'with space'], ANY_ERROR],
    [['CLIENT', 'SETINFO', 'LIB-VER', 'new\nline'], ANY_ERROR],
    [['CLIENT', 'SETINFO', 'NOSUCH', 'x'], ANY_ERROR],
    [['RESET'], 'RESET'],
  )).toEqual([]);
  expect(await client.call('CLIENT', 'INFO')).toContain(' lib-name=lib(extra_v1.0) lib-ver=1.2.3');
  expect(await client.call('CLIENT', 'LIST')).toContain(' lib-name=lib(extra_v1.0) lib-ver=1.2.3');
});

// redis.io/commands/client-no-touch
test('CLIENT NO-TOUCH leaves the idle time alone, TOUCH does not', async () => {
  expect(await differing(
    [['CLIENT', 'NO-TOUCH', 'ON'], 'OK'],
    [['CLIENT', 'NO-TOUCH', 'MAYBE'], SYNTAX_ERROR],
    [['SET', 'k', 'v'], 'OK'],
  )).toEqual([]);
  expect(await client.call('CLIENT', 'INFO')).toMatch(/ flags=\S*T/);
  await until('the key has been idle for a second', async () => Number(await client.call('OBJECT', 'IDLETIME', 'k')) >= 1);
  await client.call('GET', 'k');
  expect(await client.call('OBJECT', 'IDLETIME', 'k')).toBeGreaterThanOrEqual(1);
  await client.call('TOUCH', 'k');
  expect(await client.call('OBJECT', 'IDLETIME', 'k')).toBe(0);
});

// redis.io/commands/client-kill (MAXAGE) and valkey.io/commands/client-kill (several ids)
test('CLIENT KILL by age and by several ids', async () => {
  const others = [await connect(server), await connect(server)];
  const ids = [await others[0]!.call('CLIENT', 'ID'), await others[1]!.call('CLIENT', 'ID')] as number[];
  expect(await differing(
    [['CLIENT', 'KILL', 'MAXAGE', 100_000], 0],
    [['CLIENT', 'KILL', 'MAXAGE', 'x'], ANY_ERROR],
    [['CLIENT', 'KILL', 'ID', ids[0]!, 'MAXAGE', 100_000], 0],
    [['CLIENT', 'KILL', 'ID', ids[0]!, ids[1]!], 2],
  )).toEqual([]);
  expect(String(await others[0]!.readToEnd())).toBe('');
  expect(String(await others[1]!.readToEnd())).toBe('');
});

// redis.io/commands/himport-prepare, himport-set, himport-discard and himport-discardall, since 8.10.0
test('HIMPORT', async () => {
  const fields = Array.from({ length: 2000 }, (_, i) => `field:${i}:${'x'.repeat(i % 300)}`);
  const values = fields.map((_, i) => 'v'.repeat(i % 500));
  const keys = ['a', 'b', 'c', 'd'];
  expect(await differing(
    [['HIMPORT', 'PREPARE', 'large', ...fields], 'OK'],
    ...keys.map((key) => [['HIMPORT', 'SET', key, 'large', ...values], 'OK'] as const),
    ...keys.map((key) => [['HLEN', key], fields.length] as const),
    ...keys.map((key) => [['HMGET', key, ...fields], values] as const),
    [['HIMPORT', 'PREPARE', 'small', 'f', 'g'], 'OK'],
    [['HSETEX', 'a', 'EX', '100', 'FIELDS', '1', 'old', '1'], 1],
    [['EXPIRE', 'a', '100'], 1],
    [['HIMPORT', 'SET', 'a', 'small', '1', '2'], 'OK'],
    [['HGETALL', 'a'], ['f', '1', 'g', '2']],
    [['TTL', 'a'], -1],
    [['HIMPORT', 'SET', 'a', 'small', '1'], ANY_ERROR],
    [['HIMPORT', 'PREPARE', 'small', 'f', 'f'], ANY_ERROR],
    [['HIMPORT', 'DISCARD', 'small'], 1],
    [['HIMPORT', 'SET', 'a', 'small', '1', '2'], ANY_ERROR],
    [['HIMPORT', 'DISCARDALL'], 1],
    [['HGETALL', 'a'], ['f', '1', 'g', '2']],
  )).toEqual([]);
});

// redis.io/commands/command-docs: the rows of the newer commands are there like all others
test('COMMAND knows the newer commands', async () => {
  for (const name of ['digest', 'delex', 'delifeq', 'msetex', 'increx', 'client|setinfo', 'client|no-touch']) {
    const [row] = (await client.call('COMMAND', 'INFO', name)) as [Reply[]];
    expect(row[0]).toBe(name);
    expect([...asMap(await client.call('COMMAND', 'DOCS', name)).keys()]).toEqual([name]);
  }
});

/** Sends the commands one after the other; what came instead of the reply wanted, if anything. */
async function differing(...steps: readonly (readonly [readonly Word[], Reply])[]): Promise<string[]> {
  const found: string[] = [];
  for (const [words, expected] of steps) {
    const reply = await client.call(...words);
    const isWanted = expected === ANY_ERROR ? reply instanceof ReplyError : isDeepStrictEqual(reply, expected);
    if (!isWanted) found.push(`${words.join(' ')}: ${oneLine(reply)} instead of ${oneLine(expected)}`);
  }
  return found;
}

function oneLine(reply: Reply): string {
  return inspect(reply, { breakLength: Infinity });
}
