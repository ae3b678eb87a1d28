/** One message of a link: who sent it, and what it changes. */
import { LIGHT_HEADER_FLAG, MessageFlag } from '../bus/message.ts';
import type { BusMessage, MessageHeader, PingMessage, PublishMessage, UpdateMessage } from '../bus/message.ts';
import { asPrimary, asReplica, withoutSlotsOf } from '../member-operations.ts';
import { NodeFlag, hasFailed, isPrimary } from '../node-info.ts';
import type { NodeInfo } from '../node-info.ts';
import { sameSlots, slotsOf } from '../slot-bitmap.ts';
import { memberOf, nodeOf, withNode } from '../state.ts';
import { learnMyIp, updateAddress } from './address.ts';
import { sendPing } from './compose.ts';
import type { CoreContext } from './context.ts';
import { forgiveIfDue, markFailed } from './failure.ts';
import { takeExtensions, takeGossip } from './gossip.ts';
import { checkWhoAnswers, handshakeTimeoutMs, takeMeet } from './handshake.ts';
import type { CoreLink } from './output.ts';
import { correctClaim, follow, resolveCollision, takeClaim } from './ownership.ts';
import { voteIfDue } from './vote.ts';

export function receive(core: CoreContext, link: CoreLink, message: BusMessage): void {
  core.count(core.received, message.kind);
  const { header } = message;
  if (header === undefined) {
    receiveLight(core, link, message as PublishMessage);
    return;
  }
  const senderId = identify(core, link, header);
  if (senderId !== undefined) noteSender(core, senderId, header);
  if (isPing(message)) receivePing(core, link, message, senderId);
  else if (senderId === undefined) core.log('verbose', `Ignoring a ${message.kind} message from unknown node ${header.sender}`);
  else receiveFromMember(core, senderId, message, header);
}

function isPing(message: BusMessage): message is PingMessage {
  return message.kind === 'ping' || message.kind === 'pong' || message.kind === 'meet';
}

/** The known sender of a message, whose link it is from now on. This node itself is nobody's sender. */
function identify(core: CoreContext, link: CoreLink, { sender }: MessageHeader): string | undefined {
  const node = core.state.nodes.get(sender);
  if (node === undefined || sender === core.state.myId || (node.flags & NodeFlag.handshake) !== 0) return undefined;
  if (!link.isInbound || link.nodeId === sender) return sender;
  const former = core.peers.get(link.nodeId);
  if (former?.inLink === link.id) former.inLink = 0;
  const peer = core.peer(sender);
  if (peer.inLink !== link.id) core.closeLink(peer.inLink);
  peer.inLink = link.id;
  link.nodeId = sender;
  return sender;
}

/** What every header tells: that the sender lives, what it understands, and its epochs. */
function noteSender(core: CoreContext, id: string, header: MessageHeader): void {
  const peer = core.peer(id);
  peer.dataReceivedMs = core.nowMs;
  if ((header.messageFlags & MessageFlag.extensions) !== 0) peer.takesExtensions = true;
  peer.takesLightHeader = (header.flags & LIGHT_HEADER_FLAG) !== 0;
  peer.replicationOffset = header.replicationOffset;
  takeEpoch(core, header.currentEpoch);
  takeEpoch(core, header.configEpoch);
  const isNewer = header.primaryId === '' && header.configEpoch > nodeOf(core.state, id).configEpoch;
  if (isNewer) core.change(id, { configEpoch: header.configEpoch });
}

/** No config epoch is beyond the current epoch, whatever a header says. */
function takeEpoch(core: CoreContext, epoch: bigint): void {
  if (epoch > core.state.currentEpoch) core.state = { ...core.state, currentEpoch: epoch };
}

function receivePing(core: CoreContext, link: CoreLink, message: PingMessage, knownId: string | undefined): void {
  const { kind, header } = message;
  if (kind !== 'pong') {
    learnMyIp(core, link, kind === 'meet');
    if (kind === 'meet') receiveMeet(core, link, header, knownId);
    sendPing(core, link.id, 'pong');
  }
  if (!link.isInbound && !checkWhoAnswers(core, link, header)) return;
  const senderId = knownId ?? identify(core, link, header);
  if (senderId === undefined) return;
  if (knownId === undefined) noteSender(core, senderId, header);
  const sender = nodeOf(core.state, senderId);
  core.setFlags(sender, header.flags & NodeFlag.noFailover, NodeFlag.noFailover & ~header.flags);
  if (kind === 'ping') updateAddress(core, nodeOf(core.state, senderId), link, header);
  if (kind === 'pong' && !link.isInbound) takePong(core, senderId);
  takeRole(core, senderId, header);
  followToTheTop(core);
  takeSlots(core, senderId, header, isPrimary(sender));
  takeGossip(core, nodeOf(core.state, senderId), message.gossip);
  takeExtensions(core, senderId, message);
}

