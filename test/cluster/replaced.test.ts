/**
 * A member that has gone, with a stranger at its address: nobody knows where it is now, and nobody calls that a failure. All
 * show the same of it, and have it back as soon as it is back.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../src/base/crc16.ts';
import { hasReference } from '../support/redis-binary.ts';
import { ClusterMember, MixedCluster } from './mixed-cluster.ts';

describe.runIf(hasReference())('a member in whose place a stranger answers', () => {
  const strangers: ClusterMember[] = [];
  let cluster: MixedCluster;

  beforeAll(async () => {
    // Nobody is to be suspected, however long a start takes.
    cluster = await MixedCluster.start(['tessera', 'redis', 'redis'], { 'cluster-node-timeout': '60000' });
    await cluster.create();
  }, 60_000);

  afterAll(async () => {
    for (const { client, server } of strangers) {
      client?.close();
      await server?.kill();
    }
    await cluster.stop();
  });

  test('has no address, has not failed, and comes back', async () => {
    const [tessera, redis, lost] = cluster.members as [ClusterMember, ClusterMember, ClusterMember];
    const [id, port, key] = [await lost.id(), lost.port, 'foo'];
    expect((await tessera.client.callRaw('GET', key)).toString()).toBe(`-MOVED ${slotOf(key)} 127.0.0.1:${port}\r\n`);
    await lost.kill();
    const stranger = new ClusterMember('redis', { ...lost.options, port });
    strangers.push(stranger);
    await stranger.start();
    for (const member of [tessera, redis]) {
      await member.when('the address is not known', async () => (await lineOf(member, id)).includes('noaddr'));
      expect(await lineOf(member, id)).toBe(`${id} :0@0 master,noaddr - 3 disconnected 10923-16383`);
      await member.isUp();
      expect((await member.client.callRaw('GET', key)).toString()).toBe(`-MOVED ${slotOf(key)} :0\r\n`);
    }
    await stranger.kill();
    await lost.start();
    for (const member of [tessera, redis]) {
      await member.when('it is back', async () => (await lineOf(member, id)).startsWith(`${id} 127.0.0.1:${port}@`));
      await member.sees(port, /^master$/);
    }
  }, 120_000);
});

/** How a member shows another in CLUSTER NODES, without times. */
async function lineOf({ client }: ClusterMember, id: string): Promise<string> {
  const words = String(await client.call('CLUSTER', 'NODES')).split('\n').find((line) => line.startsWith(id))!.split(' ');
  return words.filter((_, i) => i !== 4 && i !== 5).join(' ');
}

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, key.length);
}
