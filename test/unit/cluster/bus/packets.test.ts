/** The bytes of the bus: packets of redis-server, messages there and back, and packets that somebody has spoilt. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageFlag, messageKinds } from '../../../../src/cluster/bus/message.ts';
import type { BusMessage } from '../../../../src/cluster/bus/message.ts';
import { PacketAssembler } from '../../../../src/cluster/bus/packet-assembler.ts';
import { BusFormatError } from '../../../../src/cluster/bus/packet-cursor.ts';
import { readPacket } from '../../../../src/cluster/bus/packet-reader.ts';
import { writePacket } from '../../../../src/cluster/bus/packet-writer.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { until } from '../../../support/until.ts';
import { seed } from '../../base/seed.ts';
import { BusTap } from './bus-tap.ts';
import { anyMessage } from './message-arbitraries.ts';

const recorded = readFileSync(new URL('packets.recorded.txt', import.meta.url), 'latin1').trim().split('\n').map((line) => Buffer.from(line, 'base64'));
const messages = recorded.map((packet) => readPacket(packet));

/** Reads, or gives the error; anything but a BusFormatError fails the test. */
function tryRead(packet: Uint8Array): BusMessage | BusFormatError {
  try {
    return readPacket(packet);
  } catch (error) {
    if (error instanceof BusFormatError) return error;
    throw error;
  }
}

function feed(...chunks: readonly Uint8Array[]): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const assembler = new PacketAssembler((packet) => packets.push(packet));
  for (const chunk of chunks) assembler.feed(chunk);
  return packets;
}

/** Feeds; anything but a BusFormatError comes out. */
function tryFeed(stream: Uint8Array): void {
  try {
    feed(stream);
  } catch (error) {
    if (!(error instanceof BusFormatError)) throw error;
  }
}

function changed(packet: Uint8Array, at: number, ...bytes: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(packet);
  copy.set(bytes, at);
  return copy;
}

