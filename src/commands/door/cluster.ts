/**
 * CLUSTER and what belongs to it: ASKING, READONLY, READWRITE. The handlers put what the cluster
 * node (src/cluster/) says into replies; without cluster-enabled every one of them refuses.
 * Subcommands that need replication have no row yet, so they are unknown subcommands.
 */
import { isIP } from 'node:net';
import { keySlot, SLOT_COUNT } from '../../base/crc16.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { NodeInfo } from '../../cluster/node-info.ts';
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import type { CommandRow, CommandText, DoorCommand, FlagName } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { clusterHelp } from './cluster-help.ts';
import { getKeysInSlot } from './cluster-keys.ts';
import { migrationCommands } from './cluster-migration.ts';
import { replyLinks, replyShards, replySlots } from './cluster-replies.ts';
import { slotStats } from './slot-stats.ts';

type Handler = (call: DoorCall, cluster: ClusterNode) => void | Promise<void>;

const admin: readonly FlagName[] = ['admin', 'stale', 'no_async_loading'];
const view: readonly FlagName[] = ['loading', 'stale'];
const adminView: readonly FlagName[] = ['admin', 'loading', 'stale'];
const session: readonly FlagName[] = ['loading', 'stale', 'fast'];

/** Argument index of the first argument behind the subcommand. */
const FIRST = 2;
/** From a node's client port to that of its bus, where nothing else is said. */
const busPortDistance = 10_000;
const allSlots = Array.from({ length: SLOT_COUNT }, (_, slot) => slot);

const subcommands = [
  row('addslots', -3, admin, changeSlots('add'), about('3.0.0', 'Takes hash slots for this node.', 'CLUSTER ADDSLOTS slot [slot ...]', 'O(N) with N slots')),
  row('addslotsrange', -4, admin, changeSlotRanges('add'), about('7.0.0', 'Takes ranges of hash slots for this node.', 'CLUSTER ADDSLOTSRANGE start-slot end-slot [start-slot end-slot ...]', 'O(N) with N slots in the ranges')),
  row('bumpepoch', 2, admin, bumpEpoch, about('3.0.0', 'Gives this node a new config epoch.', 'CLUSTER BUMPEPOCH')),
  row('count-failure-reports', 3, adminView, countFailureReports, about('3.0.0', 'Counts who reports a node as failing.', 'CLUSTER COUNT-FAILURE-REPORTS node-id', 'O(N) with N reports')),
  row('countkeysinslot', 3, ['stale'], countKeysInSlot, about('3.0.0', 'Counts the keys of a hash slot.', 'CLUSTER COUNTKEYSINSLOT slot')),
  row('delslots', -3, admin, changeSlots('delete'), about('3.0.0', 'Leaves hash slots without an owner.', 'CLUSTER DELSLOTS slot [slot ...]', 'O(N) with N slots')),
  row('delslotsrange', -4, admin, changeSlotRanges('delete'), about('7.0.0', 'Leaves ranges of hash slots without an owner.', 'CLUSTER DELSLOTSRANGE start-slot end-slot [start-slot end-slot ...]', 'O(N) with N slots in the ranges')),
  row('flushslots', 2, admin, (call, cluster) => settled(call, allSlots, () => cluster.flushSlots()), about('3.0.0', 'Gives up all hash slots of this node.', 'CLUSTER FLUSHSLOTS')),
  row('forget', 3, admin, (call, cluster) => answer(call, cluster.forget(call.latin1(FIRST))), about('3.0.0', 'Removes a node from those that this one knows.', 'CLUSTER FORGET node-id')),
  getKeysInSlot,
  row('help', 2, view, help, about('5.0.0', 'Lists the subcommands.', 'CLUSTER HELP')),
  row('info', 2, view, (call, cluster) => call.reply.verbatim('txt', cluster.infoText() + (call.server.migrations?.infoText() ?? '')), about('3.0.0', 'Shows the state of this node and its cluster.', 'CLUSTER INFO')),
  row('keyslot', 3, view, slotOfKey, about('3.0.0', 'Tells the hash slot of a key.', 'CLUSTER KEYSLOT key', 'O(N) with N bytes of the key')),
  row('links', 2, view, (call, cluster) => replyLinks(call.reply, cluster), about('7.0.0', 'Lists the links to other nodes.', 'CLUSTER LINKS', 'O(N) with N nodes')),
  row('meet', -4, admin, meet, about('3.0.0', 'Has the node at an address join the cluster.', 'CLUSTER MEET ip port [cluster-bus-port]')),
  row('myid', 2, view, (call, cluster) => call.reply.bulkString(cluster.myself.id), about('3.0.0', 'Tells the id of this node.', 'CLUSTER MYID')),
  row('myshardid', 2, view, (call, cluster) => call.reply.bulkString(cluster.myself.shardId), about('7.2.0', 'Tells the id of this node\'s shard.', 'CLUSTER MYSHARDID')),
  row('nodes', 2, view, nodes, about('3.0.0', 'Lists the nodes of the cluster as this one sees them.', 'CLUSTER NODES', 'O(N) with N nodes')),
  row('replicas', 3, adminView, replicas, about('5.0.0', 'Lists the replicas of a primary.', 'CLUSTER REPLICAS node-id', 'O(N) with N replicas')),
  row('reset', -2, ['admin', 'noscript', 'stale'], reset, about('3.0.0', 'Makes this node a member of nothing again.', 'CLUSTER RESET [HARD | SOFT]', 'O(N) with N nodes')),
  row('saveconfig', 2, admin, (call, cluster) => answer(call, cluster.saveConfig()), about('3.0.0', 'Writes nodes.conf now.', 'CLUSTER SAVECONFIG')),
  row('set-config-epoch', 3, admin, setConfigEpoch, about('3.0.0', 'Sets the config epoch of a new node.', 'CLUSTER SET-CONFIG-EPOCH config-epoch')),
  row('setslot', -4, admin, setSlot, about('3.0.0', 'Marks a hash slot as moving, or gives it to a node.', 'CLUSTER SETSLOT slot <IMPORTING node-id | MIGRATING node-id | NODE node-id | STABLE>')),
  row('shards', 2, view, (call, cluster) => replyShards(call.reply, cluster, call.session.connection.isIpv6), about('7.0.0', 'Lists the shards with their slots and nodes.', 'CLUSTER SHARDS', 'O(N) with N nodes')),
  row('slaves', 3, adminView, replicas, about('3.0.0', 'Lists the replicas of a primary.', 'CLUSTER SLAVES node-id', 'O(N) with N replicas')),
  ...migrationCommands,
  row('slot-stats', -4, view, slotStats, about('8.2.0', 'Tells what slots hold and use.', 'CLUSTER SLOT-STATS <SLOTSRANGE start-slot end-slot | ORDERBY metric [LIMIT limit] [ASC | DESC]>', 'O(N) where N is the number of slots asked for, and of their keys with memory-bytes. O(N*log(N)) with ORDERBY.')),
  row('slots', 2, view, (call, cluster) => replySlots(call.reply, cluster, isOverTls(call), call.session.connection.isIpv6), about('3.0.0', 'Lists the ranges of slots with their nodes.', 'CLUSTER SLOTS', 'O(N) with N nodes')),
];

