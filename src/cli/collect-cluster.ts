/** Asks the nodes of a cluster, whatever servers they are, for what `tessera cluster status` shows. */
import { existsSync, readFileSync } from 'node:fs';
import { addressText } from './cluster-view.ts';
import type { Collected, NodeAnswer } from './cluster-view.ts';
import { withClient } from './connect.ts';
import type { Access, Address, Client } from './connect.ts';
import type { LocalNode } from './local-nodes.ts';
import { figuresOf } from './node-figures.ts';
import { reasonOf } from './reason.ts';
import { parseInfo, parseMigrations, parseNodeLines } from './replies.ts';
import type { NodeLine } from './replies.ts';
import { CommandError } from './usage.ts';

/** A node that can be asked for all others. */
export interface Seed {
  readonly address: Address;
  readonly access: Access;
}

/** The first seed that answers tells of the others. Throws CommandError when none does. */
export async function collectCluster(seeds: readonly Seed[]): Promise<Collected> {
  const reasons: string[] = [];
  for (const seed of seeds) {
    try {
      const { lines, state, epoch } = await askSeed(seed);
      const answers = await Promise.all(lines.map(async (line) => [line.id, await askNode(line, seed, seeds)] as const));
      return { lines, state, epoch, answers: new Map(answers) };
    } catch (error) {
      reasons.push(`${seedName(seed.address)}: ${reasonOf(error)}`);
    }
  }
  throw new CommandError(`no answer from ${reasons.join('\n    ')}`);
}

/** What the nodes of a directory last knew of each other, when none of them runs. */
export function recallCluster(nodes: readonly LocalNode[], failure: string): Collected {
  const path = nodes.map(({ nodesPath }) => nodesPath).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new CommandError('none of the nodes has ever run');
  const text = readFileSync(path, 'utf8');
  const { host, port } = nodes.find(({ nodesPath }) => nodesPath === path)!;
  const lines = parseNodeLines(text).map((line) => (isMyself(line) ? { ...line, host, port } : line));
  const epoch = Number(/currentEpoch (\d+)/.exec(text)?.[1] ?? 0);
  return { lines, state: 'down', epoch, answers: new Map(lines.map(({ id }) => [id, { failure }])) };
}

async function askSeed({ address, access }: Seed): Promise<Pick<Collected, 'lines' | 'state' | 'epoch'>> {
  return await withClient(address, access, async (client) => {
    const info = parseInfo(await client.text('CLUSTER', 'INFO'));
    const lines = parseNodeLines(await client.text('CLUSTER', 'NODES'));
    const own = 'socketPath' in address ? { host: '127.0.0.1' } : address;
    return {
      // A node alone does not know its own address; others may know it by one that cannot be reached from here.
      lines: lines.map((line) => (isMyself(line) ? { ...line, ...own } : line)),
      state: info.get('cluster_state') === 'ok' ? 'ok' : 'fail',
      epoch: Number(info.get('cluster_current_epoch') ?? 0),
    };
  });
}

async function askNode(line: NodeLine, base: Seed, seeds: readonly Seed[]): Promise<NodeAnswer> {
  const { host, port, flags } = line;
  if (flags.includes('noaddr')) return { failure: 'its address is not known' };
  const known = isMyself(line) ? base : seeds.find(({ address }) => !('socketPath' in address) && address.host === host && address.port === port);
  try {
    return await withClient(known?.address ?? { host, port }, (known ?? base).access, answersOf);
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

async function answersOf(client: Client): Promise<NodeAnswer> {
  const [nodes, info, migrations] = await Promise.all([
    client.text('CLUSTER', 'NODES'), client.text('INFO'),
    // Only some servers know it.
    client.call('CLUSTER', 'GETSLOTMIGRATIONS').catch(() => null),
  ]);
  return { lines: parseNodeLines(nodes), figures: figuresOf(parseInfo(info)), migrations: parseMigrations(migrations) };
}

function isMyself({ flags }: NodeLine): boolean {
  return flags.includes('myself');
}

function seedName(address: Address): string {
  return 'socketPath' in address ? address.socketPath : addressText(address.host, address.port);
}
