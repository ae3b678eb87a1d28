/** What this node has seen of another one since it started: nothing of it is kept over a restart. */
import type { ClusterState } from '../state.ts';
import type { NodeInfo } from '../node-info.ts';

/** Times in milliseconds since 1970; 0 for never. */
export interface Peer {
  id: string;
  readonly knownSinceMs: number;
  /** When the ping was sent that waits for its pong. */
  pingSentMs: number;
  pongReceivedMs: number;
  dataReceivedMs: number;
  failedSinceMs: number;
  replicationOffset: bigint;
  /** It has to be told to take this node in. */
  needsMeet: boolean;
  takesExtensions: boolean;
  /** It has told its own shard's id, so it can read ours. */
  tellsShardId: boolean;
  /** How often it was told ours without being known to understand it. */
  shardIdTrials: number;
  takesLightHeader: boolean;
  /** Ids of the links to and from it; 0 for none. */
  outLink: number;
  inLink: number;
  /** Primaries that say it has failed, and when they said so last. */
  readonly reports: Map<string, number>;
}

/** What the state says of past times is where it starts. */
export function newPeer({ id, pingSentMs, pongReceivedMs, replicationOffset }: NodeInfo, nowMs: number): Peer {
  return {
    id, knownSinceMs: nowMs, pingSentMs, pongReceivedMs, dataReceivedMs: 0, failedSinceMs: 0, replicationOffset: BigInt(replicationOffset),
    needsMeet: false, takesExtensions: false, tellsShardId: false, shardIdTrials: 0, takesLightHeader: false, outLink: 0, inLink: 0,
    reports: new Map(),
  };
}

/** `state` with what is seen in place of what is kept: the way CLUSTER's answers show it. */
export function asSeen(state: ClusterState, peers: ReadonlyMap<string, Peer>): ClusterState {
  if (peers.size === 0) return state;
  const nodes = new Map<string, NodeInfo>();
  for (const [id, node] of state.nodes) {
    const peer = peers.get(id);
    nodes.set(id, peer === undefined ? node : {
      ...node,
      pingSentMs: peer.pingSentMs,
      pongReceivedMs: peer.pongReceivedMs,
      replicationOffset: Number(peer.replicationOffset),
      linked: node.linked || peer.outLink !== 0,
    });
  }
  return { ...state, nodes };
}
