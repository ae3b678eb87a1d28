/**
 * Packets of the bus to messages. A packet is taken as a whole or not at all: one that is malformed in any field that
 * means something here is a BusFormatError. Byte fields of the message are views of the packet.
 */
import { isIP } from 'node:net';
import { LIGHT_HEADER_KINDS, MessageFlag, messageKinds } from './message.ts';
import type {
  BusMessage, ForgottenNode, GossipEntry, MessageHeader, MessageKind, PingExtensions, PublishMessage,
} from './message.ts';
import { BusFormatError, PacketCursor } from './packet-cursor.ts';
import {
  EXTENSION_ALIGNMENT, EXTENSION_PREFIX_BYTES, ExtensionType, ID_BYTES, IP_BYTES, LIGHT_TYPE, PROTOCOL_VERSION,
  RESERVED_BYTES, SIGNATURE, SLOT_BYTES,
} from './packet-layout.ts';

const nodeId = /^[0-9a-f]{40}$/;
const nodeIdOrNone = /^(?:[0-9a-f]{40})?$/;
/** An address, or a name for one. Nothing that would tear a line of nodes.conf. */
const address = /^[0-9A-Za-z.:%_-]{0,45}$/;
const hostName = /^[0-9A-Za-z.-]{0,255}$/;
/** Names for people; others, which some versions allow, are not worth a link, and are not kept. */
const humanName = /^[0-9A-Za-z._/-]{0,255}$/;

/** What the first PREFIX_BYTES say. */
export interface PacketPrefix {
  /** Of the whole packet. */
  readonly byteCount: number;
  readonly kind: MessageKind;
  readonly isLight: boolean;
  readonly port: number;
  readonly gossipCount: number;
}

export function readPrefix(cursor: PacketCursor): PacketPrefix {
  cursor.text(SIGNATURE.length, signature, 'the signature');
  const byteCount = cursor.u32();
  const version = cursor.u16();
  if (version !== PROTOCOL_VERSION) throw new BusFormatError(`it is of version ${version}`);
  const port = cursor.u16();
  const type = cursor.u16();
  const gossipCount = cursor.u16();
  const kind = messageKinds[type & ~LIGHT_TYPE];
  const isLight = (type & LIGHT_TYPE) !== 0;
  if (kind === undefined || (isLight && !isPublish(kind))) throw new BusFormatError(`it is of the unknown type ${type}`);
  return { byteCount, kind, isLight, port, gossipCount };
}

const signature = new RegExp(`^${SIGNATURE}$`);

/** Throws BusFormatError. */
export function readPacket(packet: Uint8Array): BusMessage {
  const cursor = new PacketCursor(packet);
  const prefix = readPrefix(cursor);
  if (prefix.byteCount !== packet.length) throw new BusFormatError(`it claims ${prefix.byteCount} bytes and has ${packet.length}`);
  const message = prefix.isLight ? readPublish(cursor, prefix.kind as PublishMessage['kind']) : readFull(cursor, prefix);
  cursor.end();
  return message;
}

function readFull(cursor: PacketCursor, prefix: PacketPrefix): BusMessage {
  const { kind } = prefix;
  const { header, extensionCount } = readHeader(cursor, prefix);
  if (kind === 'ping' || kind === 'pong' || kind === 'meet') {
    const gossip = Array.from({ length: prefix.gossipCount }, () => readGossip(cursor));
    return { kind, header, gossip, extensions: readExtensions(cursor, extensionCount) };
  }
  if (kind === 'fail') return { kind, header, nodeId: readId(cursor) };
  if (kind === 'update') {
    const configEpoch = cursor.u64();
    return { kind, header, configEpoch, nodeId: readId(cursor), slots: cursor.bytes(SLOT_BYTES) };
  }
  if (kind === 'module') {
    const moduleId = cursor.u64();
    const byteCount = cursor.u32();
    return { kind, header, moduleId, moduleType: cursor.u8(), payload: cursor.bytes(byteCount) };
  }
  if (isPublish(kind)) return { ...readPublish(cursor, kind), header };
  return { kind, header };
}

function isPublish(kind: MessageKind): kind is PublishMessage['kind'] {
  return (LIGHT_HEADER_KINDS as readonly string[]).includes(kind);
}

