/** Makes a cluster of nodes that know nobody yet, as redis-cli does: slots, epochs, introductions, and waiting for agreement. */
import { setTimeout as delay } from 'node:timers/promises';
import { addressText } from './cluster-view.ts';
import { Client } from './connect.ts';
import type { LocalNode } from './local-nodes.ts';
import { parseInfo, parseNodeLines } from './replies.ts';
import { evenRanges, rangesText } from './slot-ranges.ts';
import { CommandError } from './usage.ts';

const askAgainMs = 100;
/** Beside the time that the nodes themselves take to give a node up and to forgive it. */
const agreementMsMax = 60_000;
const nodeTimeoutFactor = 4;

export async function formCluster(nodes: readonly LocalNode[], signal: AbortSignal): Promise<void> {
  await withClients(nodes, async (clients) => {
    const [first] = nodes;
    const ranges = evenRanges(nodes.length);
    for (const [index, client] of clients.entries()) {
      const { start, end } = ranges[index]!;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(start), String(end));
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      signal.throwIfAborted();
    }
    for (const client of clients.slice(1)) await client.call('CLUSTER', 'MEET', first!.host, String(first!.port));
  });
  await untilAgreed(nodes, signal);
}

/** Until every node says that the cluster is ok, knows all nodes, and gives each slot to the same node. */
export async function untilAgreed(nodes: readonly LocalNode[], signal: AbortSignal): Promise<void> {
  const patienceMs = agreementMsMax + nodeTimeoutFactor * Math.max(...nodes.map(({ nodeTimeoutMs }) => nodeTimeoutMs));
  await withClients(nodes, async (clients) => {
    let dissent: string | undefined = '';
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += askAgainMs) {
      dissent = await findDissent(nodes, clients);
      if (dissent === undefined) return;
      await delay(askAgainMs, undefined, { signal });
    }
    throw new CommandError(`the nodes do not agree after ${Math.round(patienceMs / 1000)} s: ${dissent}`);
  });
}

async function findDissent(nodes: readonly LocalNode[], clients: readonly Client[]): Promise<string | undefined> {
  const opinions = await Promise.all(clients.map(async (client) => ({
    info: parseInfo(await client.text('CLUSTER', 'INFO')),
    lines: parseNodeLines(await client.text('CLUSTER', 'NODES')),
  })));
  const maps = opinions.map(({ lines }) => lines.map(({ id, slots }) => `${id} ${rangesText(slots)}`).toSorted().join('\n'));
  for (const [index, { info, lines }] of opinions.entries()) {
    const name = addressText(nodes[index]!.host, nodes[index]!.port);
    const state = info.get('cluster_state');
    if (lines.length < nodes.length) return `${name} knows ${lines.length} of ${nodes.length} nodes`;
    if (state !== 'ok') return `${name} says that the cluster is in state ${state}`;
    const bad = lines.find(({ flags }) => flags.some((flag) => ['handshake', 'fail', 'fail?'].includes(flag)));
    if (bad !== undefined) return `${name} says that ${addressText(bad.host, bad.port)} is ${bad.flags.join(',')}`;
    if (maps[index] !== maps[0]) return `${name} sees other owners of slots than ${addressText(nodes[0]!.host, nodes[0]!.port)}`;
  }
  return undefined;
}

async function withClients(nodes: readonly LocalNode[], use: (clients: readonly Client[]) => Promise<void>): Promise<void> {
  const clients: Client[] = [];
  try {
    for (const node of nodes) clients.push(await Client.connect(node, node.access));
    await use(clients);
  } finally {
    for (const client of clients) client.close();
  }
}
