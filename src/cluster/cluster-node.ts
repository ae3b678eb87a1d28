/**
 * This node as a member of its cluster: the one holder of the current state and of the slot table
 * made from it. The CLUSTER commands, and later the bus, change the state through it.
 *
 * A new state is on disk before anybody sees it; when it cannot be saved, it never was, and the
 * caller gets the error's text. All changes happen in one thread, one after the other.
 */
import { systemReason } from '../config/system-reason.ts';
import { clusterInfoText, NO_BUS_COUNTS } from './cluster-info.ts';
import type { BusCounts } from './cluster-info.ts';
import { bumpEpoch, resetNode, setConfigEpoch } from './epoch-operations.ts';
import { notPrimary, saveFailed } from './errors.ts';
import { clientPort, isReplica } from './node-info.ts';
import type { AnnouncedAddress, NodeInfo } from './node-info.ts';
import { nodeLines } from './node-lines.ts';
import { printNodesConf } from './nodes-conf.ts';
import { changeSlotRanges, changeSlots, claimSlotsWithKeys, flushSlots, setSlot } from './slot-operations.ts';
import type { SlotChange } from './slot-operations.ts';
import { buildSlotTable } from './slot-table.ts';
import type { SlotTable } from './slot-table.ts';
import { NO_OWNER, myself, replicasOf, withMyAddress } from './state.ts';
import type { ClusterState, Outcome } from './state.ts';
import { clusterShards, servedRanges } from './topology.ts';
import type { ClusterShard, ServedRange } from './topology.ts';

export interface ClusterSettings {
  readonly requireFullCoverage: boolean;
  readonly allowReadsWhenDown: boolean;
  readonly preferredEndpoint: 'ip' | 'hostname' | 'unknown-endpoint';
  /** What this node announces; an ip of '' means that others tell it. */
  readonly address: AnnouncedAddress;
}

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
}

export class ClusterNode {
  readonly #host: ClusterHost;
  readonly #listeners: ((table: SlotTable) => void)[] = [];
  #settings: ClusterSettings;
  #table: SlotTable;
  busCounts: BusCounts = NO_BUS_COUNTS;

  constructor(host: ClusterHost, settings: ClusterSettings, state: ClusterState) {
    this.#host = host;
    this.#settings = settings;
    const { address } = settings;
    const ip = address.ip === '' ? myself(state).ip : address.ip;
    this.#table = buildSlotTable(withMyAddress(state, { ...address, ip }), settings.requireFullCoverage);
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
    const ip = keepsIp ? this.myself.ip : settings.address.ip;
    const next = withMyAddress(this.state, { ...settings.address, ip });
    const failure = this.#save(next);
    if (failure !== undefined) return failure;
    this.#settings = settings;
    this.#replace(next);
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

  /** Takes responsibility for slots with keys; once, after the data has been loaded. */
  claimSlotsWithKeys(): string | undefined {
    return this.adopt(claimSlotsWithKeys(this.state, (slot) => this.#host.slotKeyCount(slot)));
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
    if (failure === undefined && wasReplica) await this.#host.dropKeys();
    return failure;
  }

  saveConfig(): string | undefined {
    return this.#save(this.state);
  }

  /** Makes `outcome` the current state, unless it is a refusal or cannot be saved. */
  adopt(outcome: Outcome): string | undefined {
    if (typeof outcome === 'string') return outcome;
    if (outcome === this.state) return undefined;
    const failure = this.#save(outcome);
    if (failure === undefined) this.#replace(outcome);
    return failure;
  }

  // Views.

  keysInSlot(slot: number): number {
    return this.#host.slotKeyCount(slot);
  }

  infoText(): string {
    return clusterInfoText(this.#table, this.busCounts);
  }

  /** A line of CLUSTER NODES for every member. */
  nodeLines(overTls: boolean): string[] {
    return nodeLines(this.state, this.state.nodes.values(), overTls ? 'tls-client' : 'tcp-client');
  }

  /** The lines of a primary's replicas, or an error's text when `node` is none. */
  replicaLines(node: NodeInfo, overTls: boolean): string[] | string {
    if (isReplica(node)) return notPrimary;
    return nodeLines(this.state, replicasOf(this.state, node.id), overTls ? 'tls-client' : 'tcp-client');
  }

  servedRanges(): ServedRange[] {
    return servedRanges(this.state);
  }

  shards(): ClusterShard[] {
    return clusterShards(this.state);
  }

  /** The host that clients are told for `node`; null when they are to stay with the one they asked. */
  endpointOf(node: NodeInfo): string | null {
    const { preferredEndpoint } = this.#settings;
    if (preferredEndpoint === 'ip') return node.ip;
    if (preferredEndpoint === 'hostname') return node.hostname === '' ? '?' : node.hostname;
    return null;
  }

  portOf(node: NodeInfo, overTls: boolean): number {
    return clientPort(node, overTls);
  }

  /**
   * The host:port that a redirect of `slot` names: its owner for MOVED, the node that it is moving to
   * for ASK. '' when there is no such node.
   */
  redirectEndpoint(redirect: 'moved' | 'ask', slot: number, overTls: boolean): string {
    const { owners, migratingTo, nodes } = this.state;
    const node = nodes.get((redirect === 'moved' ? owners[slot] : migratingTo.get(slot)) ?? NO_OWNER);
    return node === undefined ? '' : `${this.endpointOf(node) ?? ''}:${clientPort(node, overTls)}`;
  }

  #save(state: ClusterState): string | undefined {
    try {
      this.#host.save(printNodesConf(state));
      return undefined;
    } catch (error) {
      return saveFailed(systemReason(error));
    }
  }

  #replace(state: ClusterState): void {
    this.#table = buildSlotTable(state, this.#settings.requireFullCoverage);
    for (const listener of this.#listeners) listener(this.#table);
  }
}
