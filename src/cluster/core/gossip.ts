/** What a known sender tells about others: who has failed, who is alive, who is new, and where they are. */
import type { GossipEntry, PingExtensions, PingMessage } from '../bus/message.ts';
import { withMember, withoutMember } from '../member-operations.ts';
import { NodeFlag, hasFailed, roleIn } from '../node-info.ts';
import type { ClientAddress, NodeInfo } from '../node-info.ts';
import { newNode, nodeOf } from '../state.ts';
import { isBlacklisted } from './blacklist.ts';
import { namedPorts } from './compose.ts';
import type { CoreContext } from './context.ts';
import { countReports, failIfAgreed, report, withdrawReport } from './failure.ts';

const down = NodeFlag.failed | NodeFlag.maybeFailed;
/** Flags of a new node that its teller is believed, beside its role. */
const takenFlags = down | NodeFlag.noFailover;
/** What a member tells of itself in extensions. */
type ToldField = 'hostname' | 'humanName' | 'shardId' | keyof ClientAddress;
/** How far another node's clock may be ahead. */
const clockToleranceMs = 500;

export function takeGossip(core: CoreContext, sender: NodeInfo, gossip: readonly GossipEntry[]): void {
  for (const entry of gossip) {
    const node = core.state.nodes.get(entry.nodeId);
    if (node === undefined) takeIn(core, entry);
    else if (node.id !== core.state.myId) takeEntry(core, sender, node, entry);
  }
}

/** From the sender of a meet, whom nobody vouches for yet: only what it says of nodes that are known is of use. */
function takeEntry(core: CoreContext, sender: NodeInfo, node: NodeInfo, entry: GossipEntry): void {
  const isDown = (entry.flags & down) !== 0;
  if (!isDown) withdrawReport(core, node, sender);
  else if (sender.id !== node.id) {
    if (core.isVoter(sender)) report(core, node, sender);
    failIfAgreed(core, node.id);
  }
  const peer = core.peer(node.id);
  const pongMs = entry.pongReceivedSeconds * 1000;
  // Who has failed is only forgiven by a pong of its own, so it has to be pinged whatever others have heard of it.
  const isAlive = !isDown && !hasFailed(node) && peer.pingSentMs === 0 && countReports(core, peer) === 0;
  if (isAlive && pongMs <= core.nowMs + clockToleranceMs && pongMs > peer.pongReceivedMs) peer.pongReceivedMs = pongMs;
  if (!isDown && hasAddress(entry)) moveIfUnreachable(core, node.id, entry);
}

/** A node that we cannot reach where we look for it, or know no address of, and others can elsewhere. */
function moveIfUnreachable(core: CoreContext, id: string, entry: GossipEntry): void {
  const node = nodeOf(core.state, id);
  if ((node.flags & (down | NodeFlag.noAddress)) === 0) return;
  const address = { ip: entry.ip, ...namedPorts(core, entry) };
  const isSame = node.ip === address.ip && node.port === address.port && node.tlsPort === address.tlsPort && node.busPort === address.busPort;
  if (isSame) return;
  core.closeLink(core.peer(id).outLink);
  core.change(id, { ...address, flags: node.flags & ~NodeFlag.noAddress });
  core.log('notice', `Address updated for node ${id}, now ${address.ip}:${address.port || address.tlsPort}`);
}

/** Without one, a member could never be reached, nor suspected. */
function hasAddress({ flags, ip, busPort }: GossipEntry): boolean {
  return (flags & NodeFlag.noAddress) === 0 && ip !== '' && busPort !== 0;
}

function takeIn(core: CoreContext, entry: GossipEntry): void {
  const { nodeId, flags, ip } = entry;
  if (!hasAddress(entry) || isBlacklisted(core, nodeId)) return;
  core.state = withMember(core.state, { ...newNode(nodeId, '', roleIn(flags) | (flags & takenFlags)), ip, ...namedPorts(core, entry) });
  core.syncPeers();
}

export function takeExtensions(core: CoreContext, senderId: string, { extensions }: PingMessage): void {
  for (const { nodeId, ttlSeconds } of extensions.forgotten ?? []) forgetToo(core, nodeId, Number(ttlSeconds));
  const sender = core.state.nodes.get(senderId);
  if (sender === undefined) return;
  if (extensions.shardId !== undefined) core.peer(senderId).tellsShardId = true;
  const told = whatItTells(core, sender, extensions);
  const fields = Object.keys(told) as (keyof typeof told)[];
  if (fields.some((field) => told[field] !== sender[field])) core.change(senderId, told);
}

function whatItTells({ state }: CoreContext, sender: NodeInfo, extensions: PingExtensions): Pick<NodeInfo, ToldField> {
  const { hostname = '', humanName = '', clientIpv4 = '', clientIpv6 = '', clientTcpPort = 0, clientTlsPort = 0 } = extensions;
  const shardId = extensions.shardId ?? (state.nodes.get(sender.primaryId)?.shardId || sender.shardId);
  return { hostname, humanName, clientIpv4, clientIpv6, clientTcpPort, clientTlsPort, shardId };
}

/** Another node was told to forget; so do we, unless it is our own primary. */
function forgetToo(core: CoreContext, id: string, ttlSeconds: number): void {
  if (!core.state.nodes.has(id) || id === core.state.myId || id === core.me.primaryId) return;
  core.blacklist.set(id, core.nowMs + Math.min(ttlSeconds * 1000, core.settings.blacklistTtlMs));
  core.state = withoutMember(core.state, id);
  core.syncPeers();
}
