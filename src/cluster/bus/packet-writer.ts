/** Messages to packets of the bus: the reverse of packet-reader.ts. */
import { MessageFlag, messageKinds } from './message.ts';
import type { BusMessage, GossipEntry, MessageHeader, PingExtensions } from './message.ts';
import {
  EXTENSION_PORT_BYTES, EXTENSION_PREFIX_BYTES, ExtensionType, FORGOTTEN_BYTES, GOSSIP_BYTES, HEADER_BYTES, ID_BYTES, IP_BYTES,
  LIGHT_TYPE, MODULE_PREFIX_BYTES, PREFIX_BYTES, PROTOCOL_VERSION, PUBLISH_PREFIX_BYTES, RESERVED_BYTES, SIGNATURE, UPDATE_BYTES, aligned,
} from './packet-layout.ts';

export function writePacket(message: BusMessage): Buffer {
  const extensions = 'extensions' in message ? listExtensions(message.extensions) : [];
  const byteCount = (message.header === undefined ? PREFIX_BYTES : HEADER_BYTES) + dataBytes(message, extensions);
  const writer = new PacketWriter(byteCount);
  const type = messageKinds.indexOf(message.kind) | (message.header === undefined ? LIGHT_TYPE : 0);
  writer.text(SIGNATURE, SIGNATURE.length);
  writer.u32(byteCount);
  writer.u16(PROTOCOL_VERSION);
  writer.u16(message.header?.port ?? 0);
  writer.u16(type);
  writer.u16('gossip' in message ? message.gossip.length : 0);
  if (message.header !== undefined) writeHeader(writer, message.header, extensions.length);
  writeData(writer, message, extensions);
  return writer.bytes;
}

interface Extension {
  readonly type: number;
  /** With what it is padded by. */
  readonly byteCount: number;
  readonly write: (writer: PacketWriter, room: number) => void;
}

/** In the order in which Valkey sends them. */
function listExtensions(told: PingExtensions): Extension[] {
  const { hostname, humanName, clientIpv4, clientIpv6, clientTcpPort, clientTlsPort, forgotten = [], shardId } = told;
  const names: [number, string | undefined][] = [
    [ExtensionType.hostname, hostname],
    [ExtensionType.humanName, humanName],
    [ExtensionType.clientIpv4, clientIpv4],
    [ExtensionType.clientIpv6, clientIpv6],
  ];
  const texts = names.flatMap(([type, text]) => (text === undefined ? [] : [textExtension(type, text)]));
  const ports: [number, number | undefined][] = [[ExtensionType.clientTcpPort, clientTcpPort], [ExtensionType.clientTlsPort, clientTlsPort]];
  const numbers = ports.flatMap(([type, port]) => (port === undefined ? [] : [portExtension(type, port)]));
  const nodes = forgotten.map(({ nodeId, ttlSeconds }): Extension => ({
    type: ExtensionType.forgotten,
    byteCount: EXTENSION_PREFIX_BYTES + FORGOTTEN_BYTES,
    write: (writer) => {
      writer.text(nodeId, ID_BYTES);
      writer.u64(ttlSeconds);
    },
  }));
  const shards: Extension[] = shardId === undefined ? [] : [{
    type: ExtensionType.shardId,
    byteCount: EXTENSION_PREFIX_BYTES + ID_BYTES,
    write: (writer) => writer.text(shardId, ID_BYTES),
  }];
  return [...texts, ...numbers, ...nodes, ...shards];
}

function portExtension(type: number, port: number): Extension {
  return {
    type,
    byteCount: EXTENSION_PREFIX_BYTES + aligned(EXTENSION_PORT_BYTES),
    write: (writer, room) => {
      writer.u16(port);
      writer.skip(room - EXTENSION_PORT_BYTES);
    },
  };
}

/** A text with at least one zero behind it. */
function textExtension(type: number, text: string): Extension {
  return { type, byteCount: EXTENSION_PREFIX_BYTES + aligned(text.length + 1), write: (writer, room) => writer.text(text, room) };
}

