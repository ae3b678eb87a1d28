/**
 * How nodes get to know each other. A node that is to be met stands in the state under a name made up for it until it
 * answers; one that does not answer in time is dropped.
 */
import { MessageFlag } from '../bus/message.ts';
import type { MessageHeader } from '../bus/message.ts';
import { renamed, withMember, withoutMember } from '../member-operations.ts';
import { NodeFlag, roleIn } from '../node-info.ts';
import type { AnnouncedAddress, NodeInfo } from '../node-info.ts';
import { newNode } from '../state.ts';
import { updateAddress } from './address.ts';
import { namedPorts } from './compose.ts';
import type { CoreContext } from './context.ts';
import type { CoreLink } from './output.ts';

const timeoutMinMs = 1000;

export function handshakeTimeoutMs({ settings }: CoreContext): number {
  return Math.max(settings.nodeTimeoutMs, timeoutMinMs);
}

/** Takes in the node at an address, which an operator (`needsMeet`) or the node itself asked for. Its made-up id, unless it is being met already. */
export function beginHandshake(core: CoreContext, address: Omit<AnnouncedAddress, 'hostname'>, needsMeet: boolean): string | undefined {
  const isUnderWay = [...core.state.nodes.values()].some(({ flags, ip, busPort }) =>
    (flags & NodeFlag.handshake) !== 0 && ip === address.ip && busPort === address.busPort);
  if (isUnderWay) return undefined;
  const id = core.newId();
  core.state = withMember(core.state, { ...newNode(id, '', NodeFlag.handshake), ...address });
  core.syncPeers();
  core.peer(id).needsMeet = needsMeet;
  return id;
}

/** A stranger wants to be met: we take it in, and will ask it in turn who it is. */
export function takeMeet(core: CoreContext, link: CoreLink, header: MessageHeader): void {
  const ip = header.announcedIp || link.peerIp;
  if (link.nodeId !== '' || ip === '' || header.busPort === 0) return;
  const id = beginHandshake(core, { ip, ...namedPorts(core, header) }, false);
  if (id === undefined) return;
  link.nodeId = id;
  core.peer(id).inLink = link.id;
  core.peer(id).takesExtensions = (header.messageFlags & MessageFlag.extensions) !== 0;
}

/**
 * Something has come over a link that we opened: does the node that we expected there answer? Returns false when the
 * link is gone.
 */
export function checkWhoAnswers(core: CoreContext, link: CoreLink, header: MessageHeader): boolean {
  const expected = core.state.nodes.get(link.nodeId);
  if (expected === undefined) return true;
  if ((expected.flags & NodeFlag.handshake) !== 0) return endHandshake(core, link, expected, header);
  if (expected.id === header.sender) return true;
  core.log('notice', `PONG contains mismatching sender ID. About node ${expected.id} having flags ${expected.flags}`);
  loseAddress(core, expected);
  return false;
}

function endHandshake(core: CoreContext, link: CoreLink, { id, flags }: NodeInfo, header: MessageHeader): boolean {
  const known = core.state.nodes.get(header.sender);
  if (known !== undefined) {
    core.log('verbose', `Handshake: we already know node ${known.id}, updating the address if needed.`);
    if (known.id !== core.state.myId) updateAddress(core, known, link, header);
    dropHandshake(core, id);
    return false;
  }
  const peer = core.peer(id);
  core.state = renamed(core.state, id, header.sender, { flags: (flags & ~NodeFlag.handshake) | roleIn(header.flags) });
  core.peers.delete(id);
  core.peers.set(header.sender, peer);
  peer.id = header.sender;
  peer.needsMeet = false;
  for (const linkId of [peer.outLink, peer.inLink]) {
    const tied = core.links.get(linkId);
    if (tied !== undefined) tied.nodeId = peer.id;
  }
  core.blacklist.delete(peer.id);
  core.log('debug', `Handshake with node ${peer.id} completed.`);
  return true;
}

/** The link that such a node may have opened stays: it will say again who it is. */
export function dropHandshake(core: CoreContext, id: string): void {
  const peer = core.peer(id);
  const inbound = core.links.get(peer.inLink);
  if (inbound !== undefined) inbound.nodeId = '';
  peer.inLink = 0;
  core.state = withoutMember(core.state, id);
  core.syncPeers();
}

/**
 * Another node answers where this one was. That proves no failure, which takes a majority: until it pings us from where it
 * is now, or others tell where they reach it, it is neither connected to nor suspected. As Redis 7 has it.
 */
function loseAddress(core: CoreContext, node: NodeInfo): void {
  core.closeLink(core.peer(node.id).outLink);
  core.change(node.id, { ip: '', port: 0, tlsPort: 0, busPort: 0, flags: node.flags | NodeFlag.noAddress });
}