export const clusterCommands: readonly CommandRow[] = [
  row('asking', 1, ['fast'], asking, about('3.0.0', 'Lets the next command use a slot that is being imported.', 'ASKING'), ['connection']),
  { name: 'cluster', arity: -2, flags: [], acl: [], keys: [], text: about('3.0.0', 'Holds the commands about the cluster.', 'CLUSTER', 'As of the subcommand'), subcommands },
  row('readonly', 1, session, readonlyMode(true), about('3.0.0', 'Allows reads of a replica\'s slots.', 'READONLY'), ['connection']),
  row('readwrite', 1, session, readonlyMode(false), about('3.0.0', 'Ends READONLY.', 'READWRITE'), ['connection']),
];

function row(name: string, arity: number, flags: readonly FlagName[], handler: Handler, text: CommandText, acl: readonly string[] = []): DoorCommand {
  return { name, arity, flags, acl, keys: [], text, place: 'door', execute: (call) => inCluster(call, handler) };
}

function about(since: string, summary: string, syntax: string, complexity = 'O(1)'): CommandText {
  return { group: 'cluster', since, summary, complexity, syntax };
}

function inCluster(call: DoorCall, handler: Handler): void | Promise<void> {
  const { cluster } = call.server;
  if (cluster === undefined) return call.fail(clusterErrors.clusterDisabled);
  return handler(call, cluster);
}

/** +OK, or the error whose text a change of the cluster gave. */
function answer(call: DoorCall, failure: string | undefined): void {
  if (failure === undefined) call.reply.ok();
  else call.fail(failure);
}

function argumentsOf(call: DoorCall): string[] {
  return Array.from({ length: call.argc - FIRST }, (_, i) => call.latin1(FIRST + i));
}

function isOverTls(call: DoorCall): boolean {
  return call.session.connection.kind === 'tls';
}

function changeSlots(change: 'add' | 'delete'): Handler {
  return (call, cluster) => answer(call, cluster.changeSlots(change, argumentsOf(call)));
}

function changeSlotRanges(change: 'add' | 'delete'): Handler {
  return (call, cluster) => {
    const bounds = argumentsOf(call);
    if (bounds.length % 2 === 0) answer(call, cluster.changeSlotRanges(change, bounds));
    else call.fail(errors.wrongArity(`cluster|${change === 'add' ? 'addslotsrange' : 'delslotsrange'}`));
  };
}