function dataBytes(message: BusMessage, extensions: readonly Extension[]): number {
  switch (message.kind) {
    case 'ping':
    case 'pong':
    case 'meet':
      return message.gossip.length * GOSSIP_BYTES + extensions.reduce((sum, { byteCount }) => sum + byteCount, 0);
    case 'fail':
      return ID_BYTES;
    case 'update':
      return UPDATE_BYTES;
    case 'publish':
    case 'publishshard':
      return PUBLISH_PREFIX_BYTES + message.channel.length + message.message.length;
    case 'module':
      return MODULE_PREFIX_BYTES + message.payload.length;
    default:
      return 0;
  }
}

function writeHeader(writer: PacketWriter, header: MessageHeader, extensionCount: number): void {
  const withExtensions = extensionCount > 0 ? MessageFlag.extensions : 0;
  writer.u64(header.currentEpoch);
  writer.u64(header.configEpoch);
  writer.u64(header.replicationOffset);
  writer.text(header.sender, ID_BYTES);
  writer.copy(header.slots);
  writer.text(header.primaryId, ID_BYTES);
  writer.text(header.announcedIp, IP_BYTES);
  writer.u16(extensionCount);
  writer.skip(RESERVED_BYTES);
  writer.u16(header.otherPort);
  writer.u16(header.busPort);
  writer.u16(header.flags);
  writer.u8(header.clusterIsUp ? 0 : 1);
  writer.u8(header.messageFlags | withExtensions);
  writer.skip(2);
}

function writeData(writer: PacketWriter, message: BusMessage, extensions: readonly Extension[]): void {
  switch (message.kind) {
    case 'ping':
    case 'pong':
    case 'meet':
      for (const entry of message.gossip) writeGossip(writer, entry);
      for (const extension of extensions) writeExtension(writer, extension);
      break;
    case 'fail':
      writer.text(message.nodeId, ID_BYTES);
      break;
    case 'update':
      writer.u64(message.configEpoch);
      writer.text(message.nodeId, ID_BYTES);
      writer.copy(message.slots);
      break;
    case 'publish':
    case 'publishshard':
      writer.u32(message.channel.length);
      writer.u32(message.message.length);
      writer.copy(message.channel);
      writer.copy(message.message);
      break;
    case 'module':
      writer.u64(message.moduleId);
      writer.u32(message.payload.length);
      writer.u8(message.moduleType);
      writer.copy(message.payload);
      break;
    default:
  }
}

function writeGossip(writer: PacketWriter, entry: GossipEntry): void {
  writer.text(entry.nodeId, ID_BYTES);
  writer.u32(entry.pingSentSeconds);
  writer.u32(entry.pongReceivedSeconds);
  writer.text(entry.ip, IP_BYTES);
  writer.u16(entry.port);
  writer.u16(entry.busPort);
  writer.u16(entry.flags);
  writer.u16(entry.otherPort);
  writer.skip(2);
}

function writeExtension(writer: PacketWriter, { type, byteCount, write }: Extension): void {
  writer.u32(byteCount);
  writer.u16(type);
  writer.skip(2);
  write(writer, byteCount - EXTENSION_PREFIX_BYTES);
}

/** Writes fields one behind the other into zeros. */
class PacketWriter {
  readonly bytes: Buffer;
  #at = 0;

  constructor(byteCount: number) {
    this.bytes = Buffer.alloc(byteCount);
  }

  u8(value: number): void {
    this.#at = this.bytes.writeUInt8(value, this.#at);
  }

  u16(value: number): void {
    this.#at = this.bytes.writeUInt16BE(value, this.#at);
  }

  u32(value: number): void {
    this.#at = this.bytes.writeUInt32BE(value, this.#at);
  }

  u64(value: bigint): void {
    this.#at = this.bytes.writeBigUInt64BE(value, this.#at);
  }

  /** `text` in a field of `byteCount` bytes. */
  text(text: string, byteCount: number): void {
    this.bytes.write(text, this.#at, byteCount, 'latin1');
    this.#at += byteCount;
  }

  copy(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  skip(byteCount: number): void {
    this.#at += byteCount;
  }
}
