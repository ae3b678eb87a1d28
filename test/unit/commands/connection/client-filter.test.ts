/** The filters of CLIENT LIST and CLIENT KILL, over clients that differ in everything. */
import { beforeEach, describe, expect, it } from 'vitest';
import { DoorRig, type RigClient } from '../../routing/door-rig.ts';
import { listed } from './ask.ts';

let rig: DoorRig;
/** Ids 1, 2 and 3: the one that asks, one of everything, one over a unix socket. */
let asking: RigClient;
let other: RigClient;
let local: RigClient;

beforeEach(async () => {
  rig = new DoorRig(1);
  other = rig.connect();
  rig.nowMs += 10_000;
  local = rig.connect('unix');
  rig.nowMs += 10_000;
  asking = rig.connect();
  other.send('CLIENT SETNAME worker', 'SELECT 3', 'CLIENT SETINFO LIB-NAME lib', 'CLIENT SETINFO LIB-VER 1.2', 'CLIENT NO-EVICT on', 'CLIENT CAPA redirect');
  rig.nowMs += 5000;
  await rig.settle();
});

describe('filters', () => {
  it.each([
    ['', [1, 2, 3]],
    ['ID 3', [3]],
    ['ID 3 1 3', [3, 1, 3]],
    ['ID 0 -1 99', []],
    ['ID 1 2 ID 3', [1, 2, 3]],
    ['NOT-ID 1 2', [3]],
    ['ID 1 2 NOT-ID 1', [2]],
    ['ID 1 TYPE normal', [1]],
    ['TYPE normal', [1, 2, 3]],
    ['TYPE NORMAL', [1, 2, 3]],
    ['TYPE pubsub', []],
    ['TYPE master', []],
    ['TYPE primary', []],
    ['TYPE slave', []],
    ['TYPE replica', []],
    ['NOT-TYPE normal', []],
    ['NOT-TYPE pubsub', [1, 2, 3]],
    ['USER default', [1, 2, 3]],
    ['NOT-USER default', []],
    ['ADDR 127.0.0.1:50000', [1, 3]],
    ['ADDR /tmp/rig.sock:0', [2]],
    ['NOT-ADDR 127.0.0.1:50000', [2]],
    ['LADDR 127.0.0.1:6379', [1, 3]],
    ['NOT-LADDR 127.0.0.1:6379', [2]],
    ['IP 127.0.0.1', [1, 3]],
    ['NOT-IP 127.0.0.1', [2]],
    ['NAME worker', [1]],
    ['NAME ""', []],
    ['NOT-NAME worker', [2, 3]],
    ['LIB-NAME lib', [1]],
    ['NOT-LIB-NAME lib', [2, 3]],
    ['LIB-VER 1.2', [1]],
    ['NOT-LIB-VER 1.2', [2, 3]],
    ['DB 3', [1]],
    ['NOT-DB 3', [2, 3]],
    ['FLAGS e', [1]],
    ['FLAGS U', [2]],
    ['FLAGS eU', []],
    ['FLAGS N', [3]],
    ['NOT-FLAGS N', [1, 2]],
    ['CAPA r', [1]],
    ['NOT-CAPA r', [2, 3]],
    ['MAXAGE 5', [1, 2, 3]],
    ['MAXAGE 6', [1, 2]],
    ['MAXAGE 16', [1]],
    ['IDLE 5', [1, 2]],
    ['IDLE 6', [2]],
    ['SKIPME yes', [1, 2]],
    ['SKIPME NO', [1, 2, 3]],
    ['TYPE normal not-name worker skipme yes', [2]],
  ])('CLIENT LIST %s', async (filters, expected) => {
    expect(await listed(rig, asking, filters)).toEqual(expected);
  });

  it.each([
    ['FOO', 'ERR syntax error'],
    ['FOO bar', 'ERR syntax error'],
    ['TYPE', 'ERR syntax error'],
    ['TYPE normal x', 'ERR syntax error'],
    ['TYPE nosuch', "ERR Unknown client type 'nosuch'"],
    ['NOT-TYPE nosuch', "ERR Unknown client type 'nosuch'"],
    ['ID', 'ERR syntax error'],
    ['ID x', 'ERR Invalid client ID'],
    ['ID 1 x', 'ERR Invalid client ID'],
    ['ID 1 TYPE', 'ERR Invalid client ID'],
    ['ID 99999999999999999999', 'ERR Invalid client ID'],
    ['USER nosuch', "ERR No such user 'nosuch'"],
    ['SKIPME maybe', 'ERR syntax error'],
    ['NOT-SKIPME yes', 'ERR syntax error'],
    ['NOT-MAXAGE 1', 'ERR syntax error'],
    ['NOT-IDLE 1', 'ERR syntax error'],
    ['MAXAGE x', 'ERR maxage is not an integer or out of range'],
    ['MAXAGE 0', 'ERR maxage should be greater than 0'],
    ['IDLE x', 'ERR idle is not an integer or out of range'],
    ['IDLE -1', 'ERR idle should be greater than 0'],
    ['DB x', 'ERR DB is not an integer or out of range'],
    ['DB 16', 'ERR DB number should be between 0 and 15'],
    ['NOT-DB -1', 'ERR NOT-DB number should be between 0 and 15'],
    ['FLAGS N?', 'ERR Unknown flags found in the provided filter: N?'],
    ['NOT-FLAGS q', 'ERR Unknown flags found in the NOT-FLAGS filter: q'],
    ['CAPA x', 'ERR Unknown capa found in the provided filter: x'],
  ])('CLIENT LIST %s is refused', async (filters, expected) => {
    expect(await listed(rig, asking, filters)).toBe(expected);
  });
});

describe('CLIENT KILL', () => {
  it.each([
    ['ID 1', ':1', [1]],
    ['ID 1 2 99', ':2', [1, 2]],
    ['ID 3', ':0', []],
    ['ID 3 SKIPME no', ':1', [3]],
    ['TYPE normal', ':2', [1, 2]],
    ['NOT-ID 1 SKIPME no', ':2', [2, 3]],
    ['DB 3 NAME worker', ':1', [1]],
    ['DB 3 NAME nobody', ':0', []],
    ['/tmp/rig.sock:0', '+OK', [2]],
    ['10.0.0.1:1', '-ERR No such client', []],
    ['ID 0', '-ERR client-id should be greater than 0', []],
    ['ID 1 0', '-ERR client-id should be greater than 0', []],
    ['ID 1 x', '-ERR syntax error', []],
    ['ID 1 TYPE', '-ERR syntax error', []],
    ['USER nosuch SKIPME no', "-ERR No such user 'nosuch'", []],
  ])('%s', async (filters, reply, expected) => {
    asking.send(`CLIENT KILL ${filters}`);
    await rig.settle();
    expect(asking.received).toBe(`${reply}\r\n`);
    expect(closed()).toEqual(expected);
  });

  it('closes the oldest of several clients with one address', async () => {
    asking.send('CLIENT KILL 127.0.0.1:50000');
    await rig.settle();
    expect(closed()).toEqual([1]);
  });

  it('does not count or list a client twice that was closed just now', async () => {
    asking.send('CLIENT KILL ID 1', 'CLIENT KILL ID 1', 'CLIENT LIST ID 1');
    await rig.settle();
    expect(asking.received).toBe(':1\r\n:0\r\n$0\r\n\r\n');
  });
});

function closed(): number[] {
  return [other, local, asking].filter(({ isClosed }) => isClosed).map(({ session }) => session.id);
}