function readHeader(cursor: PacketCursor, { port }: PacketPrefix): { header: MessageHeader; extensionCount: number } {
  const currentEpoch = cursor.u64();
  const configEpoch = cursor.u64();
  const replicationOffset = cursor.u64();
  const sender = readId(cursor);
  const slots = cursor.bytes(SLOT_BYTES);
  const primaryId = cursor.text(ID_BYTES, nodeIdOrNone, 'the primary');
  const announcedIp = cursor.text(IP_BYTES, address, 'the ip of the sender');
  const extensionCount = cursor.u16();
  cursor.skip(RESERVED_BYTES);
  const otherPort = cursor.u16();
  const busPort = cursor.u16();
  const flags = cursor.u16();
  const clusterIsUp = cursor.u8() === 0;
  const messageFlags = cursor.u8();
  cursor.skip(2);
  const header = {
    sender, currentEpoch, configEpoch, replicationOffset, slots, primaryId, announcedIp, port, otherPort, busPort, flags, clusterIsUp,
    messageFlags,
  };
  return { header, extensionCount: (messageFlags & MessageFlag.extensions) === 0 ? 0 : extensionCount };
}

function readId(cursor: PacketCursor): string {
  return cursor.text(ID_BYTES, nodeId, 'a node id');
}

function readGossip(cursor: PacketCursor): GossipEntry {
  const id = readId(cursor);
  const pingSentSeconds = cursor.u32();
  const pongReceivedSeconds = cursor.u32();
  const ip = cursor.text(IP_BYTES, address, 'the ip of a node');
  const port = cursor.u16();
  const busPort = cursor.u16();
  const flags = cursor.u16();
  const otherPort = cursor.u16();
  cursor.skip(2);
  return { nodeId: id, pingSentSeconds, pongReceivedSeconds, ip, port, otherPort, busPort, flags };
}

/** Extensions of newer versions are passed over. */
function readExtensions(cursor: PacketCursor, count: number): PingExtensions {
  const found: { -readonly [Name in keyof PingExtensions]: PingExtensions[Name] } = {};
  const forgotten: ForgottenNode[] = [];
  for (let i = 0; i < count; i++) {
    const byteCount = cursor.u32();
    const type = cursor.u16();
    cursor.skip(2);
    if (byteCount % EXTENSION_ALIGNMENT !== 0 || byteCount < EXTENSION_PREFIX_BYTES) {
      throw new BusFormatError(`an extension has ${byteCount} bytes`);
    }
    const data = cursor.part(byteCount - EXTENSION_PREFIX_BYTES);
    if (type === ExtensionType.hostname) found.hostname = data.text(data.remaining, hostName, 'the host name');
    else if (type === ExtensionType.humanName) found.humanName = readHumanName(data);
    else if (type === ExtensionType.shardId) found.shardId = readId(data);
    else if (type === ExtensionType.clientIpv4) found.clientIpv4 = readClientIp(data, 4);
    else if (type === ExtensionType.clientIpv6) found.clientIpv6 = readClientIp(data, 6);
    else if (type === ExtensionType.clientTcpPort) found.clientTcpPort = data.u16();
    else if (type === ExtensionType.clientTlsPort) found.clientTlsPort = data.u16();
    else if (type === ExtensionType.forgotten) forgotten.push({ nodeId: readId(data), ttlSeconds: data.u64() });
  }
  return forgotten.length === 0 ? found : { ...found, forgotten };
}

function readHumanName(data: PacketCursor): string {
  const name = data.text(data.remaining, /^/, 'the name of the sender');
  return humanName.test(name) ? name : '';
}

/** '' for what is no address of that family. */
function readClientIp(data: PacketCursor, family: 4 | 6): string {
  const text = data.text(data.remaining, /^/, 'the ip for clients');
  return isIP(text) === family && address.test(text) ? text : '';
}

function readPublish(cursor: PacketCursor, kind: PublishMessage['kind']): PublishMessage {
  const channelBytes = cursor.u32();
  const messageBytes = cursor.u32();
  return { kind, channel: cursor.bytes(channelBytes), message: cursor.bytes(messageBytes) };
}
