/** Cluster and replication. */
import { isIP } from 'node:net';
import { int32Max, int64Max, integer, memory, oneOf, text, uint64Max, yesNo } from '../kinds.ts';
import { primaryAddress, slotMetrics } from '../list-kinds.ts';
import { atStart, awaits, foreign } from './traits.ts';

const replication = awaits('replication');
const migration = foreign('slots move without a child process, a replication buffer or an archive of their own');
const hostNameLengthMax = 256;
const nodeNameLengthMax = 255;
const backlogBytesMin = 16 * 1024;

export const clusterOptions = {
  'cluster-enabled': yesNo(false, atStart),
  'cluster-config-file': text('nodes.conf', atStart),
  'cluster-config-save-behavior': oneOf('sync', ['sync', 'best-effort']),
  'cluster-port': integer(0, 0, 65535, atStart),
  'cluster-announce-ip': text(''),
  'cluster-announce-port': integer(0, 0, 65535),
  'cluster-announce-tls-port': integer(0, 0, 65535),
  'cluster-announce-bus-port': integer(0, 0, 65535),
  'cluster-announce-hostname': text('', { check: hostNameReason }),
  'cluster-announce-human-nodename': text('', { check: nodeNameReason }),
  'cluster-announce-client-ipv4': text('', { check: ipReason(4) }),
  'cluster-announce-client-ipv6': text('', { check: ipReason(6) }),
  'cluster-announce-client-port': integer(0, 0, 65535),
  'cluster-announce-client-tls-port': integer(0, 0, 65535),
  'cluster-preferred-endpoint-type': oneOf('ip', ['ip', 'hostname', 'unknown-endpoint']),
  'cluster-require-full-coverage': yesNo(true),
  'cluster-allow-reads-when-down': yesNo(false),
  'cluster-allow-pubsubshard-when-down': yesNo(true, awaits('publish and subscribe')),
  'cluster-node-timeout': integer(15000, 0, int64Max),
  'cluster-ping-interval': integer(1000, 0, int64Max, { hidden: true }),
  'cluster-blacklist-ttl': integer(60, 0, int64Max, { hidden: true }),
  'cluster-message-gossip-perc': integer(10, 0, 100, { hidden: true }),
  'cluster-link-sendbuf-limit': memory(0, 0, uint64Max),
  'cluster-manual-failover-timeout': integer(5000, 1, int32Max, replication),
  'cluster-migration-barrier': integer(1, 0, int32Max, replication),
  'cluster-allow-replica-migration': yesNo(true),
  'cluster-replica-validity-factor': integer(10, 0, int32Max, { aliases: ['cluster-slave-validity-factor'], ...replication }),
  'cluster-replica-no-failover': yesNo(false, { aliases: ['cluster-slave-no-failover'], ...replication }),
  'cluster-databases': integer(1, 1, int32Max, { ...atStart, ...foreign('a cluster has database 0 only') }),
  'cluster-slot-stats-enabled': slotMetrics(),
  'cluster-compatibility-sample-ratio': integer(0, 0, 100, awaits('cluster compatibility statistics')),
  'cluster-slot-migration-handoff-max-lag-bytes': memory(2 ** 20, 0, int64Max),
  'cluster-slot-migration-write-pause-timeout': integer(10_000, 0, int64Max),
  'cluster-slot-migration-sync-buffer-drain-timeout': integer(60_000, 0, int64Max, { hidden: true, ...migration }),
  'cluster-slot-migration-max-archived-tasks': integer(32, 1, int32Max, { hidden: true, ...migration }),
  'cluster-slot-migration-log-max-len': integer(1000, 0, int64Max),
  'slot-migration-max-failover-repl-bytes': integer(0, -1, int64Max, migration),
  'availability-zone': text('', replication),

  replicaof: primaryAddress({ ...atStart, aliases: ['slaveof'], ...replication }),
  masterauth: text('', { sensitive: true, aliases: ['primaryauth'] }),
  masteruser: text('', { sensitive: true, aliases: ['primaryuser'] }),
  'replica-announce-ip': text('', { aliases: ['slave-announce-ip'], ...replication }),
  'replica-announce-port': integer(0, 0, 65535, { aliases: ['slave-announce-port'], ...replication }),
  'replica-announced': yesNo(true, replication),
  'replica-priority': integer(100, 0, int32Max, { aliases: ['slave-priority'], ...replication }),
  'replica-read-only': yesNo(true, { aliases: ['slave-read-only'], ...replication }),
  'replica-serve-stale-data': yesNo(true, { aliases: ['slave-serve-stale-data'], ...replication }),
  'replica-ignore-maxmemory': yesNo(true, { aliases: ['slave-ignore-maxmemory'], ...replication }),
  'replica-ignore-disk-write-errors': yesNo(false, replication),
  'replica-lazy-flush': yesNo(false, { aliases: ['slave-lazy-flush'], ...replication }),
  'replica-full-sync-buffer-limit': memory(0, 0, int64Max, replication),
  'min-replicas-to-write': integer(0, 0, int32Max, { aliases: ['min-slaves-to-write'], ...replication }),
  'min-replicas-max-lag': integer(10, 0, int32Max, { aliases: ['min-slaves-max-lag'], ...replication }),
  'repl-backlog-size': memory(2 ** 20, 1, int64Max, { adjust: (bytes) => Math.max(backlogBytesMin, bytes), ...replication }),
  'repl-backlog-ttl': integer(3600, 0, int64Max, replication),
  'repl-timeout': integer(60, 1, int32Max, replication),
  'repl-ping-replica-period': integer(10, 1, int32Max, { aliases: ['repl-ping-slave-period'], ...replication }),
  'repl-disable-tcp-nodelay': yesNo(false, replication),
  'repl-mptcp': yesNo(false, replication),
  'repl-diskless-sync': yesNo(true, replication),
  'repl-diskless-sync-delay': integer(5, 0, int32Max, replication),
  'repl-diskless-sync-max-replicas': integer(0, 0, int32Max, replication),
  'repl-diskless-load': oneOf('disabled', ['disabled', 'on-empty-db', 'swapdb'], { denyLoading: true, ...replication }),
  'repl-rdb-channel': yesNo(false, replication),
  'dual-channel-replication-enabled': yesNo(false, replication),
  'propagation-error-behavior': oneOf('ignore', ['ignore', 'panic', 'panic-on-replicas'], replication),
};

function ipReason(family: 4 | 6): (ip: string) => string | undefined {
  return (ip) => (ip === '' || isIP(ip) === family ? undefined : `Invalid IPv${family} address`);
}

function hostNameReason(name: string): string | undefined {
  if (name.length >= hostNameLengthMax) return `Hostnames must be less than ${hostNameLengthMax} characters`;
  return /^[A-Za-z0-9.-]*$/.test(name) ? undefined : 'Hostnames may only contain alphanumeric characters, hyphens or dots';
}

/** What the bus and nodes.conf can carry, also those of other nodes. */
function nodeNameReason(name: string): string | undefined {
  if (name.length > nodeNameLengthMax) return `Node names must be at most ${nodeNameLengthMax} characters`;
  return /^[A-Za-z0-9._/-]*$/.test(name) ? undefined : 'Announced human node name contained invalid character';
}
