/** Makes a cluster of nodes that know nobody yet, as redis-cli does: slots, epochs, introductions, and waiting for agreement. */
import { setTimeout as delay } from 'node:timers/promises';
import { addressText } from './cluster-view.ts';
import { Client } from './connect.ts';
import type { LocalNode } from './local-nodes.ts';
import { nodeFailure } from './node-failure.ts';
import { reasonOf } from './reason.ts';
import { parseInfo, parseNodeLines } from './replies.ts';
import { evenRanges, rangesText } from './slot-ranges.ts';

const askAgainMs = 100;
/** Beside the time that the nodes themselves take to give a node up and to forgive it. */
const agreementMsMax = 60_000;
const nodeTimeoutFactor = 4;
/** The machine may be busy with all these starts. */
const silenceMsMax = 30_000;

interface Member {
  readonly node: LocalNode;
  readonly client: Client;
}

interface Dissent {
  readonly node: LocalNode;
  /** As a verb and what follows. */
  readonly opinion: string;
}

export async function formCluster(nodes: readonly LocalNode[], signal: AbortSignal): Promise<void> {
  const [first] = nodes;
  const ranges = evenRanges(nodes.length);
  await withMembers(nodes, async (members) => {
    for (const [index, member] of members.entries()) {
      const { start, end } = ranges[index]!;
      await order(member, 'CLUSTER', 'ADDSLOTSRANGE', String(start), String(end));
      await order(member, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      signal.throwIfAborted();
    }
    for (const member of members.slice(1)) await order(member, 'CLUSTER', 'MEET', first!.host, String(first!.port));
  });
  await untilAgreed(nodes, signal);
}

/** Until every node says that the cluster is ok, knows all nodes, and gives each slot to the same node. */
export async function untilAgreed(nodes: readonly LocalNode[], signal: AbortSignal): Promise<void> {
  const patienceMs = agreementMsMax + nodeTimeoutFactor * Math.max(...nodes.map(({ nodeTimeoutMs }) => nodeTimeoutMs));
  await withMembers(nodes, async (members) => {
    let dissent: Dissent | undefined;
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += askAgainMs) {
      dissent = await findDissent(members);
      if (dissent === undefined) return;
      await delay(askAgainMs, undefined, { signal });
    }
    if (dissent !== undefined) throw nodeFailure(dissent.node, `does not agree after ${Math.round(patienceMs / 1000)} s: it ${dissent.opinion}`);
  });
}

async function findDissent(members: readonly Member[]): Promise<Dissent | undefined> {
  const opinions = await Promise.all(members.map(async (member) => ({
    info: parseInfo(await order(member, 'CLUSTER', 'INFO')),
    lines: parseNodeLines(await order(member, 'CLUSTER', 'NODES')),
  })));
  const maps = opinions.map(({ lines }) => lines.map(({ id, slots }) => `${id} ${rangesText(slots)}`).toSorted().join('\n'));
  for (const [index, { info, lines }] of opinions.entries()) {
    const { node } = members[index]!;
    const state = info.get('cluster_state');
    if (lines.length < members.length) return { node, opinion: `knows ${lines.length} of ${members.length} nodes` };
    if (state !== 'ok') return { node, opinion: `says that the cluster is in state ${state}` };
    const bad = lines.find(({ flags }) => flags.some((flag) => ['handshake', 'fail', 'fail?'].includes(flag)));
    if (bad !== undefined) return { node, opinion: `says that ${addressText(bad.host, bad.port)} is ${bad.flags.join(',')}` };
    if (maps[index] !== maps[0]) return { node, opinion: 'sees other owners of slots than the first node' };
  }
  return undefined;
}

async function order({ node, client }: Member, ...words: readonly string[]): Promise<string> {
  try {
    return await client.text(...words);
  } catch (error) {
    throw nodeFailure(node, `answers ${words.join(' ')} with: ${reasonOf(error)}`);
  }
}

async function withMembers(nodes: readonly LocalNode[], use: (members: readonly Member[]) => Promise<void>): Promise<void> {
  const members: Member[] = [];
  try {
    for (const node of nodes) members.push({ node, client: await Client.connect(node, { ...node.access, silenceMsMax }) });
    await use(members);
  } finally {
    for (const { client } of members) client.close();
  }
}
