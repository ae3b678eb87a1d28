/**
 * What this node believes about its cluster: members, epochs, who owns which slot. Everything that
 * nodes.conf keeps, and everything that gossip, elections and the CLUSTER commands change.
 *
 * A value: operations (slot-operations.ts, epoch-operations.ts) take a state and give the next one,
 * or the words of an error. A state that differs from the one before must be on disk before anybody
 * sees it; an operation that changes nothing gives the same object back.
 */
import { assert } from '../base/assert.ts';
import { SLOT_COUNT } from '../base/crc16.ts';
import { NodeFlag } from './node-info.ts';
import type { SlotMove } from './migration/moves.ts';
import type { AnnouncedAddress, NodeInfo } from './node-info.ts';

export interface ClusterState {
  readonly myId: string;
  readonly currentEpoch: bigint;
  /** The last epoch in which this node gave its vote. */
  readonly lastVoteEpoch: bigint;
  /** By id; this node is among them. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** Per slot the id of its owner, '' for none. */
  readonly owners: readonly string[];
  /** Slot to the node that it is moving to. A mark can outlive the ownership. */
  readonly migratingTo: ReadonlyMap<number, string>;
  /** Slot to the node that it comes from. */
  readonly importingFrom: ReadonlyMap<number, string>;
  /** What a crash must not make this node forget of atomic slot migrations, by task. */
  readonly moves: ReadonlyMap<string, SlotMove>;
}

/** The next state, or the text of an error reply. */
export type Outcome = ClusterState | string;

export const NO_OWNER = '';

/** A node alone, without slots. Both ids are 40 hex digits. */
export function newClusterState(myId: string, shardId: string): ClusterState {
  return {
    myId,
    currentEpoch: 0n,
    lastVoteEpoch: 0n,
    nodes: new Map([[myId, newNode(myId, shardId, NodeFlag.myself | NodeFlag.primary)]]),
    owners: noOwners(),
    migratingTo: new Map(),
    importingFrom: new Map(),
    moves: new Map(),
  };
}

/** A member of which nothing but its name is known. */
export function newNode(id: string, shardId: string, flags: number): NodeInfo {
  return {
    ip: '',
    port: 0,
    tlsPort: 0,
    busPort: 0,
    hostname: '',
    id,
    shardId,
    humanName: '',
    clientIpv4: '',
    clientIpv6: '',
    clientTcpPort: 0,
    clientTlsPort: 0,
    flags,
    primaryId: '',
    configEpoch: 0n,
    pingSentMs: 0,
    pongReceivedMs: 0,
    replicationOffset: 0,
    linked: false,
  };
}

export function noOwners(): string[] {
  return Array<string>(SLOT_COUNT).fill(NO_OWNER);
}

export function myself(state: ClusterState): NodeInfo {
  return nodeOf(state, state.myId);
}

/** The member of that id, which must exist. */
export function nodeOf(state: ClusterState, id: string): NodeInfo {
  const node = state.nodes.get(id);
  assert(node !== undefined, 'owners, marks and primaries name members of the cluster');
  return node;
}

/** The member of that id, if there is one. A node that is being met has a made-up id: nothing may come to rely on that. */
export function memberOf(state: ClusterState, id: string): NodeInfo | undefined {
  const node = state.nodes.get(id);
  return node === undefined || (node.flags & NodeFlag.handshake) !== 0 ? undefined : node;
}

/** Members that replicate `id`, in the order in which they became known. */
export function replicasOf(state: ClusterState, id: string): NodeInfo[] {
  return [...state.nodes.values()].filter((node) => node.primaryId === id);
}

/** The greatest epoch that anybody has shown. */
export function maxEpoch(state: ClusterState): bigint {
  let max = state.currentEpoch;
  for (const node of state.nodes.values()) if (node.configEpoch > max) max = node.configEpoch;
  return max;
}

/** `state` with fields of one member replaced. */
export function withNode(state: ClusterState, id: string, change: Partial<NodeInfo>): ClusterState {
  return { ...state, nodes: new Map(state.nodes).set(id, { ...nodeOf(state, id), ...change }) };
}

/** `state` with this node's own address as given; the same object when it already says so. */
export function withMyAddress(state: ClusterState, address: AnnouncedAddress): ClusterState {
  const me = myself(state);
  const { ip, port, tlsPort, busPort, hostname } = address;
  const change: AnnouncedAddress = { ip, port, tlsPort, busPort, hostname };
  const fields = Object.keys(change) as (keyof AnnouncedAddress)[];
  return fields.every((field) => me[field] === change[field]) ? state : withNode(state, state.myId, change);
}
