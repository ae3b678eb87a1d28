/**
 * Spoils packets of the cluster bus: every packet that comes out differs from any that a node would send. Cut, inflated,
 * flipped, spliced, of unknown types and with foreign extensions; ids are exchanged for ids that the receiver knows, so
 * that what still reads gets far into it.
 */
import type { Random } from '../../src/base/random.ts';
import { HEADER_BYTES, ID_BYTES, SLOT_BYTES } from '../../src/cluster/bus/packet-layout.ts';

/** Fields of a header and what follows it: where a wrong number does the most. Offset and bytes. */
const FIELDS: readonly (readonly [number, number])[] = [
  [0, 4], [4, 4], [8, 2], [10, 2], [12, 2], [14, 2], [16, 8], [24, 8], [32, 8], [2168, 4], [2214, 2], [2246, 2], [2248, 2], [2250, 2],
  [2252, 1], [2253, 1], [HEADER_BYTES, 4], [HEADER_BYTES + 4, 4], [HEADER_BYTES + 8, 1],
];
const ID_PLACES = [40, 2128, HEADER_BYTES, HEADER_BYTES + 8];
const SLOTS_AT = 80;
const LENGTH_AT = 4;
const CHANGES_MAX = 3;
const FLIPS_MAX = 8;
const INSERTED_MAX = 400;

export interface SpoilSource {
  readonly random: Random;
  /** Packets as nodes send them. */
  readonly packets: readonly Buffer[];
  /** Ids that the receiver knows. */
  readonly ids: readonly string[];
}

type Change = (packet: Buffer, source: SpoilSource) => Buffer;

const changes: readonly Change[] = [
  flipBits, flipBits, setField, setField, setField, shorten, insert, remove, splice, exchangeId, exchangeId, fillSlots, setExtension, repeatTail,
];

/** A packet of the source, spoilt in one to three ways. Often its length is right in the end, so that it gets further. */
export function spoiltPacket(source: SpoilSource): Buffer {
  const { random } = source;
  let packet: Buffer = Buffer.from(pick(random, source.packets));
  for (let left = 1 + random.below(CHANGES_MAX); left > 0; left--) packet = pick(random, changes)(packet, source);
  if (random.below(4) !== 0 && packet.length >= LENGTH_AT + 4) packet.writeUInt32BE(packet.length, LENGTH_AT);
  return packet;
}

function flipBits(packet: Buffer, { random }: SpoilSource): Buffer {
  for (let left = 1 + random.below(FLIPS_MAX); left > 0 && packet.length > 0; left--) packet[random.below(packet.length)]! ^= 1 << random.below(8);
  return packet;
}

/** Another number in a field: the least, the greatest, any, or one beside the former. */
function setField(packet: Buffer, { random }: SpoilSource): Buffer {
  const [at, byteCount] = pick(random, FIELDS);
  if (at + byteCount > packet.length) return packet;
  const way = random.below(4);
  if (way === 3) packet[at + byteCount - 1]! += random.below(2) === 0 ? 1 : -1;
  else for (let i = 0; i < byteCount; i++) packet[at + i] = way === 0 ? 0 : way === 1 ? 0xff : random.below(256);
  return packet;
}

function shorten(packet: Buffer, { random }: SpoilSource): Buffer {
  return packet.subarray(0, random.below(packet.length + 1));
}

function insert(packet: Buffer, { random }: SpoilSource): Buffer {
  const at = random.below(packet.length + 1);
  const noise = Buffer.from(Array.from({ length: random.below(INSERTED_MAX) }, () => random.below(256)));
  return Buffer.concat([packet.subarray(0, at), noise, packet.subarray(at)]);
}

function remove(packet: Buffer, { random }: SpoilSource): Buffer {
  const at = random.below(packet.length + 1);
  return Buffer.concat([packet.subarray(0, at), packet.subarray(at + random.below(INSERTED_MAX))]);
}

/** The head of this one and the tail of another. */
function splice(packet: Buffer, { random, packets }: SpoilSource): Buffer {
  const at = random.below(4) === 0 ? HEADER_BYTES : random.below(packet.length + 1);
  return Buffer.concat([packet.subarray(0, at), pick(random, packets).subarray(at)]);
}

function exchangeId(packet: Buffer, { random, ids }: SpoilSource): Buffer {
  const at = pick(random, ID_PLACES);
  if (at + ID_BYTES > packet.length) return packet;
  if (random.below(8) === 0) packet.fill(0, at, at + ID_BYTES);
  else packet.write(pick(random, ids), at, 'latin1');
  return packet;
}

function fillSlots(packet: Buffer, { random }: SpoilSource): Buffer {
  const from = SLOTS_AT + random.below(SLOT_BYTES);
  packet.subarray(from, from + random.below(SLOT_BYTES)).fill(random.below(2) === 0 ? 0xff : random.below(256));
  return packet;
}

/** An extension of any type and length where the last one may stand, counted in the header. */
function setExtension(packet: Buffer, { random }: SpoilSource): Buffer {
  if (packet.length < HEADER_BYTES) return packet;
  const data = Buffer.from(Array.from({ length: 8 * random.below(8) }, () => random.below(random.below(2) === 0 ? 1 : 256)));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(random.below(3) === 0 ? random.below(2 ** 32) : 8 + data.length);
  prefix.writeUInt16BE(random.below(4) === 0 ? random.below(65_536) : random.below(8), 4);
  packet.writeUInt16BE((packet.readUInt16BE(2214) + 1) & 0xffff, 2214);
  packet[2253]! |= 4;
  return Buffer.concat([packet, prefix, data]);
}

/** What follows the header once more, with twice the gossip. */
function repeatTail(packet: Buffer, { random }: SpoilSource): Buffer {
  if (packet.length < HEADER_BYTES) return packet;
  if (random.below(2) === 0) packet.writeUInt16BE((packet.readUInt16BE(14) * 2) & 0xffff, 14);
  return Buffer.concat([packet, packet.subarray(HEADER_BYTES)]);
}

export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}
