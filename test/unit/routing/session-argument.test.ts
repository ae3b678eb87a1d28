/** Commands that take something of their session along: HIMPORT SET its fieldset. */
import { expect, test } from 'vitest';
import { keySlot } from '../../../src/base/crc16.ts';
import { SlotOpen, SlotOwner } from '../../../src/cluster/slot-table.ts';
import { slotInputOf } from '../../../src/routing/slot-decision.ts';
import { DoorRig, type RigClient } from './door-rig.ts';

async function answers(rig: DoorRig, client: RigClient, ...lines: readonly string[]): Promise<string> {
  const before = client.received.length;
  client.send(...lines);
  for (let i = 0; i < lines.length; i++) await rig.drain();
  return client.received.slice(before);
}

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, key.length);
}

function wrongArity(name: string): string {
  return `-ERR wrong number of arguments for '${name}' command\r\n`;
}

test('a fieldset is told once and used for keys of every shard', async () => {
  const rig = new DoorRig();
  const client = rig.connect();
  const [here, there] = [rig.keyOf(0), rig.keyOf(1)];
  expect(await answers(rig, client,
    'HIMPORT PREPARE fs a b', `SET ${here} x`, `DEL ${here}`, `HIMPORT SET ${here} fs 1 2`, `HIMPORT SET ${there} fs 3 4`, `HGET ${here} a`, `HGETALL ${there}`,
  )).toBe('+OK\r\n+OK\r\n:1\r\n+OK\r\n+OK\r\n$1\r\n1\r\n*4\r\n$1\r\na\r\n$1\r\n3\r\n$1\r\nb\r\n$1\r\n4\r\n');
});

test('a fieldset is its connection\'s, until it is replaced, discarded or the connection reset', async () => {
  const rig = new DoorRig();
  const [client, other] = [rig.connect(), rig.connect()];
  const missing = '-ERR no such fieldset\r\n';
  const twice = '-ERR duplicate field name in fieldset\r\n';
  expect(await answers(rig, client, 'HIMPORT DISCARD fs', 'HIMPORT DISCARDALL', 'HIMPORT SET k fs 1')).toBe(`:0\r\n:0\r\n${missing}`);
  expect(await answers(rig, client, 'HIMPORT PREPARE fs a', 'HIMPORT PREPARE FS b', 'HIMPORT SET k fs 1', 'HGETALL k'))
    .toBe('+OK\r\n+OK\r\n+OK\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n');
  expect(await answers(rig, other, 'HIMPORT SET k fs 1')).toBe(missing);
  expect(await answers(rig, client, 'HIMPORT PREPARE fs c c', 'HIMPORT SET k fs 2', 'HGETALL k')).toBe(`${twice}+OK\r\n*2\r\n$1\r\na\r\n$1\r\n2\r\n`);
  expect(await answers(rig, client, 'HIMPORT PREPARE fs c', 'HIMPORT SET k fs 3', 'HGETALL k')).toBe('+OK\r\n+OK\r\n*2\r\n$1\r\nc\r\n$1\r\n3\r\n');
  expect(await answers(rig, client, 'HIMPORT DISCARD fs', 'HIMPORT DISCARD fs', 'HIMPORT SET k fs 1', 'HIMPORT SET k FS 1'))
    .toBe(`:1\r\n:0\r\n${missing}+OK\r\n`);
  expect(await answers(rig, client, 'HIMPORT PREPARE fs c', 'HIMPORT DISCARDALL', 'HIMPORT SET k fs 1')).toBe(`+OK\r\n:2\r\n${missing}`);
  expect(await answers(rig, client, 'HIMPORT PREPARE fs c', 'RESET', 'HIMPORT SET k fs 1')).toBe(`+OK\r\n+RESET\r\n${missing}`);
});

test('arguments are counted as the client gave them', async () => {
  const rig = new DoorRig();
  const client = rig.connect();
  expect(await answers(rig, client, 'HIMPORT', 'HIMPORT SET k fs', 'HIMPORT PREPARE fs', 'HIMPORT DISCARD', 'HIMPORT DISCARDALL fs'))
    .toBe([wrongArity('himport'), ...['set', 'prepare', 'discard', 'discardall'].map((sub) => wrongArity(`himport|${sub}`))].join(''));
});

test('a pause holds the command as the client sent it', async () => {
  const rig = new DoorRig(1);
  const client = rig.connect();
  await answers(rig, client, 'HIMPORT PREPARE fs a');
  rig.door.pause.begin(rig.nowMs + 1000, true);
  expect(await answers(rig, client, 'HIMPORT SET k fs 1')).toBe('');
  expect(client.session.held!.args.length).toBe(10);
  rig.door.pause.end();
  await rig.drain();
  expect(client.received).toBe('+OK\r\n+OK\r\n');
});

test('in a cluster it is redirected like any other, and served in a slot that moves away while the key is here', async () => {
  const rig = new DoorRig();
  const client = rig.connect();
  const [moving, gone] = ['here', 'gone'];
  const situations = new Uint8Array(16384);
  await answers(rig, client, 'HIMPORT PREPARE fs a b', `HIMPORT SET ${moving} fs 1 2`);
  situations[slotOf(moving)] = SlotOwner.me | SlotOpen.migrating;
  situations[slotOf(gone)] = SlotOwner.other;
  rig.door.situations = situations;
  Object.assign(rig.door.services, {
    slotInput: (session: RigClient['session'], flags: number, situation: number) => slotInputOf(session, flags, false, situation),
    endpointOf: () => 'there:1',
  });
  expect(await answers(rig, client, `HIMPORT SET ${gone} fs 1 2`)).toBe(`-MOVED ${slotOf(gone)} there:1\r\n`);
  expect(await answers(rig, client, `HIMPORT SET ${moving} fs 3 4`, `HGETALL ${moving}`))
    .toBe('+OK\r\n*4\r\n$1\r\na\r\n$1\r\n3\r\n$1\r\nb\r\n$1\r\n4\r\n');
  expect(await answers(rig, client, `DEL ${moving}`, `HIMPORT SET ${moving} fs 3 4`)).toBe(`:1\r\n-ASK ${slotOf(moving)} there:1\r\n`);
});
