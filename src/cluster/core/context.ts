/**
 * What all parts of the core work on within one step: the state so far, peers, links, counters, and the outputs that
 * have come together. The parts are functions over it, one file a subject.
 */
import type { Random } from '../../base/random.ts';
import { assert } from '../../base/assert.ts';
import { messageKinds } from '../bus/message.ts';
import type { BusMessage, MessageKind } from '../bus/message.ts';
import { clusterHealth } from '../health.ts';
import type { ClusterHealth } from '../health.ts';
import { NodeFlag, isPrimary } from '../node-info.ts';
import type { NodeInfo } from '../node-info.ts';
import type { ClusterSettings } from '../settings.ts';
import { ownsSlots } from '../slot-bitmap.ts';
import { myself, withNode } from '../state.ts';
import type { ClusterState } from '../state.ts';
import type { CoreLink, Output } from './output.ts';
import { newPeer } from './peer.ts';
import type { Peer } from './peer.ts';

export interface CoreParts {
  readonly state: ClusterState;
  readonly settings: ClusterSettings;
  readonly random: Random;
  /** 40 hex digits that nobody has. */
  readonly newId: () => string;
  readonly keysInSlot: (slot: number) => number;
}

export class CoreContext {
  state: ClusterState;
  settings: ClusterSettings;
  nowMs: number;
  startedMs: number;
  readonly random: Random;
  readonly newId: () => string;
  readonly keysInSlot: (slot: number) => number;
  readonly peers = new Map<string, Peer>();
  readonly links = new Map<number, CoreLink>();
  /** Forgotten nodes and until when they are not taken in again. */
  readonly blacklist = new Map<string, number>();
  /** Slots whose owner does not claim them any more: what we know of them is not passed on. */
  readonly unclaimed = new Set<number>();
  /** Primaries of which a replica got this node's vote, and when. */
  readonly votedMs = new Map<string, number>();
  readonly sent = messageKinds.map(() => 0);
  readonly received = messageKinds.map(() => 0);
  outputs: Output[] = [];
  /** Whether this node serves, and whether only a wait keeps it from that: see serving.ts. */
  isUp = false;
  isHeld = false;
  /** When a majority of primaries was last out of reach. */
  minorityMs = 0;
  /** Of the last ping to a node chosen by chance. */
  lastRandomPingMs = 0;
  #nextLink = 1;
  #health: ClusterHealth | undefined;
  #healthOf: { readonly state: ClusterState; readonly settings: ClusterSettings } | undefined;

  constructor({ state, settings, random, newId, keysInSlot }: CoreParts, nowMs: number) {
    this.state = state;
    this.settings = settings;
    this.random = random;
    this.newId = newId;
    this.keysInSlot = keysInSlot;
    this.nowMs = nowMs;
    this.startedMs = nowMs;
    this.syncPeers();
  }

  get me(): NodeInfo {
    return myself(this.state);
  }

  get isPrimary(): boolean {
    return isPrimary(this.me);
  }

  /** Of the state as it is; found once per state. */
  health(): ClusterHealth {
    const { state, settings } = this;
    const isKnown = this.#healthOf?.state === state && this.#healthOf.settings === settings;
    if (!isKnown || this.#health === undefined) this.#health = clusterHealth(state, settings.requireFullCoverage);
    this.#healthOf = { state, settings };
    return this.#health;
  }

  log(level: 'debug' | 'verbose' | 'notice' | 'warning', text: string): void {
    this.outputs.push({ do: 'log', level, text });
  }

  peer(id: string): Peer {
    const peer = this.peers.get(id);
    assert(peer !== undefined, 'every member but this node has a peer');
    return peer;
  }

  change(id: string, change: Partial<NodeInfo>): void {
    this.state = withNode(this.state, id, change);
  }

  setFlags(node: NodeInfo, set: number, clear: number): void {
    const flags = (node.flags & ~clear) | set;
    if (flags !== node.flags) this.change(node.id, { flags });
  }

  /** Members that this node has a peer of, without those that still shake hands. */
  members(): NodeInfo[] {
    return [...this.state.nodes.values()].filter(({ id, flags }) => id !== this.state.myId && (flags & NodeFlag.handshake) === 0);
  }

  ownsSlots(id: string): boolean {
    return ownsSlots(this.state.owners, id);
  }

  /** A primary with slots, whose word counts. */
  isVoter(node: NodeInfo): boolean {
    return isPrimary(node) && this.ownsSlots(node.id);
  }

  addLink(isInbound: boolean, nodeId: string, peerIp: string, localIp: string): CoreLink {
    const link = { id: this.#nextLink++, isInbound, createdMs: this.nowMs, nodeId, isConnected: isInbound, peerIp, localIp };
    this.links.set(link.id, link);
    return link;
  }

  /** Forgets a link and has it closed. */
  closeLink(id: number): void {
    if (this.links.has(id)) this.outputs.push({ do: 'close', link: id });
    this.dropLink(id);
  }

  /** Forgets a link that is closed. */
  dropLink(id: number): void {
    const link = this.links.get(id);
    if (link === undefined) return;
    this.links.delete(id);
    const peer = this.peers.get(link.nodeId);
    if (peer?.outLink === id) peer.outLink = 0;
    if (peer?.inLink === id) peer.inLink = 0;
  }

  /** Sends over a link that may have gone meanwhile. */
  send(linkId: number, message: BusMessage): void {
    if (this.links.get(linkId)?.isConnected !== true) return;
    this.count(this.sent, message.kind);
    this.outputs.push({ do: 'send', link: linkId, message });
  }

  count(counters: number[], kind: MessageKind): void {
    counters[messageKinds.indexOf(kind)]!++;
  }

  /** Makes the peers those of the state's members; links of who has gone are closed. */
  syncPeers(): void {
    for (const node of this.state.nodes.values()) {
      if (node.id !== this.state.myId && !this.peers.has(node.id)) this.peers.set(node.id, newPeer(node, this.nowMs));
    }
    for (const [id, peer] of this.peers) {
      if (this.state.nodes.has(id) && id !== this.state.myId) {
        for (const reporter of peer.reports.keys()) if (!this.state.nodes.has(reporter)) peer.reports.delete(reporter);
        continue;
      }
      this.closeLink(peer.outLink);
      this.closeLink(peer.inLink);
      this.peers.delete(id);
    }
  }
}
