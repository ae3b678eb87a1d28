/**
 * Ten times a second: links are opened to members that have none, somebody is pinged, and whoever has been silent for
 * too long is suspected. A node is pinged at least once in half a node timeout.
 */
import { NodeFlag } from '../node-info.ts';
import type { NodeInfo } from '../node-info.ts';
import { nodeOf } from '../state.ts';
import { dropOld } from './blacklist.ts';
import { sendPing } from './compose.ts';
import type { CoreContext } from './context.ts';
import { failIfAgreed } from './failure.ts';
import { dropHandshake, handshakeTimeoutMs } from './handshake.ts';

/** Among so many nodes, chosen by chance, the one whose pong is the oldest is pinged. */
const sampleSize = 5;

/** A ping that nodes.conf says was not answered is not held against its node for the time that the start has taken. */
export function begin(core: CoreContext): void {
  core.startedMs = core.nowMs;
  for (const peer of core.peers.values()) if (peer.pingSentMs !== 0) peer.pingSentMs = core.nowMs;
}

export function tick(core: CoreContext): void {
  dropOld(core);
  dropLateHandshakes(core);
  openLinks(core);
  pingByChance(core);
  for (const { id, flags } of core.members()) if ((flags & NodeFlag.noAddress) === 0) watch(core, id);
}

/** An attempt to connect has ended well. A ping that was under way keeps its time. */
export function greet(core: CoreContext, linkId: number): void {
  const link = core.links.get(linkId);
  if (link === undefined) return;
  link.isConnected = true;
  const peer = core.peer(link.nodeId);
  const waitingSinceMs = peer.pingSentMs;
  sendPing(core, linkId, peer.needsMeet ? 'meet' : 'ping');
  if (waitingSinceMs !== 0) peer.pingSentMs = waitingSinceMs;
}

/** A link has ended. A node that cannot even be connected to counts as pinged. */
export function lose(core: CoreContext, linkId: number): void {
  const link = core.links.get(linkId);
  if (link === undefined) return;
  const peer = core.peers.get(link.nodeId);
  core.dropLink(linkId);
  if (!link.isInbound && !link.isConnected && peer?.pingSentMs === 0) peer.pingSentMs = core.nowMs;
}

function dropLateHandshakes(core: CoreContext): void {
  for (const { id, flags } of core.state.nodes.values()) {
    const isLate = (flags & NodeFlag.handshake) !== 0 && core.nowMs - core.peer(id).knownSinceMs > handshakeTimeoutMs(core);
    if (isLate) dropHandshake(core, id);
  }
}

function openLinks(core: CoreContext): void {
  for (const node of core.state.nodes.values()) {
    const { id, flags, ip, busPort } = node;
    const isReachable = id !== core.state.myId && (flags & NodeFlag.noAddress) === 0 && ip !== '' && busPort !== 0;
    if (!isReachable || core.peer(id).outLink !== 0) continue;
    const link = core.addLink(false, id, ip, '');
    core.peer(id).outLink = link.id;
    core.outputs.push({ do: 'connect', link: link.id, ip, port: busPort });
  }
}

function pingByChance(core: CoreContext): void {
  if (core.nowMs - core.lastRandomPingMs < core.settings.pingIntervalMs) return;
  core.lastRandomPingMs = core.nowMs;
  const members = core.members();
  let oldest: NodeInfo | undefined;
  for (let i = 0; i < sampleSize && members.length > 0; i++) {
    const node = members[core.random.below(members.length)]!;
    const { outLink, pingSentMs, pongReceivedMs } = core.peer(node.id);
    if (outLink === 0 || pingSentMs !== 0) continue;
    if (oldest === undefined || pongReceivedMs < core.peer(oldest.id).pongReceivedMs) oldest = node;
  }
  if (oldest !== undefined) sendPing(core, core.peer(oldest.id).outLink, 'ping');
}

function watch(core: CoreContext, id: string): void {
  const peer = core.peer(id);
  const { nodeTimeoutMs } = core.settings;
  const link = core.links.get(peer.outLink);
  const sinceMs = (fromMs: number): number => core.nowMs - fromMs;
  const isStuck = link !== undefined && sinceMs(link.createdMs) > nodeTimeoutMs && peer.pingSentMs !== 0 &&
    sinceMs(peer.pingSentMs) > nodeTimeoutMs / 2 && sinceMs(peer.dataReceivedMs) > nodeTimeoutMs / 2;
  if (isStuck) core.closeLink(link.id);
  if (peer.outLink !== 0 && peer.pingSentMs === 0 && sinceMs(peer.pongReceivedMs) > nodeTimeoutMs / 2) sendPing(core, peer.outLink, 'ping');
  if (peer.pingSentMs === 0) return;
  const silentMs = Math.min(sinceMs(peer.pingSentMs), sinceMs(peer.dataReceivedMs));
  if (silentMs > nodeTimeoutMs) suspect(core, id);
}

function suspect(core: CoreContext, id: string): void {
  const node = nodeOf(core.state, id);
  if ((node.flags & (NodeFlag.maybeFailed | NodeFlag.failed)) !== 0) return;
  core.log('debug', `*** NODE ${id} possibly failing`);
  core.setFlags(node, NodeFlag.maybeFailed, 0);
  failIfAgreed(core, id);
}
