/**
 * What nodes tell each other over the cluster bus, as values; packet-reader.ts and packet-writer.ts know the bytes.
 *
 * Every packet but a light one carries the whole header: who sends, which slots it claims under which epoch, how it is
 * reached. Ids are 40 lower-case hex digits; '' where the packet has none.
 */

/** Names as CLUSTER INFO counts them, by the number on the wire. */
export const messageKinds = [
  'ping', 'pong', 'meet', 'fail', 'publish', 'auth-req', 'auth-ack', 'update', 'mfstart', 'module', 'publishshard',
] as const;

export type MessageKind = (typeof messageKinds)[number];

/** Kinds that may come with the light header. */
export const LIGHT_HEADER_KINDS = ['publish', 'publishshard'] as const satisfies readonly MessageKind[];

/** Bits of `messageFlags`. */
export const MessageFlag = {
  /** The sender has paused its clients for a manual failover. */
  paused: 1,
  /** Vote even though the primary is up. */
  forceAck: 2,
  /** The sender understands extensions; those it counts follow the gossip. */
  extensions: 4,
} as const;

/** Bit of a header's node flags: the sender reads publish packets with the light header. */
export const LIGHT_HEADER_FLAG = 1 << 11;

export interface MessageHeader {
  readonly sender: string;
  readonly currentEpoch: bigint;
  /** That of the sender, or of its primary. */
  readonly configEpoch: bigint;
  readonly replicationOffset: bigint;
  /** Bit `slot & 7` of byte `slot >> 3`: the slots of the sender or of its primary. */
  readonly slots: Uint8Array;
  /** '' for a primary. */
  readonly primaryId: string;
  /** '' where the receiver is to look at the connection. */
  readonly announcedIp: string;
  /** Client port of the kind that the bus uses, TCP or TLS. */
  readonly port: number;
  /** Client port of the other kind; 0 when there is none. */
  readonly otherPort: number;
  readonly busPort: number;
  /** Bits of NodeFlag. */
  readonly flags: number;
  readonly clusterIsUp: boolean;
  readonly messageFlags: number;
}

/** What the sender knows of another node. Times in seconds since 1970. */
export interface GossipEntry {
  readonly nodeId: string;
  readonly pingSentSeconds: number;
  readonly pongReceivedSeconds: number;
  readonly ip: string;
  readonly port: number;
  readonly otherPort: number;
  readonly busPort: number;
  readonly flags: number;
}

export interface ForgottenNode {
  readonly nodeId: string;
  readonly ttlSeconds: bigint;
}

/** What a sender adds about itself; an absent name means that it has none. */
export interface PingExtensions {
  readonly hostname?: string;
  readonly humanName?: string;
  readonly shardId?: string;
  readonly clientIpv4?: string;
  readonly clientIpv6?: string;
  readonly clientTcpPort?: number;
  readonly clientTlsPort?: number;
  readonly forgotten?: readonly ForgottenNode[];
}

export interface PingMessage {
  readonly kind: 'ping' | 'pong' | 'meet';
  readonly header: MessageHeader;
  readonly gossip: readonly GossipEntry[];
  readonly extensions: PingExtensions;
}

export interface FailMessage {
  readonly kind: 'fail';
  readonly header: MessageHeader;
  readonly nodeId: string;
}

export interface PublishMessage {
  readonly kind: 'publish' | 'publishshard';
  /** Absent in a light packet, whose sender is known by its link. */
  readonly header?: MessageHeader;
  readonly channel: Uint8Array;
  readonly message: Uint8Array;
}

export interface BareMessage {
  readonly kind: 'auth-req' | 'auth-ack' | 'mfstart';
  readonly header: MessageHeader;
}

/** The slots of a node that somebody has an old notion of. */
export interface UpdateMessage {
  readonly kind: 'update';
  readonly header: MessageHeader;
  readonly nodeId: string;
  readonly configEpoch: bigint;
  readonly slots: Uint8Array;
}

export interface ModuleMessage {
  readonly kind: 'module';
  readonly header: MessageHeader;
  readonly moduleId: bigint;
  readonly moduleType: number;
  readonly payload: Uint8Array;
}

export type BusMessage = PingMessage | FailMessage | PublishMessage | BareMessage | UpdateMessage | ModuleMessage;
