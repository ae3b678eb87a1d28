/**
 * The cluster's protocol as a state machine: messages, time and chance go in, a new state and outputs come out. It does
 * no I/O and reads no clock, so that a test can play any course of events.
 *
 * One step is a call of one of the methods below. The caller then keeps `state` and only after that carries out the
 * outputs, in their order: a vote must be on disk before it leaves.
 */
import type { BusMessage, MessageKind } from '../bus/message.ts';
import { messageKinds } from '../bus/message.ts';
import type { AnnouncedAddress } from '../node-info.ts';
import { slotsOf } from '../slot-bitmap.ts';
import type { ClusterSettings } from '../settings.ts';
import { myself } from '../state.ts';
import type { ClusterState } from '../state.ts';
import { blacklist } from './blacklist.ts';
import { broadcastPong, composeHeader } from './compose.ts';
import { CoreContext } from './context.ts';
import type { CoreParts } from './context.ts';
import { countReports } from './failure.ts';
import { beginHandshake } from './handshake.ts';
import type { CoreLink, Output } from './output.ts';
import { asSeen } from './peer.ts';
import { receive } from './receive.ts';
import { updateServing } from './serving.ts';
import { begin, greet, lose, tick } from './tick.ts';

export class ClusterCore {
  readonly #core: CoreContext;

  constructor(parts: CoreParts, nowMs: number) {
    this.#core = new CoreContext(parts, nowMs);
    updateServing(this.#core);
  }

  get state(): ClusterState {
    return this.#core.state;
  }

  /** Whether a cluster that is well is yet not to be served: a wait is under way. */
  get isHeld(): boolean {
    return this.#core.isHeld;
  }

  takeOutputs(): Output[] {
    const { outputs } = this.#core;
    this.#core.outputs = [];
    return outputs;
  }

  // Steps.

  /** The node has been long in starting: times are counted from now. */
  begin(nowMs: number): void {
    this.#step(nowMs, begin);
  }

  tick(nowMs: number): void {
    this.#step(nowMs, tick);
  }

  /** A link that another node has opened; its number. Ips are '' where the connection does not tell. */
  accepted(nowMs: number, peerIp: string, localIp: string): number {
    this.#core.nowMs = nowMs;
    return this.#core.addLink(true, '', peerIp, localIp).id;
  }

  /** The link that an output asked for is there. */
  connected(nowMs: number, link: number): void {
    this.#step(nowMs, (core) => greet(core, link));
  }

  /** A link has ended, or could not be opened. */
  closed(nowMs: number, link: number): void {
    this.#step(nowMs, (core) => lose(core, link));
  }

  receive(nowMs: number, link: number, message: BusMessage): void {
    const from = this.#core.links.get(link);
    if (from !== undefined) this.#step(nowMs, (core) => receive(core, from, message));
  }

  meet(nowMs: number, address: Omit<AnnouncedAddress, 'hostname'>): void {
    this.#step(nowMs, (core) => void beginHandshake(core, address, true));
  }

  /** A node that is to be forgotten is not taken in again for a while. */
  blacklist(nowMs: number, id: string): void {
    this.#step(nowMs, (core) => blacklist(core, id));
  }

  /** Whom a node was to forget in its former cluster is nothing to the next one, which it would tell to forget it too. */
  clearBlacklist(): void {
    this.#core.blacklist.clear();
  }

  /** An operator has changed the state. What others should know of it at once, they are told. */
  adopt(nowMs: number, state: ClusterState): void {
    const former = this.state;
    this.#step(nowMs, (core) => {
      core.state = state;
      // What a former owner no longer claimed is no longer its to lose.
      for (const slot of core.unclaimed) if (state.owners[slot] !== former.owners[slot]) core.unclaimed.delete(slot);
      core.syncPeers();
      if (isNewsOfMine(former, state)) broadcastPong(core);
    });
  }

  configure(nowMs: number, settings: ClusterSettings): void {
    this.#step(nowMs, (core) => { core.settings = settings; });
  }

  /** Has every member hand a message to its clients. */
  publish(nowMs: number, channel: Uint8Array, message: Uint8Array, isSharded: boolean): void {
    const kind = isSharded ? 'publishshard' : 'publish';
    this.#step(nowMs, (core) => {
      const header = composeHeader(core);
      for (const { id, shardId } of core.members()) {
        const { outLink, takesLightHeader } = core.peer(id);
        if (isSharded && shardId !== core.me.shardId) continue;
        core.send(outLink, takesLightHeader ? { kind, channel, message } : { kind, header, channel, message });
      }
    });
  }

  // Views.

  /** The state with the times, offsets and links that are seen but not kept. */
  seen(): ClusterState {
    return asSeen(this.state, this.#core.peers);
  }

  /** How many primaries say that a member has failed. */
  failureReports(nowMs: number, id: string): number {
    this.#core.nowMs = nowMs;
    const peer = this.#core.peers.get(id);
    return peer === undefined ? 0 : countReports(this.#core, peer);
  }

  link(id: number): Readonly<CoreLink> | undefined {
    return this.#core.links.get(id);
  }

  /** Links of members that have said who they are: per member that to it, then that from it. */
  memberLinks(): Readonly<CoreLink>[] {
    return [...this.#core.peers.values()].flatMap(({ outLink, inLink }) =>
      [outLink, inLink].flatMap((id) => this.#core.links.get(id) ?? []));
  }

  sentByType(): Map<MessageKind, number> {
    return counted(this.#core.sent);
  }

  receivedByType(): Map<MessageKind, number> {
    return counted(this.#core.received);
  }

  #step(nowMs: number, change: (core: CoreContext) => void): void {
    this.#core.nowMs = nowMs;
    change(this.#core);
    this.#core.syncPeers();
    updateServing(this.#core);
  }
}

/** Types of which there was any. */
function counted(counts: readonly number[]): Map<MessageKind, number> {
  return new Map(messageKinds.flatMap((kind, i) => (counts[i] === 0 ? [] : [[kind, counts[i]!] as const])));
}

function isNewsOfMine(former: ClusterState, state: ClusterState): boolean {
  if (former.myId !== state.myId) return false;
  const isSameEpoch = myself(former).configEpoch === myself(state).configEpoch;
  return !isSameEpoch || Buffer.compare(slotsOf(former.owners, former.myId), slotsOf(state.owners, state.myId)) !== 0;
}
