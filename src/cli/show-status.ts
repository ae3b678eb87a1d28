/** `tessera cluster status`: a drawing of the cluster, or all of it as JSON. */
import type { StatusRequest } from './arguments.ts';
import { viewCluster } from './cluster-view.ts';
import type { Collected } from './cluster-view.ts';
import type { Access } from './connect.ts';
import { collectCluster, recallCluster } from './collect-cluster.ts';
import { drawCluster } from './draw-cluster.ts';
import { readLocalNodes } from './local-nodes.ts';
import { stateOfNode } from './local-process.ts';
import type { Terminal } from './terminal.ts';

/** Whether the cluster is well. Throws CommandError when nothing can be found out. */
export async function showStatus({ from, access, asJson, showsShards }: StatusRequest, terminal: Terminal): Promise<boolean> {
  const view = viewCluster('dir' in from ? await collectLocal(from.dir, access) : await collectCluster([{ address: from, access }]));
  if (asJson) terminal.say(JSON.stringify(view, undefined, 2));
  else for (const line of drawCluster(view, { ...terminal, showsShards })) terminal.say(line);
  return view.isWell;
}

/** A login that is given goes before the nodes' own. */
async function collectLocal(dir: string, access: Access): Promise<Collected> {
  const nodes = readLocalNodes(dir).map((node) => ({ ...node, access: { ...node.access, ...access } }));
  const states = await Promise.all(nodes.map(stateOfNode));
  const running = nodes.filter((_, index) => states[index]!.is === 'running');
  if (running.length === 0) return recallCluster(nodes, 'it does not run');
  return await collectCluster(running.map((node) => ({ address: node, access: node.access })));
}
