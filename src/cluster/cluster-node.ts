/**
 * This node as a member of its cluster: the one holder of the current state and of the slot table
 * made from it. The CLUSTER commands and the bus change the state through it.
 *
 * What a command changes is on disk before anybody sees it; when it cannot be saved, it never was, and the
 * caller gets the error's text. What the bus brings is saved before anything that follows from it is sent, if others
 * rely on it (a vote, an epoch of our own, slots), else within a tick. All changes happen in one thread, one after the
 * other.
 */
import { systemReason } from '../config/system-reason.ts';
import * as clusterErrors from '../protocol/cluster-errors.ts';
import type { Random } from '../base/random.ts';
import { clusterInfoText } from './cluster-info.ts';
import { ClusterCore } from './core/cluster-core.ts';
import type { Output } from './core/output.ts';
import type { BusMessage } from './bus/message.ts';
import { bumpEpoch, resetNode, setConfigEpoch } from './epoch-operations.ts';
import { withoutMember } from './member-operations.ts';
import { clientAddressOf, clientIp, clientPort, clientPorts, isReplica } from './node-info.ts';
import type { NodeInfo } from './node-info.ts';
import { nodeLines } from './node-lines.ts';
import { printNodesConf } from './nodes-conf.ts';
import { changeSlotRanges, changeSlots, claimSlotsWithKeys, flushSlots, setSlot } from './slot-operations.ts';
import type { SlotChange } from './slot-operations.ts';
import type { ClusterSettings } from './settings.ts';
import { changeMoves, rangesInMoves } from './migration/moves.ts';
import type { MoveChange } from './migration/moves.ts';
import { buildSlotTable, noHandover } from './slot-table.ts';
import type { Handover, SlotTable } from './slot-table.ts';
import { NO_OWNER, myself, replicasOf, withMyAddress, withNode } from './state.ts';
import type { ClusterState, Outcome } from './state.ts';
import { clusterShards, servedRanges } from './topology.ts';
import type { ClusterShard, ServedRange } from './topology.ts';

/** What a cluster node needs of the server around it. */
export interface ClusterHost {
  /** Replaces nodes.conf, durably. Throws the system's error. */
  save(text: string): void;
  /** 40 random hex digits. */
  newId(): string;
  keyCount(): number;
  slotKeyCount(slot: number): number;
  /** Drops all keys; for a replica that is reset. */
  dropKeys(): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
  readonly random: Random;
}

/** Whoever owns the bus's sockets. */
export interface BusDriver {
  /** Links that were cut because their send buffer outgrew its limit. */
  readonly linksOverLimit: number;
  perform(output: Output): void;
  /** Bytes that wait to be sent over a link. */
  waitingBytes(link: number): number;
  /** nodes.conf could not be written, and others may come to rely on what is not in it. */
  failedToSave(reason: string): void;
}

/** A link as CLUSTER LINKS shows it. */
export interface LinkView {
  readonly isInbound: boolean;
  readonly nodeId: string;
  readonly createdMs: number;
  readonly waitingBytes: number;
}

const noBus: BusDriver = { linksOverLimit: 0, perform() {}, waitingBytes: () => 0, failedToSave() {} };

export class ClusterNode {
  readonly #host: ClusterHost;
  readonly #core: ClusterCore;
  readonly #listeners: ((table: SlotTable) => void)[] = [];
  #settings: ClusterSettings;
  #table: SlotTable;
  #bus = noBus;
  #savedText = '';
  #savedState: ClusterState | undefined;
  #isHeld: boolean;
  #isLoading = false;
  #handover = noHandover;

