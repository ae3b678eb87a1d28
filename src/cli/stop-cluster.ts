/** `tessera cluster stop`: an ordered stop of each process that has proved to be a node of the directory. */
import { addressText } from './cluster-view.ts';
import { readLocalNodes } from './local-nodes.ts';
import type { LocalNode } from './local-nodes.ts';
import { stateOfNode, untilGone } from './local-process.ts';
import type { Terminal } from './terminal.ts';
import { CommandError } from './usage.ts';

const stopMsMax = 60_000;

export async function stopCluster(dir: string, { say, complain }: Terminal): Promise<void> {
  const nodes = readLocalNodes(dir);
  const outcomes = await Promise.all(nodes.map(stopNode));
  for (const { name, text, isFine } of outcomes) (isFine ? say : complain)(`  ${name}  ${text}`);
  if (outcomes.some(({ isFine }) => !isFine)) throw new CommandError('not all nodes are stopped');
}

async function stopNode(node: LocalNode): Promise<{ readonly name: string; readonly text: string; readonly isFine: boolean }> {
  const name = addressText(node.host, node.port);
  const state = await stateOfNode(node);
  if (state.is === 'stopped') return { name, text: 'did not run', isFine: true };
  if (state.is === 'foreign') return { name, text: `is left alone: ${state.reason}`, isFine: false };
  process.kill(state.pid, 'SIGTERM');
  const isGone = await untilGone(state.pid, stopMsMax);
  return isGone ? { name, text: 'stopped', isFine: true } : { name, text: `still runs after ${stopMsMax / 1000} s (process ${state.pid}); see ${node.logPath}`, isFine: false };
}
