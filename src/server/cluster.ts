/** Opens the node's membership of a cluster and ties it to the keyspace, the door and the configuration. */
import { join } from 'node:path';
import type { ClusterSettings } from '../cluster/cluster-node.ts';
import { openClusterNode } from '../cluster/open-cluster-node.ts';
import type { ConfigValues } from '../config/options.ts';
import type { Server } from './server.ts';

const busPortDistance = 10_000;

/** To be called once the data is loaded. Throws what keeps nodes.conf from being read or written. */
export function openCluster(server: Server): void {
  const { config, clock, door, logger } = server;
  const { node, wasKnown } = openClusterNode(join(config.values.dir, config.values['cluster-config-file']), settings(config.values), {
    keyCount: () => server.keyCount(0),
    slotKeyCount: (slot) => server.countKeysInSlot(slot),
    dropKeys: () => server.dropKeys(),
  }, clock.now());
  logger.notice(wasKnown ? `Node configuration loaded, I'm ${node.myself.id}` : `No cluster configuration found, I'm ${node.myself.id}`);
  const failure = node.claimSlotsWithKeys();
  if (failure !== undefined) throw new Error(failure);
  server.cluster = node;
  door.situations = node.table.situations;
  node.onChange((table) => { door.situations = table.situations; });
  config.onChange([
    'port', 'tls-port', 'cluster-announce-ip', 'cluster-announce-port', 'cluster-announce-tls-port', 'cluster-announce-bus-port',
    'cluster-announce-hostname', 'cluster-require-full-coverage', 'cluster-allow-reads-when-down', 'cluster-preferred-endpoint-type',
  ], (values) => {
    const reason = node.configure(settings(values));
    if (reason !== undefined) throw new Error(reason);
  });
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
      busPort: values['cluster-announce-bus-port'] || values['cluster-port'] || (port || tlsPort) + busPortDistance,
      hostname: values['cluster-announce-hostname'],
    },
  };
}