/** By hand and atomically do not go together. */
function setSlot(call: DoorCall, cluster: ClusterNode): void | Promise<void> {
  const activity = ['migrating', 'importing'].includes(call.latin1(FIRST + 1).toLowerCase()) ? call.server.migrations?.activity : undefined;
  if (activity !== undefined) return call.fail(activity === 'export' ? clusterErrors.slotExportInProgress : clusterErrors.slotImportInProgress);
  const slot = call.int(FIRST);
  const change = (): string | undefined => cluster.setSlot(argumentsOf(call));
  if (call.latin1(FIRST + 1).toLowerCase() === 'node' && slot >= 0 && slot < SLOT_COUNT) return settled(call, [slot], change);
  return answer(call, change());
}

/** A change that is allowed only where there are no keys: it sees those that clients have written so far, and none come meanwhile. */
async function settled(call: DoorCall, slots: readonly number[], change: () => string | undefined | Promise<string | undefined>): Promise<void> {
  const release = await call.server.settleWrites(slots);
  try {
    answer(call, await change());
  } finally {
    release();
  }
}

function bumpEpoch(call: DoorCall, cluster: ClusterNode): void {
  const before = cluster.state;
  const failure = cluster.bumpEpoch();
  if (failure === undefined) call.reply.simple(`${cluster.state === before ? 'STILL' : 'BUMPED'} ${cluster.myself.configEpoch}`);
  else call.fail(failure);
}

function setConfigEpoch(call: DoorCall, cluster: ClusterNode): void {
  const epoch = call.int64(FIRST);
  if (epoch === undefined) call.fail(errors.notInteger);
  else answer(call, cluster.setConfigEpoch(epoch));
}

async function reset(call: DoorCall, cluster: ClusterNode): Promise<void> {
  if (call.argc > 3) return call.fail(errors.subcommandSyntax(call.latin1(1), 'cluster'));
  const mode = call.argc === 3 ? call.latin1(FIRST).toLowerCase() : 'soft';
  if (mode !== 'hard' && mode !== 'soft') return call.fail(errors.syntax);
  return await settled(call, allSlots, () => cluster.reset(mode === 'hard'));
}

function countFailureReports(call: DoorCall, cluster: ClusterNode): void {
  const node = namedNode(call, cluster);
  if (node !== undefined) call.reply.integer(cluster.failureReports(node.id));
}

function meet(call: DoorCall, cluster: ClusterNode): void {
  if (call.argc > FIRST + 3) return call.fail(errors.subcommandSyntax(call.text(1), 'cluster'));
  const [host, port, busPort] = argumentsOf(call) as [string, string, string?];
  const portNumber = call.int(FIRST + 1);
  const busPortNumber = busPort === undefined ? portNumber + busPortDistance : call.int(FIRST + 2);
  if (Number.isNaN(portNumber)) return call.fail(clusterErrors.clusterInvalidPort(port));
  if (Number.isNaN(busPortNumber)) return call.fail(clusterErrors.clusterInvalidBusPort(busPort ?? ''));
  if (isIP(host) === 0 || !isPort(portNumber) || !isPort(busPortNumber)) return call.fail(clusterErrors.clusterInvalidAddress(host, port));
  cluster.meet(host, portNumber, busPortNumber);
  call.reply.ok();
}

function isPort(port: number): boolean {
  return port > 0 && port <= 0xffff;
}

function countKeysInSlot(call: DoorCall, cluster: ClusterNode): void {
  const slot = call.int(FIRST);
  if (Number.isNaN(slot)) call.fail(errors.notInteger);
  else if (slot < 0 || slot >= SLOT_COUNT) call.fail(clusterErrors.invalidSlot);
  else call.reply.integer(call.server.migrations?.hides(slot) === true ? 0 : cluster.keysInSlot(slot));
}

function slotOfKey(call: DoorCall): void {
  const key = call.bytes(FIRST);
  call.reply.integer(keySlot(key, 0, key.length));
}

function nodes(call: DoorCall, cluster: ClusterNode): void {
  const lines = cluster.nodeLines(isOverTls(call), call.session.connection.isIpv6);
  call.reply.verbatim('txt', lines.map((line) => `${line}\n`).join(''));
}

function replicas(call: DoorCall, cluster: ClusterNode): void {
  const primary = namedNode(call, cluster);
  if (primary === undefined) return;
  const lines = cluster.replicaLines(primary, isOverTls(call), call.session.connection.isIpv6);
  if (typeof lines === 'string') return call.fail(lines);
  call.reply.array(lines.length);
  for (const line of lines) call.reply.bulkString(line);
}

/** The node whose id is the first argument; answers with an error if there is none. */
function namedNode(call: DoorCall, cluster: ClusterNode): NodeInfo | undefined {
  const id = call.latin1(FIRST);
  const node = cluster.state.nodes.get(id);
  if (node === undefined) call.fail(clusterErrors.clusterUnknownNode(id));
  return node;
}

function help(call: DoorCall): void {
  call.reply.array(clusterHelp.length);
  for (const line of clusterHelp) call.reply.simple(line);
}

function asking(call: DoorCall): void {
  call.session.asking = true;
  call.reply.ok();
}

function readonlyMode(wanted: boolean): Handler {
  return (call) => {
    call.session.readonlyMode = wanted;
    call.reply.ok();
  };
}