describe('packets that redis-server sent', () => {
  test('are of all kinds that it sends', () => {
    expect([...new Set(messages.map(({ kind }) => kind))].toSorted()).toEqual(messageKinds.filter((kind) => kind !== 'module').toSorted());
  });

  test.each(recorded.map((packet, i) => [messages[i]!.kind, packet] as const))('a %s is read and written back to the byte', (_, packet) => {
    expect(writePacket(readPacket(packet)).equals(packet)).toBe(true);
  });

  test('say what redis-cli says of the nodes', () => {
    const named = messages.find((message) => 'extensions' in message && message.extensions.hostname !== undefined);
    expect(named).toMatchObject({ extensions: { hostname: 'node-1.example.com' } });
    expect(messages.find(({ kind }) => kind === 'publish')).toMatchObject({ channel: Buffer.from('news'), message: Buffer.from('hello') });
    const request = messages.find(({ kind }) => kind === 'auth-req');
    expect(request!.header!.primaryId).toMatch(/^[0-9a-f]{40}$/);
    expect(messages.find(({ kind }) => kind === 'update')).toMatchObject({ nodeId: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });

  test.runIf(hasReference())('still look so: a node on this host meets us', async () => {
    const tap = (await BusTap.open()).leadTo();
    const server = await startRedis({ config: { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1000' } });
    const client = await connect(server);
    try {
      await client.call('CLUSTER', 'ADDSLOTS', '0', '16383');
      await client.call('CLUSTER', 'MEET', '127.0.0.1', '7000', String(tap.port));
      const packet = await until('it sends a packet', () => tap.packets[0]);
      const message = readPacket(packet);
      expect(message).toMatchObject({ kind: 'meet', gossip: [], header: { sender: await client.call('CLUSTER', 'MYID').then(String), port: server.address.port } });
      expect(message.header!.slots[0]! & 1).toBe(1);
      expect(writePacket(message).equals(packet)).toBe(true);
    } finally {
      client.close();
      tap.close();
      await server.stop();
    }
  });
});

describe('messages', () => {
  test(`are the same after a way over the bus (seed ${seed})`, () => {
    fc.assert(fc.property(anyMessage, (message) => {
      expect(normalised(readPacket(writePacket(message)))).toEqual(normalised(message));
    }), { seed, numRuns: 300 });
  });

  test(`come out of the assembler whole, however their bytes are cut (seed ${seed})`, () => {
    fc.assert(fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(20_000)), (sent, cuts) => {
      const stream = Buffer.concat(sent.map((message) => writePacket(message)));
      const places = [0, ...cuts.map((cut) => cut % stream.length).toSorted((x, y) => x - y), stream.length];
      const packets = feed(...places.slice(1).map((end, i) => stream.subarray(places[i], end)));
      expect(Buffer.concat(packets).equals(stream)).toBe(true);
      expect(packets).toHaveLength(sent.length);
    }), { seed, numRuns: 100 });
  });
});

describe('spoilt packets', () => {
  test(`are refused or read, and never do harm: any bytes changed (seed ${seed})`, () => {
    const change = fc.tuple(fc.nat(10_000), fc.nat(255));
    fc.assert(fc.property(anyMessage, fc.array(change, { minLength: 1, maxLength: 8 }), (message, changes) => {
      const packet = writePacket(message);
      for (const [at, value] of changes) packet[at % packet.length] = value;
      const found = tryRead(packet);
      expect(found instanceof BusFormatError || writePacket(found).length > 0).toBe(true);
    }), { seed, numRuns: 500 });
  });

  test(`are refused when they are cut short, or have more than they say (seed ${seed})`, () => {
    fc.assert(fc.property(anyMessage, fc.nat(10_000), fc.uint8Array({ minLength: 1, maxLength: 300 }), (message, cut, surplus) => {
      const packet = writePacket(message);
      const short = packet.subarray(0, cut % packet.length);
      expect(tryRead(short)).toBeInstanceOf(BusFormatError);
      expect(tryRead(withLength(short))).toBeInstanceOf(BusFormatError);
      expect(tryRead(Buffer.concat([packet, surplus]))).toBeInstanceOf(BusFormatError);
      expect(tryRead(withLength(Buffer.concat([packet, surplus])))).toBeInstanceOf(BusFormatError);
    }), { seed, numRuns: 200 });
  });

  test(`do no harm to the assembler, whatever comes (seed ${seed})`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, hasSignature) => {
      const stream = hasSignature ? Buffer.concat([Buffer.from('RCmb'), noise]) : noise;
      expect(() => tryFeed(stream)).not.toThrow();
    }), { seed, numRuns: 500 });
  });

  test('hold no more memory than has come of them, byte by byte and whatever they claim', () => {
    const assembler = new PacketAssembler(() => undefined);
    const claimed = writePacket(messages.find(({ kind }) => kind === 'ping')!);
    claimed.writeUInt16BE(65_535, 14);
    claimed.writeUInt32BE(2256 + 65_535 * 104, 4);
    assembler.feed(claimed.subarray(0, 16));
    expect(assembler.heldBytes).toBe(16);
    for (let came = 17; came < 20_000; came++) {
      assembler.feed(Uint8Array.of(0));
      expect(assembler.heldBytes).toBeLessThanOrEqual(2 * came);
    }
  });

  const ping = recorded[messages.findIndex(({ kind }) => kind === 'ping')]!;
  const update = recorded[messages.findIndex(({ kind }) => kind === 'update')]!;
  const publish = recorded[messages.findIndex(({ kind }) => kind === 'publish')]!;
  test.each<[string, Uint8Array, string]>([
    ['another signature', changed(ping, 0, 82, 67, 109, 99), 'the signature is malformed'],
    ['another version', changed(ping, 8, 0, 2), 'it is of version 2'],
    ['an unknown type', changed(ping, 12, 0, 11), 'it is of the unknown type 11'],
    ['a light ping', changed(ping, 12, 0x80, 0), 'it is of the unknown type 32768'],
    ['a length of nothing', changed(ping, 4, 0, 0, 0, 0), 'it claims 0 bytes'],
    ['a length of 4 GiB', changed(ping, 4, 255, 255, 255, 255), 'it claims 4294967295 bytes'],
    ['more gossip than there is', changed(ping, 14, 255, 255), 'it claims'],
    ['an update that is not whole', changed(update, 4, 0, 0, 8, 208), 'it claims 2256 bytes'],
    ['a message of a stranger that is too long', changed(publish, 4, 0, 2, 0, 0), 'it claims 131072 bytes'],
  ])('%s is refused at its first bytes', (_, packet, reason) => {
    expect(() => feed(packet.subarray(0, 16))).toThrow(BusFormatError);
    expect(() => feed(packet.subarray(0, 16))).toThrow(reason);
  });

  test.each<[string, Uint8Array, string]>([
    ['a sender that is no id', changed(ping, 40, 71), 'a node id is malformed'],
    ['a sender of zeros', changed(ping, 40, ...Array.from({ length: 40 }, () => 0)), 'a node id is malformed'],
    ['an ip that would tear nodes.conf', changed(ping, 2168, 49, 10, 50), 'the ip of the sender is malformed'],
    ['an ip without an end', changed(ping, 2168, ...Array.from({ length: 46 }, () => 49)), 'the ip of the sender is malformed'],
    ['extensions that are not there', changed(changed(ping, 2214, 0, 9), 2253, MessageFlag.extensions), 'it ends'],
    ['a channel beyond the end', changed(publish, 2256, 255, 255, 255, 255), 'it ends'],
  ])('%s is refused', (_, packet, reason) => {
    expect(() => readPacket(packet)).toThrow(BusFormatError);
    expect(() => readPacket(packet)).toThrow(reason);
  });

  test('names of any length are refused, whatever fits into a packet', () => {
    const message = readPacket(ping);
    for (const length of [256, 60_000, 130_000, 250_000]) {
      const packet = writePacket({ ...message, extensions: { hostname: 'a'.repeat(length) } } as BusMessage);
      expect(() => readPacket(packet)).toThrow(BusFormatError);
    }
  });

  test.each(['a b', 'a,b', 'a=b', 'a\nb', '"a"', 'a'.repeat(256)])('a name for people that nodes.conf could not keep is passed over: %j', (humanName) => {
    const named = { ...readPacket(ping), extensions: { humanName, shardId: 'a'.repeat(40) } } as BusMessage;
    expect(readPacket(writePacket(named))).toMatchObject({ extensions: { humanName: '', shardId: 'a'.repeat(40) } });
    expect(readPacket(writePacket({ ...named, extensions: { humanName: 'eu-1/a_b.c' } } as BusMessage))).toMatchObject({ extensions: { humanName: 'eu-1/a_b.c' } });
  });

  test('extensions of a newer version are passed over', () => {
    const message = { ...messages.find(({ kind }) => kind === 'pong')!, extensions: { hostname: 'a' } } as BusMessage;
    const packet = writePacket(message);
    packet.writeUInt16BE(99, packet.length - 12);
    expect(readPacket(packet)).toMatchObject({ kind: 'pong', extensions: {} });
  });
});

function withLength(packet: Uint8Array): Uint8Array {
  const copy = Buffer.from(packet);
  if (copy.length >= 8) copy.writeUInt32BE(copy.length, 4);
  return copy;
}

/** Byte fields as plain arrays, and no fields that are undefined. */
function normalised(message: BusMessage): unknown {
  return JSON.parse(JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? Buffer.from(value).toJSON() : value)));
}