/** A node that we know wants to be met: it does not know us, so it gets a new link with a ping on it. */
function receiveMeet(core: CoreContext, link: CoreLink, header: MessageHeader, knownId: string | undefined): void {
  if (knownId === undefined) {
    if (header.sender !== core.state.myId) takeMeet(core, link, header);
    return;
  }
  const peer = core.peer(knownId);
  if (core.nowMs - peer.knownSinceMs > handshakeTimeoutMs(core)) core.closeLink(peer.outLink);
}

function takePong(core: CoreContext, id: string): void {
  const peer = core.peer(id);
  peer.pongReceivedMs = core.nowMs;
  peer.pingSentMs = 0;
  const node = nodeOf(core.state, id);
  if ((node.flags & NodeFlag.maybeFailed) !== 0) core.setFlags(node, 0, NodeFlag.maybeFailed);
  else forgiveIfDue(core, id);
}

function takeRole(core: CoreContext, id: string, header: MessageHeader): void {
  if (header.primaryId === '') {
    core.state = asPrimary(core.state, id);
    return;
  }
  const sender = nodeOf(core.state, id);
  // Nobody replicates itself.
  const primary = header.primaryId === id ? undefined : memberOf(core.state, header.primaryId);
  if (isPrimary(sender)) stepDown(core, sender, primary, header);
  core.state = asReplica(core.state, id, primary?.id ?? nodeOf(core.state, id).primaryId);
}

/** A primary has become a replica. Within its shard its slots stay until the new primary claims them. */
function stepDown(core: CoreContext, sender: NodeInfo, primary: NodeInfo | undefined, { configEpoch }: MessageHeader): void {
  const isFailover = primary !== undefined && primary.shardId !== '' && primary.shardId === sender.shardId;
  if (!isFailover) {
    core.state = withoutSlotsOf(core.state, sender.id);
    return;
  }
  // What this node is it decides itself, and no epoch goes back.
  if (sender.configEpoch > configEpoch || primary.id === core.state.myId || primary.configEpoch > configEpoch) return;
  core.state = withNode(asPrimary(core.state, primary.id), primary.id, { configEpoch });
  core.log('notice', `A failover occurred: node ${sender.id} failed over to node ${primary.id} with a config epoch of ${configEpoch}`);
}

/** A replica's primary may itself become a replica: then the replica follows that one's primary. */
function followToTheTop(core: CoreContext): void {
  const above = core.state.nodes.get(core.me.primaryId)?.primaryId ?? '';
  if (above !== '' && above !== core.state.myId) follow(core, above);
}

/** A replica tells what it thinks its primary has: it claims nothing, but is told as well when that is old. */
function takeSlots(core: CoreContext, id: string, header: MessageHeader, wasPrimary: boolean): void {
  const { primaryId } = nodeOf(core.state, id);
  const isClaim = header.primaryId === '';
  if (!isClaim && primaryId === '') return;
  if ((isClaim && !wasPrimary) || !sameSlots(slotsOf(core.state.owners, isClaim ? id : primaryId), header.slots)) {
    if (isClaim) takeClaim(core, nodeOf(core.state, id), header.configEpoch, header.slots);
    correctClaim(core, nodeOf(core.state, id), header.configEpoch, header.slots);
  }
  if (isClaim) resolveCollision(core, nodeOf(core.state, id), header);
}

function receiveFromMember(core: CoreContext, senderId: string, message: Exclude<BusMessage, PingMessage>, header: MessageHeader): void {
  switch (message.kind) {
    case 'fail':
      takeFail(core, senderId, message.nodeId);
      break;
    case 'update':
      takeUpdate(core, message);
      break;
    case 'auth-req':
      voteIfDue(core, nodeOf(core.state, senderId), header);
      break;
    case 'publish':
    case 'publishshard':
      passOn(core, message);
      break;
    default:
  }
}

function takeFail(core: CoreContext, senderId: string, failingId: string): void {
  const failing = memberOf(core.state, failingId);
  if (failing === undefined || failingId === core.state.myId || hasFailed(failing)) return;
  core.log('notice', `FAIL message received from ${senderId} about ${failingId}`);
  markFailed(core, failing);
}

function takeUpdate(core: CoreContext, { nodeId, configEpoch, slots }: UpdateMessage): void {
  const node = memberOf(core.state, nodeId);
  if (node === undefined || nodeId === core.state.myId || node.configEpoch >= configEpoch) return;
  takeEpoch(core, configEpoch);
  core.state = withNode(asPrimary(core.state, nodeId), nodeId, { configEpoch });
  takeClaim(core, nodeOf(core.state, nodeId), configEpoch, slots);
}

function receiveLight(core: CoreContext, link: CoreLink, message: PublishMessage): void {
  const sender = core.peers.get(link.nodeId);
  const isMember = sender !== undefined && (nodeOf(core.state, sender.id).flags & NodeFlag.handshake) === 0;
  if (!isMember) {
    core.log('notice', `Closing link for node that sent a lightweight message of type ${message.kind} as its first message on the link`);
    core.closeLink(link.id);
    return;
  }
  sender.dataReceivedMs = core.nowMs;
  passOn(core, message);
}

function passOn(core: CoreContext, { kind, channel, message }: PublishMessage): void {
  core.outputs.push({ do: 'publish', channel, message, isSharded: kind === 'publishshard' });
}
