/** nodes.conf is Redis's file: redis-server must start from ours and we from what it then writes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import { parseNodesConf, printNodesConf } from '../../../src/cluster/nodes-conf.ts';
import type { ClusterState } from '../../../src/cluster/state.ts';
import { claimPort } from '../../support/free-port.ts';
import { hasReference } from '../../support/redis-binary.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { idOf, me, myShard, other, owning, stateWith, third } from './support.ts';

/** Everything that both versions keep. The shard's id is of Redis 7.2, as is the way it is written. */
function kept(state: ClusterState): unknown {
  const nodes = [...state.nodes.values()].map(({ id, ip, port, busPort, flags, primaryId, configEpoch }) => ({ id, ip, port, busPort, flags, primaryId, configEpoch }));
  return { ...state, nodes: nodes.toSorted((a, b) => a.id.localeCompare(b.id)) };
}

describe.runIf(hasReference())('a nodes.conf of ours', () => {
  test('is taken over by redis-server, and back', async () => {
    const port = await claimPort();
    const busPort = await claimPort();
    const gone = await claimPort();
    const written: ClusterState = {
      ...owning(
        stateWith(
          { id: me, ip: '127.0.0.1', port, busPort, configEpoch: 3n },
          { id: other, ip: '127.0.0.1', port: gone, busPort: gone, shardId: idOf('2'), configEpoch: 5n, humanName: 'bee' },
          { id: third, ip: '127.0.0.1', port: gone, busPort: gone, flags: NodeFlag.replica | NodeFlag.noFailover, primaryId: other },
        ),
        { 0: me, 1: me, 2: me, 5: me, 16383: other },
      ),
      currentEpoch: 2n ** 64n - 2n,
      lastVoteEpoch: 7n,
      migratingTo: new Map([[5, other]]),
      importingFrom: new Map([[9, other]]),
    };
    const dir = makeTempDir('nodes-conf');
    writeFileSync(join(dir, 'nodes.conf'), printNodesConf(written));
    const server = await startRedis({ dir, port, config: { 'cluster-enabled': 'yes', 'cluster-port': String(busPort) } });
    const client = await connect(server);
    expect(await client.call('CLUSTER', 'SAVECONFIG')).toBe('OK');
    client.close();
    await server.stop();
    expect(kept(parseNodesConf(readFileSync(join(dir, 'nodes.conf'), 'latin1'), 0, myShard))).toEqual(kept(written));
  });
});
