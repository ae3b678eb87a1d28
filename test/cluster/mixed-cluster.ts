/** Clusters of redis-server and Tessera for the tests of the bus: made by redis-cli, looked at through any node. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { nodeLines } from '../support/cluster-nodes.ts';
import type { NodeLine } from '../support/cluster-nodes.ts';
import { claimPort } from '../support/free-port.ts';
import type { RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startRedis, startTessera } from '../support/start-server.ts';
import type { StartOptions } from '../support/start-server.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
/** Long enough for a busy machine: a node that is late by this is suspected. */
const nodeTimeoutMs = 3000;
const patienceMs = 50_000;

export type Kind = 'redis' | 'tessera';

export class ClusterMember {
  readonly kind: Kind;
  readonly options: StartOptions;
  server!: Server;
  client!: RespClient;

  constructor(kind: Kind, options: StartOptions) {
    this.kind = kind;
    this.options = options;
  }

  get port(): number {
    return this.server.address.port;
  }

  async start(): Promise<void> {
    const dir = this.server === undefined ? {} : { dir: this.server.dir };
    const start = this.kind === 'redis' ? startRedis : startTessera;
    this.server = await start({ ...this.options, ...dir, readyTimeoutMs: patienceMs });
    this.client = await connect(this.server, 'tcp', patienceMs);
  }

  async kill(): Promise<void> {
    this.client.close();
    await this.server.kill();
  }

  async id(): Promise<string> {
    return String(await this.client.call('CLUSTER', 'MYID'));
  }

  /** How this node sees the cluster. */
  async nodes(): Promise<NodeLine[]> {
    return nodeLines(String(await this.client.call('CLUSTER', 'NODES')));
  }

  /** Waits until this node's flags of the node at `port` are such. */
  async sees(port: number, flags: RegExp): Promise<void> {
    await this.when(`node ${port} is ${flags}`, async () => (await this.nodes()).some((node) => node.port === port && flags.test(node.flags)));
  }

  async isUp(): Promise<void> {
    await this.when('the cluster is up', async () => (await this.client.callRaw('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  }

  async when(what: string, holds: () => Promise<boolean>): Promise<void> {
    await until(`${this.kind} ${this.port}: ${what}`, holds, patienceMs);
  }
}

export class MixedCluster {
  readonly members: ClusterMember[] = [];

  /** Nodes alone, one of each kind given. */
  static async start(kinds: readonly Kind[], config: Readonly<Record<string, string>> = {}, options: StartOptions = {}): Promise<MixedCluster> {
    const cluster = new MixedCluster();
    const members = await Promise.all(kinds.map(async (kind) => new ClusterMember(kind, {
      ...options,
      port: await claimPort(),
      config: {
        'cluster-enabled': 'yes', 'cluster-node-timeout': String(nodeTimeoutMs), 'cluster-port': String(await claimPort()), ...config,
      },
    })));
    cluster.members.push(...members);
    await Promise.all(members.map((member) => member.start()));
    return cluster;
  }

  /** Joins the first `count` members by redis-cli, as primaries of a third of the slots each; its output. */
  async create(count = this.members.length, ...options: readonly string[]): Promise<string> {
    const addresses = this.members.slice(0, count).map(({ port }) => `127.0.0.1:${port}`);
    const output = await redisCli('--cluster', 'create', ...addresses, '--cluster-yes', ...options);
    for (const member of this.members.slice(0, count)) await member.isUp();
    return output;
  }

  async stop(): Promise<void> {
    for (const { client, server } of this.members) {
      client?.close();
      await server?.kill();
    }
  }
}

export async function redisCli(...words: readonly string[]): Promise<string> {
  try {
    return (await run('redis-cli', [...words], { timeout: patienceMs })).stdout;
  } catch (error) {
    throw new Error(`redis-cli ${words.join(' ')}: ${(error as { stdout?: string }).stdout}`, { cause: error });
  }
}
