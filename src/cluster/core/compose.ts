/** The messages that this node sends: the header with its own configuration, and the gossip about others. */
import { LIGHT_HEADER_FLAG, MessageFlag } from '../bus/message.ts';
import type { GossipEntry, MessageHeader, PingExtensions, PingMessage, UpdateMessage } from '../bus/message.ts';
import { NodeFlag } from '../node-info.ts';
import type { AnnouncedAddress, NodeInfo } from '../node-info.ts';
import { rangesInMoves } from '../migration/moves.ts';
import { slotsOf, withoutSlots } from '../slot-bitmap.ts';
import { nodeOf } from '../state.ts';
import type { ClusterState } from '../state.ts';
import type { CoreContext } from './context.ts';
import type { Peer } from './peer.ts';

/** Flags of a node that others are told. */
const toldFlags = NodeFlag.primary | NodeFlag.replica | NodeFlag.maybeFailed | NodeFlag.failed | NodeFlag.noAddress | NodeFlag.noFailover;
const gossipCountMin = 3;
/** Draws per node that is to be found, before there are fewer. */
const drawsPerEntry = 3;
/** Redis 7.0 warns of a shard id in its log: a node that never tells its own hears ours only so often. */
const shardIdTrialsMax = 3;

export function composeHeader(core: CoreContext): MessageHeader {
  const { state, me, settings } = core;
  const primary = state.nodes.get(me.primaryId) ?? me;
  return {
    sender: me.id,
    currentEpoch: state.currentEpoch,
    configEpoch: primary.configEpoch,
    replicationOffset: BigInt(me.replicationOffset),
    slots: claimedSlots(state, primary.id),
    primaryId: me.primaryId,
    announcedIp: settings.address.ip,
    ...portsOf(core, me),
    flags: (me.flags & (toldFlags | NodeFlag.myself)) | LIGHT_HEADER_FLAG,
    clusterIsUp: core.isUp,
    messageFlags: MessageFlag.extensions,
  };
}

/** Those that were granted to another node are not claimed: they may be its own by now. */
function claimedSlots(state: ClusterState, id: string): Uint8Array {
  const slots = slotsOf(state.owners, id);
  const granted = rangesInMoves(state, 'granted');
  return granted.length === 0 ? slots : withoutSlots(slots, granted);
}

/** Sends a ping, pong or meet over a link, whoever is at its end. */
export function sendPing(core: CoreContext, linkId: number, kind: PingMessage['kind']): void {
  const link = core.links.get(linkId);
  if (link === undefined) return;
  const peer = core.peers.get(link.nodeId);
  if (kind === 'ping' && !link.isInbound && peer !== undefined) peer.pingSentMs = core.nowMs;
  core.send(linkId, { kind, header: composeHeader(core), gossip: composeGossip(core, link.nodeId), extensions: composeExtensions(core, peer) });
}

/** Sends a pong to every member: a change of our configuration that they should know at once. */
export function broadcastPong(core: CoreContext): void {
  for (const { id } of core.members()) sendPing(core, core.peer(id).outLink, 'pong');
}

export function broadcastFail(core: CoreContext, nodeId: string): void {
  const header = composeHeader(core);
  for (const { id } of core.members()) core.send(core.peer(id).outLink, { kind: 'fail', header, nodeId });
}

/** Tells the node at the end of a link what `node` owns. */
export function sendUpdate(core: CoreContext, linkId: number, { id, configEpoch }: NodeInfo): void {
  const message: UpdateMessage = {
    kind: 'update', header: composeHeader(core), nodeId: id, configEpoch, slots: slotsOf(core.state.owners, id),
  };
  core.send(linkId, message);
}

