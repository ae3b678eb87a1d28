/** The nested replies of CLUSTER SLOTS and CLUSTER SHARDS: arrays, and maps where RESP3 has them. */
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { NodeInfo } from '../../cluster/node-info.ts';
import type { ClusterShard, ShardNode } from '../../cluster/topology.ts';
import type { ReplyWriter } from '../../protocol/reply-writer.ts';

/** Per range: start, end, then a node each: endpoint, port, id, and a map of its other addresses. */
export function replySlots(reply: ReplyWriter, cluster: ClusterNode, overTls: boolean, overIpv6: boolean): void {
  const ranges = cluster.servedRanges();
  reply.array(ranges.length);
  for (const { start, end, nodes } of ranges) {
    reply.array(2 + nodes.length);
    reply.integer(start);
    reply.integer(end);
    for (const node of nodes) replySlotNode(reply, cluster, node, overTls, overIpv6);
  }
}

/** Per shard: its slots as pairs of start and end, and its nodes. */
export function replyShards(reply: ReplyWriter, cluster: ClusterNode, overIpv6: boolean): void {
  const shards = cluster.shards();
  reply.array(shards.length);
  for (const shard of shards) replyShard(reply, cluster, shard, overIpv6);
}

/** Per link, a map; the send buffer counts what the system has not taken yet. */
export function replyLinks(reply: ReplyWriter, cluster: ClusterNode): void {
  const links = cluster.links();
  reply.array(links.length);
  for (const { isInbound, nodeId, createdMs, waitingBytes } of links) {
    replyMap(reply, [
      ['direction', isInbound ? 'from' : 'to'], ['node', nodeId], ['create-time', createdMs], ['events', waitingBytes > 0 ? 'rw' : 'r'],
      ['send-buffer-allocated', waitingBytes], ['send-buffer-used', waitingBytes],
    ]);
  }
}

function replySlotNode(reply: ReplyWriter, cluster: ClusterNode, node: NodeInfo, overTls: boolean, overIpv6: boolean): void {
  const { preferredEndpoint } = cluster.settings;
  const endpoint = cluster.endpointOf(node, overIpv6);
  const others: [string, string][] = [];
  if (preferredEndpoint !== 'ip') others.push(['ip', cluster.ipOf(node, overIpv6)]);
  if (preferredEndpoint !== 'hostname' && node.hostname !== '') others.push(['hostname', node.hostname]);
  reply.array(4);
  if (endpoint === null) reply.nil();
  else reply.bulkString(endpoint);
  reply.integer(cluster.portOf(node, overTls));
  reply.bulkString(node.id);
  reply.map(others.length);
  for (const [name, value] of others) {
    reply.bulkString(name);
    reply.bulkString(value);
  }
}

function replyShard(reply: ReplyWriter, cluster: ClusterNode, shard: ClusterShard, overIpv6: boolean): void {
  reply.map(2);
  reply.bulkString('slots');
  reply.array(shard.ranges.length * 2);
  for (const { start, end } of shard.ranges) {
    reply.integer(start);
    reply.integer(end);
  }
  reply.bulkString('nodes');
  reply.array(shard.nodes.length);
  for (const node of shard.nodes) replyShardNode(reply, cluster, node, overIpv6);
}

function replyShardNode(reply: ReplyWriter, cluster: ClusterNode, node: ShardNode, overIpv6: boolean): void {
  const fields: [string, string | number][] = [['id', node.id]];
  const { tcp, tls } = cluster.portsOf(node);
  if (tcp !== 0) fields.push(['port', tcp]);
  if (tls !== 0) fields.push(['tls-port', tls]);
  fields.push(['ip', cluster.ipOf(node, overIpv6)], ['endpoint', cluster.endpointOf(node, overIpv6) ?? '']);
  if (node.hostname !== '') fields.push(['hostname', node.hostname]);
  fields.push(['role', node.role], ['replication-offset', node.replicationOffset], ['health', node.health]);
  replyMap(reply, fields);
}

/** Where RESP3 has maps. */
export function replyMap(reply: ReplyWriter, fields: readonly (readonly [string, string | number])[]): void {
  reply.map(fields.length);
  for (const [name, value] of fields) {
    reply.bulkString(name);
    if (typeof value === 'number') reply.integer(value);
    else reply.bulkString(value);
  }
}
