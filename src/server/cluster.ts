/**
 * Opens the node's membership of a cluster and ties it to the keyspace, the door, the configuration and the bus. In two
 * steps: what nodes.conf says can be asked while data is still loaded; the bus and migrations need the data.
 */
import { join } from 'node:path';
import { crypto } from '../base/lazy-modules.ts';
import { Random } from '../base/random.ts';
import type { FileLock } from '../base/file-lock.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import { lockNodesFile } from '../cluster/nodes-file-lock.ts';
import { openClusterNode } from '../cluster/open-cluster-node.ts';
import type { ClusterSettings } from '../cluster/settings.ts';
import type { ConfigValues } from '../config/options.ts';
import { ClusterBus, busPort } from './cluster-bus.ts';
import { SlotMigrations } from './migration/slot-migrations.ts';
import type { Server } from './server.ts';

export interface OpenCluster {
  readonly node: ClusterNode;
  /** On nodes.conf. */
  readonly lock: FileLock;
}

/**
 * To be called before the data is loaded: the node then serves no keys, and its bus is closed. Throws
 * NodesFileInUseError and what keeps nodes.conf from being read or written.
 */
export function openCluster(server: Server): OpenCluster {
  const { config, clock, door, logger } = server;
  const configured = config.values['cluster-config-file'];
  const path = join(config.values.dir, configured);
  const lock = lockNodesFile(path, configured);
  const { node, wasKnown } = openClusterNode(path, settings(config.values), {
    keyCount: () => server.keyCount(0),
    slotKeyCount: (slot) => server.countKeysInSlot(slot),
    dropKeys: () => server.dropKeys(),
    now: () => Math.floor(clock.now()),
    random: new Random(crypto().randomInt(2 ** 32)),
  });
  logger.notice(wasKnown ? `Node configuration loaded, I'm ${node.myself.id}` : `No cluster configuration found, I'm ${node.myself.id}`);
  node.setLoading(true);
  server.cluster = node;
  door.situations = node.table.situations;
  server.slotStatistics.follow(node.table);
  let wasUp = node.table.health.up;
  node.onChange((table) => {
    door.situations = table.situations;
    server.slotStatistics.follow(table);
    door.resumeWaiting();
    if (table.health.up !== wasUp) logger.notice(`Cluster state changed: ${table.health.up ? 'ok' : 'fail'}`);
    wasUp = table.health.up;
  });
  config.onChange([
    'port', 'tls-port', 'cluster-announce-ip', 'cluster-announce-port', 'cluster-announce-tls-port', 'cluster-announce-bus-port',
    'cluster-announce-hostname', 'cluster-announce-human-nodename', 'cluster-announce-client-ipv4', 'cluster-announce-client-ipv6',
    'cluster-announce-client-port', 'cluster-announce-client-tls-port', 'cluster-require-full-coverage', 'cluster-allow-reads-when-down',
    'cluster-preferred-endpoint-type', 'cluster-node-timeout', 'cluster-ping-interval', 'cluster-blacklist-ttl',
    'cluster-message-gossip-perc', 'cluster-allow-replica-migration', 'tls-cluster', 'cluster-config-save-behavior',
  ], (values) => {
    const reason = node.configure(settings(values));
    if (reason !== undefined) throw new Error(reason);
  });
  return { node, lock };
}

/** To be called once the data is loaded. Throws what keeps nodes.conf from being written, and ListenError. */
export async function joinCluster(server: Server, node: ClusterNode): Promise<ClusterBus> {
  const failure = node.claimSlotsWithKeys();
  if (failure !== undefined) throw new Error(failure);
  node.setLoading(false);
  const bus = new ClusterBus(server, node, (slots) => void server.dropSlots(slots));
  await bus.open();
  server.migrations = new SlotMigrations(server, node);
  server.migrations.open();
  return bus;
}

function settings(values: ConfigValues): ClusterSettings {
  const { port } = values;
  const tlsPort = values['tls-port'];
  return {
    requireFullCoverage: values['cluster-require-full-coverage'],
    allowReadsWhenDown: values['cluster-allow-reads-when-down'],
    preferredEndpoint: values['cluster-preferred-endpoint-type'],
    address: {
      ip: values['cluster-announce-ip'],
      port: values['cluster-announce-port'] || port,
      tlsPort: values['cluster-announce-tls-port'] || tlsPort,
      busPort: values['cluster-announce-bus-port'] || busPort(values),
      hostname: values['cluster-announce-hostname'],
    },
    humanName: values['cluster-announce-human-nodename'],
    clientIpv4: values['cluster-announce-client-ipv4'],
    clientIpv6: values['cluster-announce-client-ipv6'],
    clientTcpPort: values['cluster-announce-client-port'],
    clientTlsPort: values['cluster-announce-client-tls-port'],
    nodeTimeoutMs: values['cluster-node-timeout'],
    pingIntervalMs: values['cluster-ping-interval'],
    blacklistTtlMs: values['cluster-blacklist-ttl'] * 1000,
    gossipPercent: values['cluster-message-gossip-perc'],
    allowReplicaMigration: values['cluster-allow-replica-migration'],
    overTls: values['tls-cluster'],
    savesBestEffort: values['cluster-config-save-behavior'] === 'best-effort',
  };
}
