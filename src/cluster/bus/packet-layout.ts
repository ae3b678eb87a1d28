/**
 * Sizes and numbers of the bus format, version 1, as Redis 7 and Valkey write it. Numbers are big-endian, texts end in
 * zeros.
 *
 *   0 "RCmb"  4 length  8 version  10 port  12 type  14 gossip count  16 current epoch  24 config epoch
 *   32 replication offset  40 sender  80 slots  2128 primary  2168 ip  2214 extension count  2216 reserved
 *   2246 other port  2248 bus port  2250 flags  2252 cluster state  2253 message flags  2256 data
 *
 * A light packet (type with bit 15) has its data at 16.
 */
export const SIGNATURE = 'RCmb';
export const PROTOCOL_VERSION = 1;
export const LIGHT_TYPE = 0x8000;

/** Bytes of a packet up to where length, version, type and count are known; of a light header. */
export const PREFIX_BYTES = 16;
export const HEADER_BYTES = 2256;
export const RESERVED_BYTES = 30;
export const ID_BYTES = 40;
export const SLOT_BYTES = 2048;
export const IP_BYTES = 46;
export const GOSSIP_BYTES = 104;
export const UPDATE_BYTES = 8 + ID_BYTES + SLOT_BYTES;
/** Length, type and two bytes of nothing before the data of an extension. */
export const EXTENSION_PREFIX_BYTES = 8;
export const FORGOTTEN_BYTES = ID_BYTES + 8;
/** The two lengths before channel and message. */
export const PUBLISH_PREFIX_BYTES = 8;
/** Module id, length and type before the payload. */
export const MODULE_PREFIX_BYTES = 13;

export const ExtensionType = {
  hostname: 0, humanName: 1, forgotten: 2, shardId: 3, clientIpv4: 4, clientIpv6: 5, clientTcpPort: 6, clientTlsPort: 7,
} as const;
/** A port in an extension, before its padding. */
export const EXTENSION_PORT_BYTES = 2;

/** Extensions are padded to this. */
export const EXTENSION_ALIGNMENT = 8;

export function aligned(byteCount: number): number {
  return Math.ceil(byteCount / EXTENSION_ALIGNMENT) * EXTENSION_ALIGNMENT;
}