  constructor(host: ClusterHost, settings: ClusterSettings, state: ClusterState) {
    this.#host = host;
    this.#settings = settings;
    const ip = settings.address.ip === '' ? myself(state).ip : settings.address.ip;
    const announced = announcing(state, settings, ip);
    this.#core = new ClusterCore({
      state: announced,
      settings,
      random: host.random,
      newId: () => host.newId(),
      keysInSlot: (slot) => host.slotKeyCount(slot),
    }, host.now());
    this.#isHeld = this.#core.isHeld;
    this.#table = buildSlotTable(announced, settings.requireFullCoverage, this.#isHeld);
  }

  /** The current table; a new object at every change. */
  get table(): SlotTable {
    return this.#table;
  }

  get state(): ClusterState {
    return this.#table.state;
  }

  get settings(): ClusterSettings {
    return this.#settings;
  }

  get myself(): NodeInfo {
    return myself(this.state);
  }

  /** Calls `listener` with every new table. */
  onChange(listener: (table: SlotTable) => void): void {
    this.#listeners.push(listener);
  }

  // Changes. Each gives the text of an error reply, or undefined.

  configure(settings: ClusterSettings): string | undefined {
    const keepsIp = settings.address.ip === '' && this.#settings.address.ip === '';
    const next = announcing(this.state, settings, keepsIp ? this.myself.ip : settings.address.ip);
    const failure = this.#save(next);
    if (failure !== undefined) return failure;
    this.#settings = settings;
    this.#core.configure(this.#host.now(), settings);
    this.#core.adopt(this.#host.now(), next);
    this.#settle(true);
    return undefined;
  }

  changeSlots(change: SlotChange, slots: readonly string[]): string | undefined {
    return this.adopt(changeSlots(this.state, change, slots));
  }

  changeSlotRanges(change: SlotChange, bounds: readonly string[]): string | undefined {
    return this.adopt(changeSlotRanges(this.state, change, bounds));
  }

  flushSlots(): string | undefined {
    return this.adopt(flushSlots(this.state, this.#host.keyCount()));
  }

  setSlot(args: readonly string[]): string | undefined {
    return this.adopt(setSlot(this.state, args, (slot) => this.#host.slotKeyCount(slot)));
  }

  /** While data is loaded, no keys are served; what a node waits for after a start begins when it is there. */
  setLoading(isLoading: boolean): void {
    this.#isLoading = isLoading;
    if (!isLoading) this.#core.begin(this.#host.now());
    this.#settle(true);
  }

  /** Takes responsibility for slots with keys; once, after the data has been loaded. */
  claimSlotsWithKeys(): string | undefined {
    return this.adopt(claimSlotsWithKeys(this.state, (slot) => this.#host.slotKeyCount(slot), rangesInMoves(this.state, 'receiving', 'trimming')));
  }

  /** A step of a slot migration. */
  changeMoves(change: MoveChange): string | undefined {
    return this.adopt(changeMoves(this.state, change));
  }

  /** Says which clients wait while slots are handed over. */
  setHandover(handover: Handover): void {
    this.#handover = handover;
    this.#replace(this.state, this.#isHeld);
  }

  bumpEpoch(): string | undefined {
    return this.adopt(bumpEpoch(this.state));
  }

  setConfigEpoch(epoch: bigint): string | undefined {
    return this.adopt(setConfigEpoch(this.state, epoch));
  }

  async reset(hard: boolean): Promise<string | undefined> {
    const wasReplica = isReplica(this.myself);
    const ids = { nodeId: this.#host.newId(), shardId: this.#host.newId() };
    const failure = this.adopt(resetNode(this.state, hard, ids, this.#host.keyCount()));
    if (failure !== undefined) return failure;
    this.#core.clearBlacklist();
    if (wasReplica) await this.#host.dropKeys();
    return undefined;
  }

  saveConfig(): string | undefined {
    this.#savedText = '';
    return this.#save(this.state);
  }

  /** Has the node at an address join; `port` is its client port of the kind that the bus uses. */
  meet(ip: string, port: number, busPort: number): void {
    const ports = this.#settings.overTls ? { port: 0, tlsPort: port } : { port, tlsPort: 0 };
    this.#core.meet(this.#host.now(), { ip, ...ports, busPort });
    this.#settle();
  }

  forget(id: string): string | undefined {
    if (id === this.state.myId) return clusterErrors.clusterForgetSelf;
    if (!this.state.nodes.has(id)) return clusterErrors.clusterUnknownNode(id);
    if (id === this.myself.primaryId) return clusterErrors.clusterForgetMaster;
    this.#core.blacklist(this.#host.now(), id);
    return this.adopt(withoutMember(this.state, id));
  }

  /** Makes `outcome` the current state, unless it is a refusal or cannot be saved. */
  adopt(outcome: Outcome): string | undefined {
    if (typeof outcome === 'string') return outcome;
    if (outcome === this.state) return undefined;
    const failure = this.#save(outcome);
    if (failure !== undefined) return failure;
    this.#core.adopt(this.#host.now(), outcome);
    this.#settle();
    return undefined;
  }

  // The bus.

  /** From now on `bus` carries out what the node wants of its links. */
  connectBus(bus: BusDriver): void {
    this.#bus = bus;
  }

  /** To be called ten times a second. */
  tick(): void {
    this.#core.tick(this.#host.now());
    this.#settle();
    const failure = this.#savedState === this.state ? undefined : this.#save(this.state);
    if (failure !== undefined) this.#noteUnsaved(failure);
  }

  /** Another node has opened a link; its number. Ips are '' where the connection does not tell. */
  linkAccepted(peerIp: string, localIp: string): number {
    return this.#core.accepted(this.#host.now(), peerIp, localIp);
  }

  linkConnected(link: number): void {
    this.#core.connected(this.#host.now(), link);
    this.#settle();
  }

  linkClosed(link: number): void {
    this.#core.closed(this.#host.now(), link);
    this.#settle();
  }

  receive(link: number, message: BusMessage): void {
    this.#core.receive(this.#host.now(), link, message);
    this.#settle();
  }

  /** Has every node that may have subscribers hand a message to them. */
  publish(channel: Uint8Array, message: Uint8Array, isSharded: boolean): void {
    this.#core.publish(this.#host.now(), channel, message, isSharded);
    this.#settle();
  }

  /** Whether the node at the other end of a link is a member. */
  isMemberLink(link: number): boolean {
    const id = this.#core.link(link)?.nodeId ?? '';
    return this.state.nodes.has(id);
  }

  // Views.

  keysInSlot(slot: number): number {
    return this.#host.slotKeyCount(slot);
  }

  infoText(): string {
    const sentByType = this.#core.sentByType();
    const receivedByType = this.#core.receivedByType();
    return clusterInfoText(this.#table, { sentByType, receivedByType, linksOverLimit: this.#bus.linksOverLimit });
  }

  links(): LinkView[] {
    return this.#core.memberLinks().map(({ id, isInbound, nodeId, createdMs }) =>
      ({ isInbound, nodeId, createdMs, waitingBytes: this.#bus.waitingBytes(id) }));
  }

  failureReports(id: string): number {
    return this.#core.failureReports(this.#host.now(), id);
  }

  /** A line of CLUSTER NODES for every member. */
  nodeLines(overTls: boolean, overIpv6 = false): string[] {
    const seen = this.#core.seen();
    return nodeLines(seen, seen.nodes.values(), overTls ? 'tls-client' : 'tcp-client', overIpv6);
  }

  /** The lines of a primary's replicas, or an error's text when `node` is none. */
  replicaLines(node: NodeInfo, overTls: boolean, overIpv6 = false): string[] | string {
    if (isReplica(node)) return clusterErrors.notPrimary;
    const seen = this.#core.seen();
    return nodeLines(seen, replicasOf(seen, node.id), overTls ? 'tls-client' : 'tcp-client', overIpv6);
  }

  servedRanges(): ServedRange[] {
    return servedRanges(this.#core.seen());
  }

  shards(): ClusterShard[] {
    return clusterShards(this.#core.seen());
  }

  /** The host that clients are told for `node`; null when they are to stay with the one they asked. */
  endpointOf(node: NodeInfo, overIpv6 = false): string | null {
    const { preferredEndpoint } = this.#settings;
    if (preferredEndpoint === 'ip') return clientIp(node, overIpv6);
    if (preferredEndpoint === 'hostname') return node.hostname === '' ? '?' : node.hostname;
    return null;
  }

  ipOf(node: NodeInfo, overIpv6: boolean): string {
    return clientIp(node, overIpv6);
  }

  portOf(node: NodeInfo, overTls: boolean): number {
    return clientPort(node, overTls);
  }

  /** 0 for a kind that the node has not. */
  portsOf(node: NodeInfo): { readonly tcp: number; readonly tls: number } {
    return clientPorts(node);
  }

  /**
   * The host:port that a redirect of `slot` names: its owner for MOVED, the node that it is moving to
   * for ASK. '' when there is no such node.
   */
  redirectEndpoint(redirect: 'moved' | 'ask', slot: number, overTls: boolean, overIpv6 = false): string {
    const { owners, migratingTo, nodes } = this.state;
    const node = nodes.get((redirect === 'moved' ? owners[slot] : migratingTo.get(slot)) ?? NO_OWNER);
    return node === undefined ? '' : `${this.endpointOf(node, overIpv6) ?? ''}:${clientPort(node, overTls)}`;
  }

  /** Takes over what a step of the core has made, and has its outputs carried out. */
  #settle(mustReplace = false): void {
    const { state, isHeld } = this.#core;
    const former = this.state;
    const outputs = this.#core.takeOutputs();
    const failure = state === former || !mustBeKept(former, state) ? undefined : this.#save(state);
    if (state !== former || isHeld !== this.#isHeld || mustReplace) this.#replace(state, isHeld);
    if (failure !== undefined) this.#noteUnsaved(failure);
    for (const output of outputs) if (failure === undefined || !isVote(output)) this.#bus.perform(output);
  }

  #noteUnsaved(failure: string): void {
    if (!this.#settings.savesBestEffort) this.#bus.failedToSave(failure);
  }

  #save(state: ClusterState): string | undefined {
    const text = printNodesConf(state);
    try {
      if (text !== this.#savedText) this.#host.save(text);
      this.#savedText = text;
      this.#savedState = state;
      return undefined;
    } catch (error) {
      return clusterErrors.saveFailed(systemReason(error));
    }
  }

  #replace(state: ClusterState, isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#table = buildSlotTable(state, this.#settings.requireFullCoverage, isHeld || this.#isLoading, this.#handover);
    for (const listener of this.#listeners) listener(this.#table);
  }
}

function announcing(state: ClusterState, settings: ClusterSettings, ip: string): ClusterState {
  const next = withMyAddress(state, { ...settings.address, ip });
  const me = myself(next);
  const told = { humanName: settings.humanName, ...clientAddressOf(settings) };
  const fields = Object.keys(told) as (keyof typeof told)[];
  return fields.every((field) => told[field] === me[field]) ? next : withNode(next, next.myId, told);
}

/** Others rely on these: they must not be forgotten once they are told. */
function mustBeKept(former: ClusterState, state: ClusterState): boolean {
  return former.currentEpoch !== state.currentEpoch || former.lastVoteEpoch !== state.lastVoteEpoch || former.owners !== state.owners || former.myId !== state.myId ||
    myself(former).configEpoch !== myself(state).configEpoch;
}

function isVote(output: Output): boolean {
  return output.do === 'send' && output.message.kind === 'auth-ack';
}
