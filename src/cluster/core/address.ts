/** Where nodes are: this node learns its own ip from who meets it, and where others are from what they announce. */
import type { MessageHeader } from '../bus/message.ts';
import { NodeFlag } from '../node-info.ts';
import type { NodeInfo } from '../node-info.ts';
import { namedPorts } from './compose.ts';
import type { CoreContext } from './context.ts';
import type { CoreLink } from './output.ts';

/** The address at which a node that met us has reached us; from others only if we know none. */
export function learnMyIp(core: CoreContext, link: CoreLink, isMeet: boolean): void {
  const { me, settings } = core;
  if (settings.address.ip !== '' || link.localIp === '' || link.localIp === me.ip || (!isMeet && me.ip !== '')) return;
  core.change(me.id, { ip: link.localIp });
  core.log('notice', `IP address for this node updated to ${link.localIp}`);
}

/** The sender is where its packet comes from, or where it says it is. A link to another place is closed. */
export function updateAddress(core: CoreContext, node: NodeInfo, link: CoreLink, header: MessageHeader): void {
  const peer = core.peer(node.id);
  const ip = header.announcedIp || link.peerIp;
  const ports = namedPorts(core, header);
  if (link.id === peer.outLink || ip === '' || ports.busPort === 0) return;
  if (node.ip === ip && node.port === ports.port && node.tlsPort === ports.tlsPort && node.busPort === ports.busPort) return;
  core.closeLink(peer.outLink);
  core.change(node.id, { ip, ...ports, flags: node.flags & ~NodeFlag.noAddress });
  core.log('notice', `Address updated for node ${node.id}, now ${ip}:${ports.port || ports.tlsPort}`);
}
