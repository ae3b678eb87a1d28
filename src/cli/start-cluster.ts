/** `tessera cluster start`: the nodes of a directory that do not run, until all nodes agree again. */
import { addressText } from './cluster-view.ts';
import { untilAgreed } from './form-cluster.ts';
import { interruptible } from './interrupt.ts';
import { Launcher } from './launcher.ts';
import { readLocalNodes } from './local-nodes.ts';
import type { LocalNode } from './local-nodes.ts';
import { stateOfNode } from './local-process.ts';
import { nextSteps } from './next-steps.ts';
import type { Terminal } from './terminal.ts';
import { CommandError } from './usage.ts';

export async function startCluster(dir: string, { say, paint }: Terminal): Promise<void> {
  const nodes = readLocalNodes(dir);
  const stopped = await findStopped(nodes);
  if (stopped.length === 0) return say(`All ${nodes.length} nodes run already.`);
  say(`Starting ${stopped.map(({ host, port }) => addressText(host, port)).join(', ')}`);
  const launcher = new Launcher();
  try {
    await interruptible(async (signal) => {
      await Promise.all(stopped.map((node) => launcher.start(node, signal)));
      say('Waiting until all nodes agree');
      await untilAgreed(nodes, signal);
    });
  } catch (error) {
    await launcher.takeBack();
    throw error;
  }
  launcher.letGo();
  say(`The cluster is ok.\n`);
  for (const line of nextSteps(nodes[0]!, dir, paint)) say(line);
}

async function findStopped(nodes: readonly LocalNode[]): Promise<LocalNode[]> {
  const states = await Promise.all(nodes.map(stateOfNode));
  for (const [index, state] of states.entries()) {
    const name = addressText(nodes[index]!.host, nodes[index]!.port);
    if (state.is === 'foreign') throw new CommandError(`${name} cannot start: ${state.reason}`);
    if (state.is === 'silent') throw new CommandError(`${name} runs (process ${state.pid}), but does not answer: ${state.reason}`);
  }
  return nodes.filter((_, index) => states[index]!.is === 'stopped');
}
