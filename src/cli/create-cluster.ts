/** `tessera cluster create`: everything is checked first, and a failure leaves neither process nor file behind. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { CreateRequest, TlsFiles } from './arguments.ts';
import { addressText } from './cluster-view.ts';
import { formCluster } from './form-cluster.ts';
import { checkPorts } from './free-ports.ts';
import { interruptible } from './interrupt.ts';
import { Launcher } from './launcher.ts';
import { checkDirectives, confPathIn, hostOf, nodeConfText, readLocalNode } from './local-nodes.ts';
import type { LocalNode, NodeConf } from './local-nodes.ts';
import { nextSteps } from './next-steps.ts';
import { reasonOf } from './reason.ts';
import { evenRanges, rangesText } from './slot-ranges.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';
import { CommandError } from './usage.ts';

/** Fewer than these cannot outvote one that has failed. */
const nodeCountForMajority = 3;

export async function createCluster(request: CreateRequest, terminal: Terminal): Promise<void> {
  const { dir, nodeCount, basePort, tls, directives } = request;
  const ports = Array.from({ length: nodeCount }, (_, index) => basePort + index);
  checkDirectory(dir);
  const { bind } = checkDirectives(['bind 127.0.0.1', ...directives]);
  checkReadable(tls);
  await checkPorts(hostOf(bind), ports);
  const shardCount = request.shardCount ?? Math.max(1, Math.floor(availableParallelism() / nodeCount));
  terminal.say(`Starting ${nodeCount} ${nodeCount === 1 ? 'node' : 'nodes'} with ${shardCount} ${shardCount === 1 ? 'shard' : 'shards'} each in ${dir}`);
  const { nodes, remove } = makeNodes(dir, ports.map((port) => ({ port, shardCount, tls, directives })));
  const launcher = new Launcher();
  try {
    const pids = await interruptible(async (signal) => {
      const started = await Promise.all(nodes.map((node) => launcher.start(node, signal)));
      terminal.say('Joining them, and waiting until all agree');
      await formCluster(nodes, signal);
      return started;
    });
    launcher.letGo();
    report(nodes, pids, dir, terminal);
  } catch (error) {
    await launcher.takeBack();
    remove();
    throw error;
  }
}

function checkDirectory(dir: string): void {
  if (!existsSync(dir)) return;
  const names = readdirSync(dir);
  if (names.length === 0) return;
  const isCluster = names.some((name) => existsSync(confPathIn(join(dir, name))));
  throw new CommandError(isCluster
    ? `${dir} holds a cluster already: start it with "tessera cluster start --dir ${dir}", or choose another directory`
    : `${dir} is not empty: there is ${names[0]} in it`);
}

function checkReadable(tls: TlsFiles | undefined): void {
  for (const path of tls === undefined ? [] : [tls.certFile, tls.keyFile, tls.caFile]) {
    try {
      accessSync(path, constants.R_OK);
    } catch (error) {
      throw new CommandError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** Directories and files; `remove` takes away what was made, and no more. */
function makeNodes(dir: string, confs: readonly NodeConf[]): { nodes: LocalNode[]; remove: () => void } {
  const root = resolve(dir);
  const made = mkdirSync(root, { recursive: true });
  const directories = confs.map(({ port }) => join(root, String(port)));
  const remove = (): void => {
    for (const path of made === undefined ? directories : [made]) rmSync(path, { recursive: true, force: true });
  };
  try {
    for (const [index, directory] of directories.entries()) {
      mkdirSync(directory);
      writeFileSync(confPathIn(directory), nodeConfText(confs[index]!, directory), { mode: 0o600 });
    }
    return { nodes: directories.map(readLocalNode), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function report(nodes: readonly LocalNode[], pids: readonly number[], dir: string, { say, width, paint }: Terminal): void {
  const ranges = evenRanges(nodes.length);
  const rows = nodes.map(({ host, port }, index) => [['bold', addressText(host, port)] as const, rangesText([ranges[index]!]), String(pids[index])]);
  const lines = [
    '', ...tableLines([{ title: 'NODE' }, { title: 'SLOTS' }, { title: 'PROCESS' }], rows, width, paint), '',
    `Each node has its files in ${join(dir, '<port>')}: node.conf, tessera.log and what it keeps.`, '', ...nextSteps(nodes[0]!, dir, paint),
    ...(nodes.length < nodeCountForMajority ? ['', 'With fewer than 3 nodes there is no majority that could tell that one has failed.'] : []),
  ];
  for (const line of lines) say(line);
}
