/**
 * Members as lines of text: what CLUSTER NODES and REPLICAS answer and nodes.conf keeps.
 *
 *   id ip:port@busport[,hostname[,name=value...]] flags primary|- ping pong epoch link slot...
 *
 * A slot is `5`, `0-100`, `[7->-id]` (migrating) or `[7-<-id]` (importing); the marks stand on this
 * node's own line. Only the file has the fields behind the hostname, as Redis 7.2 writes them.
 */
import { NodeFlag, clientIp, clientPort, isReplica, printFlags } from './node-info.ts';
import type { NodeInfo } from './node-info.ts';
import { slotRangesByOwner } from './slot-ranges.ts';
import type { SlotRange } from './slot-ranges.ts';
import type { ClusterState } from './state.ts';

/** Who reads the line: a client over TCP or TLS, or nodes.conf. */
export type LineFor = 'tcp-client' | 'tls-client' | 'file';

/** A line, without its end, for every member. */
export function nodeLines(state: ClusterState, nodes: Iterable<NodeInfo>, lineFor: LineFor, overIpv6 = false): string[] {
  const ranges = slotRangesByOwner(state.owners);
  return Array.from(nodes, (node) => nodeLine(state, node, ranges.get(node.id) ?? [], address(node, lineFor, overIpv6)));
}

function nodeLine(state: ClusterState, node: NodeInfo, ranges: readonly SlotRange[], place: string): string {
  const isMe = node.id === state.myId;
  const epoch = isReplica(node) ? (state.nodes.get(node.primaryId)?.configEpoch ?? node.configEpoch) : node.configEpoch;
  return [
    node.id,
    place,
    printFlags(node.flags),
    node.primaryId === '' ? '-' : node.primaryId,
    node.pingSentMs,
    node.pongReceivedMs,
    epoch,
    isMe || node.linked ? 'connected' : 'disconnected',
    ...ranges.map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`)),
    ...(isMe ? openSlots(state) : []),
  ].join(' ');
}

function address(node: NodeInfo, lineFor: LineFor, overIpv6: boolean): string {
  if (lineFor !== 'file') {
    const start = `${clientIp(node, overIpv6)}:${clientPort(node, lineFor === 'tls-client')}@${node.busPort}`;
    return node.hostname === '' ? start : `${start},${node.hostname}`;
  }
  const fields = [`${node.ip}:${node.port || node.tlsPort}@${node.busPort}`, node.hostname];
  if (node.humanName !== '') fields.push(`nodename=${node.humanName}`);
  if (node.clientTlsPort !== 0) fields.push(`client-tls-port=${node.clientTlsPort}`);
  if (node.clientTcpPort !== 0) fields.push(`client-tcp-port=${node.clientTcpPort}`);
  if (node.clientIpv6 !== '') fields.push(`client-ipv6=${node.clientIpv6}`);
  if (node.clientIpv4 !== '') fields.push(`client-ipv4=${node.clientIpv4}`);
  if (node.port === 0) fields.push('tcp-port=0');
  else fields.push(`tls-port=${node.tlsPort}`);
  if (node.shardId !== '') fields.push(`shard-id=${node.shardId}`);
  return fields.join(',');
}

function openSlots(state: ClusterState): string[] {
  const slots = [...new Set([...state.migratingTo.keys(), ...state.importingFrom.keys()])].toSorted((a, b) => a - b);
  return slots.map((slot) => {
    const target = state.migratingTo.get(slot);
    return target === undefined ? `[${slot}-<-${state.importingFrom.get(slot)!}]` : `[${slot}->-${target}]`;
  });
}

/** Members that are more than an attempt to shake hands. */
export function knownNodes(state: ClusterState): NodeInfo[] {
  return [...state.nodes.values()].filter((node) => (node.flags & NodeFlag.handshake) === 0);
}
