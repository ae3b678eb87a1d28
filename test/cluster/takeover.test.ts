/** nodes.conf is Redis's: a Tessera goes on as the redis-server that wrote it, and the other way round. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import { ClusterMember, MixedCluster } from './mixed-cluster.ts';

const well = /^(?:myself,)?master$/;

describe.runIf(hasReference())('the nodes.conf of a member', () => {
  let cluster: MixedCluster;

  beforeAll(async () => {
    cluster = await MixedCluster.start(['redis', 'tessera', 'redis']);
    await cluster.create();
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  });

  /** Stops the member at `index` and starts one of the other kind in its directory, on its ports. */
  async function replace(index: number): Promise<void> {
    const former = cluster.members[index]!;
    const kind = former.kind === 'redis' ? 'tessera' : 'redis';
    const successor = new ClusterMember(kind, { ...former.options, port: former.port, dir: former.server.dir });
    await former.kill();
    cluster.members[index] = successor;
    await successor.start();
  }

  test.each([['a redis-server', 0], ['a Tessera', 1]])('of %s is taken over by the other kind', async (_, index) => {
    const before = cluster.members[index]!;
    const [id, { port }, epochs] = [await before.id(), before, await epochsOf(before)];
    const slots = (await before.nodes()).map((node) => `${node.port} ${node.slots}`).toSorted();
    await replace(index);
    const after = cluster.members[index]!;
    expect(after.kind).not.toBe(before.kind);
    expect(await after.id()).toBe(id);
    for (const member of cluster.members) {
      await member.sees(port, well);
      await member.isUp();
      expect((await member.nodes()).map((node) => `${node.port} ${node.slots}`).toSorted()).toEqual(slots);
    }
    expect(await epochsOf(after)).toEqual(epochs);
  }, 120_000);
});

async function epochsOf(member: ClusterMember): Promise<unknown> {
  const info = (await member.client.callRaw('CLUSTER', 'INFO')).toString();
  return [/cluster_current_epoch:\d+/.exec(info)![0], /cluster_my_epoch:\d+/.exec(info)![0]];
}
