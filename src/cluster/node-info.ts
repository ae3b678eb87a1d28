/**
 * What is known of one member of the cluster. A value: a change makes a new one.
 *
 * Flags have the values of the bus protocol's header, so that gossip needs no translation. An
 * address field that is not known is '' or 0; a node learns its own ip from others or from
 * cluster-announce-ip, so a fresh node has none.
 */
export const NodeFlag = {
  primary: 1,
  replica: 2,
  /** Unreachable for this node alone. */
  maybeFailed: 4,
  failed: 8,
  myself: 16,
  handshake: 32,
  noAddress: 64,
  noFailover: 512,
} as const;

/** What a node announces of itself. */
export interface AnnouncedAddress {
  readonly ip: string;
  /** Plain TCP port for clients; 0 when there is none. */
  readonly port: number;
  readonly tlsPort: number;
  readonly busPort: number;
  readonly hostname: string;
}

/** Where a node's clients are sent, in so far as that differs from where nodes find each other: '' and 0 for what does not. */
export interface ClientAddress {
  /** For clients that have come over IPv4, or IPv6. */
  readonly clientIpv4: string;
  readonly clientIpv6: string;
  readonly clientTcpPort: number;
  readonly clientTlsPort: number;
}

export interface NodeInfo extends AnnouncedAddress, ClientAddress {
  /** 40 lower-case hex digits. */
  readonly id: string;
  /** 40 hex digits shared by a primary and its replicas; '' when the node never told. */
  readonly shardId: string;
  /** The operator's name for it (Redis 7.2's nodename), kept as it was told. */
  readonly humanName: string;
  /** Bits of NodeFlag. */
  readonly flags: number;
  /** Id of the primary that this node replicates; '' for a primary. */
  readonly primaryId: string;
  readonly configEpoch: bigint;
  /** Milliseconds since 1970 of the ping that waits for its pong; 0 when none does. */
  readonly pingSentMs: number;
  readonly pongReceivedMs: number;
  readonly replicationOffset: number;
  /** Whether there is a bus link to it. */
  readonly linked: boolean;
}

/** Flag names in the order in which Redis prints them. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [NodeFlag.myself, 'myself'],
  [NodeFlag.primary, 'master'],
  [NodeFlag.replica, 'slave'],
  [NodeFlag.maybeFailed, 'fail?'],
  [NodeFlag.failed, 'fail'],
  [NodeFlag.handshake, 'handshake'],
  [NodeFlag.noAddress, 'noaddr'],
  [NodeFlag.noFailover, 'nofailover'],
];

const NO_FLAGS = 'noflags';

/** `myself,master`, or `noflags`. */
export function printFlags(flags: number): string {
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? NO_FLAGS : names.join(',');
}

/** The reverse of printFlags; undefined when a name is unknown. */
export function parseFlags(text: string): number | undefined {
  let flags = 0;
  for (const word of text.split(',')) {
    if (word === NO_FLAGS) continue;
    const known = FLAG_NAMES.find(([, name]) => name === word);
    if (known === undefined) return undefined;
    flags |= known[0];
  }
  return flags;
}

export function isNodeId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The role in flags that another node tells: never both. */
export function roleIn(flags: number): number {
  return (flags & NodeFlag.replica) === 0 ? flags & NodeFlag.primary : NodeFlag.replica;
}

export function isReplica(node: NodeInfo): boolean {
  return (node.flags & NodeFlag.replica) !== 0;
}

export function isPrimary(node: NodeInfo): boolean {
  return (node.flags & NodeFlag.primary) !== 0;
}

export function hasFailed(node: NodeInfo): boolean {
  return (node.flags & NodeFlag.failed) !== 0;
}

/** The address for a client that has come over IPv6, or over anything else. */
export function clientIp({ ip, clientIpv4, clientIpv6 }: NodeInfo, overIpv6: boolean): string {
  return (overIpv6 ? clientIpv6 : clientIpv4) || ip;
}

/** The ports for clients; 0 for a kind that there is not. */
export function clientPorts({ port, tlsPort, clientTcpPort, clientTlsPort }: NodeInfo): { readonly tcp: number; readonly tls: number } {
  return { tcp: clientTcpPort || port, tls: clientTlsPort || tlsPort };
}

/** The port for a client of the given kind; a node that has only the other kind answers with that. */
export function clientPort(node: NodeInfo, overTls: boolean): number {
  const { tcp, tls } = clientPorts(node);
  return overTls ? tls || tcp : tcp || tls;
}

export function clientAddressOf({ clientIpv4, clientIpv6, clientTcpPort, clientTlsPort }: ClientAddress): ClientAddress {
  return { clientIpv4, clientIpv6, clientTcpPort, clientTlsPort };
}