function composeExtensions({ me, blacklist, nowMs }: CoreContext, peer: Peer | undefined): PingExtensions {
  if (peer?.takesExtensions !== true) return me.hostname === '' ? {} : { hostname: me.hostname };
  const tellsShard = peer.tellsShardId || peer.shardIdTrials++ < shardIdTrialsMax;
  const forgotten = forgottenNodes(blacklist, nowMs);
  return {
    ...(me.hostname === '' ? {} : { hostname: me.hostname }),
    ...(forgotten.length === 0 || !peer.tellsShardId ? {} : { forgotten }),
    ...(tellsShard ? { ...announcedFor(me), shardId: me.shardId } : {}),
  };
}

/** What Redis 7.0 does not know of. */
function announcedFor(me: NodeInfo): PingExtensions {
  return {
    ...(me.humanName === '' ? {} : { humanName: me.humanName }),
    ...(me.clientIpv4 === '' ? {} : { clientIpv4: me.clientIpv4 }),
    ...(me.clientIpv6 === '' ? {} : { clientIpv6: me.clientIpv6 }),
    ...(me.clientTcpPort === 0 ? {} : { clientTcpPort: me.clientTcpPort }),
    ...(me.clientTlsPort === 0 ? {} : { clientTlsPort: me.clientTlsPort }),
  };
}

/** Whole seconds, never more than are left: nodes that told each other more would keep a node out for ever. */
function forgottenNodes(blacklist: ReadonlyMap<string, number>, nowMs: number): { readonly nodeId: string; readonly ttlSeconds: bigint }[] {
  return [...blacklist].filter(([, untilMs]) => untilMs - nowMs >= 1000)
    .map(([nodeId, untilMs]) => ({ nodeId, ttlSeconds: BigInt(Math.floor((untilMs - nowMs) / 1000)) }));
}

/** Some nodes by chance, and all that may have failed. Nothing about the receiver, this node and who is not a member. */
function composeGossip(core: CoreContext, receiver: string): GossipEntry[] {
  const { random, settings, state } = core;
  const others = core.members().filter(({ id, flags }) => id !== receiver && (flags & NodeFlag.noAddress) === 0);
  const [suspects, candidates] = [others.filter(isSuspect), others.filter((node) => !isSuspect(node) && isWorthTelling(core, node))];
  const wanted = Math.min(candidates.length, Math.max(gossipCountMin, Math.floor((state.nodes.size * settings.gossipPercent) / 100)));
  const chosen = new Set<NodeInfo>();
  if (wanted === candidates.length) candidates.forEach((node) => chosen.add(node));
  for (let draws = wanted * drawsPerEntry; draws > 0 && chosen.size < wanted; draws--) chosen.add(candidates[random.below(candidates.length)]!);
  return [...chosen, ...suspects].map((node) => gossipEntry(core, node));
}

function isSuspect({ flags }: NodeInfo): boolean {
  return (flags & NodeFlag.maybeFailed) !== 0;
}

function isWorthTelling(core: CoreContext, { id }: NodeInfo): boolean {
  return core.peer(id).outLink !== 0 || core.ownsSlots(id);
}

function gossipEntry(core: CoreContext, node: NodeInfo): GossipEntry {
  const peer = core.peer(node.id);
  return {
    nodeId: node.id,
    pingSentSeconds: Math.floor(peer.pingSentMs / 1000),
    pongReceivedSeconds: Math.floor(peer.pongReceivedMs / 1000),
    ip: node.ip,
    ...portsOf(core, node),
    flags: nodeOf(core.state, node.id).flags & toldFlags,
  };
}

function portsOf({ settings }: CoreContext, { port, tlsPort, busPort }: NodeInfo): Pick<GossipEntry, 'port' | 'otherPort' | 'busPort'> {
  return settings.overTls ? { port: tlsPort, otherPort: port, busPort } : { port, otherPort: tlsPort, busPort };
}

/** The client ports that a header or a gossip entry names. */
export function namedPorts(core: CoreContext, named: Pick<GossipEntry, 'port' | 'otherPort' | 'busPort'>): Omit<AnnouncedAddress, 'ip' | 'hostname'> {
  const { port, otherPort, busPort } = named;
  return core.settings.overTls ? { tlsPort: port, port: otherPort, busPort } : { port, tlsPort: otherPort, busPort };
}
