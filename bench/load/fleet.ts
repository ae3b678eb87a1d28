/**
 * A cluster of many processes on this host: how long they take to know each other, what the bus costs at rest, how fast a
 * failure and a return are known; beside what the specification leads to expect (test/sim/figures-expected.ts). Times are
 * exact to the pace of the questions (bench/support/fleet.ts). On few cores so many processes also wait for each other.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeLine } from '../../test/support/cluster-nodes.ts';
import { expectation } from '../../test/sim/figures-expected.ts';
import { acknowledgedBytes } from '../support/bus-bytes.ts';
import type { Contestant } from '../support/contestants.ts';
import { Fleet, infoOf, paceMs } from '../support/fleet.ts';
import type { View } from '../support/fleet.ts';
import { processorSeconds } from '../support/processor-time.ts';
import { round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { median } from '../support/statistics.ts';

export interface FleetOptions {
  readonly nodeCount: number;
  readonly nodeTimeoutsMs: readonly number[];
  /** How long the cluster at rest is listened to. */
  readonly restSeconds: number;
}

interface Costs {
  /** Sent, per node and second. */
  readonly messages: number;
  readonly bytes: number;
  /** Of a processor, per node and second. */
  readonly processorMs: number;
  readonly residentBytes: number;
}

interface Figures extends Costs {
  readonly formedMs: number;
  /** From the end of a process until the first other node says `fail?` or `fail`. */
  readonly suspectedMs: number;
  /** … until each other node says `fail`. */
  readonly failedMs: readonly number[];
  /** Values of cluster_state that were seen in between. */
  readonly states: readonly string[];
  /** From its start until each other node sees all healthy. */
  readonly backMs: readonly number[];
  /** From its start until it takes connections, and from then until it sees all healthy itself. */
  readonly readyMs: number;
  readonly selfMs: number;
}

type Expected = ReturnType<typeof expectation>;
type Row = readonly [name: string, measured: (figures: Figures) => string, expected: (expected: Expected, figures: Figures) => string];

/** After the start, pings come in waves; they spread. */
const settleTimeouts = 2;

export async function measureFleet(contestants: readonly Contestant[], options: FleetOptions, report: Report): Promise<void> {
  for (const nodeTimeoutMs of options.nodeTimeoutsMs) {
    report.section(`A cluster of ${options.nodeCount} processes, cluster-node-timeout ${nodeTimeoutMs} ms, ${options.restSeconds} s at rest`);
    const found: Figures[] = [];
    for (const contestant of contestants) {
      found.push(await Fleet.with(contestant, options.nodeCount, nodeTimeoutMs, (fleet) => measure(fleet, nodeTimeoutMs, options.restSeconds)));
    }
    const expected = expectation({ nodeCount: options.nodeCount, nodeTimeoutMs });
    report.table(
      ['figure', ...contestants.map(({ name }) => name), 'expected'],
      rows.map(([name, measured, expect]) => [name, ...found.map(measured), expect(expected, found[0]!)]),
    );
    report.remark(`A node is asked every ${round((options.nodeCount * paceMs) / 1000)} s until one is found to know, and then the others at once. ` +
      `Where a refused connection is not held against a node, as by redis-server 7.0, it is first suspected after ${seconds(expected.silentMs)} s at most.`);
  }
}

const rows: readonly Row[] = [
  ['all know each other, s', ({ formedMs }) => seconds(formedMs), ({ formMs }, { messages }) => `about ${seconds(formMs(messages))}`],
  ['messages a node and second', ({ messages }) => round(messages), ({ messages }) => `<= ${round(messages)}`],
  ['KiB a node and second', ({ bytes }) => round(bytes / 1024), ({ bytes }) => `<= ${round(bytes / 1024)}`],
  ['bytes a message', ({ bytes, messages }) => (bytes / messages).toFixed(0), ({ packetBytes }) => `${packetBytes}, 48 of them since Redis 7.2`],
  ['processor time, ms a node and second', ({ processorMs }) => round(processorMs), () => '-'],
  ['resident MiB a node', ({ residentBytes }) => round(residentBytes / 1024 / 1024), () => '-'],
  ['killed: the first suspects it, s', ({ suspectedMs }) => seconds(suspectedMs), ({ killedMs }) => `<= ${seconds(killedMs)}`],
  ['killed: first, median, last say fail, s', ({ failedMs }) => spread(failedMs), ({ knownMs }) => `<= ${seconds(knownMs)}`],
  ['killed: cluster_state', ({ states }) => states.join(', '), () => 'ok'],
  ['back: first, median, last see all healthy, s', ({ backMs }) => spread(backMs), ({ backMs }) => `<= ${seconds(backMs)}`],
  ['back: it is ready; then sees all healthy and serves, s', ({ readyMs, selfMs }) => `${seconds(readyMs)}; ${seconds(selfMs)}`, ({ servesMs }) => `-; <= ${seconds(servesMs)}`],
];

async function measure(fleet: Fleet, nodeTimeoutMs: number, restSeconds: number): Promise<Figures> {
  const { nodes } = fleet;
  const isComplete = ({ lines }: View): boolean => lines.length === nodes.length && lines.every(({ flags }) => !flags.includes('handshake'));
  const isWhole = (view: View): boolean => isComplete(view) && view.lines.every(isHealthy) && stateIn(view) === 'ok';
  const metMs = performance.now();
  await fleet.meet();
  const formedMs = Math.max(...(await fleet.whenSeen('all know each other', nodes, metMs, isComplete)));
  await fleet.whenSeen('the cluster is whole', nodes, performance.now(), isWhole);
  await delay(settleTimeouts * nodeTimeoutMs);
  const costs = await costsAtRest(fleet, restSeconds);
  return { formedMs, ...costs, ...(await killAndReturn(fleet, isWhole)) };
}

async function costsAtRest({ nodes }: Fleet, restSeconds: number): Promise<Costs> {
  const busPorts = new Set(nodes.map(({ busPort }) => busPort));
  const count = async () => {
    const processor = nodes.reduce((sum, { server }) => sum + processorSeconds(server.pid), 0);
    let messages = 0;
    for (const node of nodes) messages += Number(/cluster_stats_messages_sent:(\d+)/.exec(await infoOf(node))![1]);
    return { atMs: performance.now(), messages, bytes: await acknowledgedBytes(busPorts), processor };
  };
  const before = await count();
  await delay(restSeconds * 1000);
  const after = await count();
  const each = nodes.length * ((after.atMs - before.atMs) / 1000);
  return {
    messages: (after.messages - before.messages) / each,
    bytes: (after.bytes - before.bytes) / each,
    processorMs: (1000 * (after.processor - before.processor)) / each,
    residentBytes: nodes.reduce((sum, { server }) => sum + server.residentBytes(), 0) / nodes.length,
  };
}

async function killAndReturn(fleet: Fleet, isWhole: (view: View) => boolean): Promise<Pick<Figures, 'suspectedMs' | 'failedMs' | 'states' | 'backMs' | 'readyMs' | 'selfMs'>> {
  const killed = fleet.nodes[fleet.nodes.length >> 1]!;
  const others = fleet.nodes.filter((node) => node !== killed);
  const flagsIn = ({ lines }: View): string[] => lines.find(({ id }) => id === killed.id)!.flags.split(',');
  const states = new Set<string>();
  let suspectedMs = Number.NaN;
  const killedMs = performance.now();
  await fleet.kill(killed);
  const failedMs = await fleet.whenSeen('all say fail', others, killedMs, (view) => flagsIn(view).includes('fail'), (view) => {
    states.add(stateIn(view));
    if (Number.isNaN(suspectedMs) && flagsIn(view).some((flag) => flag.startsWith('fail'))) suspectedMs = performance.now() - killedMs;
  });
  const startedMs = performance.now();
  const started = await fleet.startAgain(killed);
  const readyMs = performance.now() - startedMs;
  const [selfMs] = await fleet.whenSeen('it sees all healthy', [started], startedMs + readyMs, isWhole);
  const backMs = await fleet.whenSeen('all are healthy', others, startedMs, isWhole);
  return { suspectedMs, failedMs, states: [...states], backMs, readyMs, selfMs: selfMs! };
}

function isHealthy({ flags, isLinked }: NodeLine): boolean {
  return isLinked && !/fail|handshake|noaddr/.test(flags);
}

function stateIn({ info }: View): string {
  return /cluster_state:(\w+)/.exec(info)![1]!;
}

function spread(ms: readonly number[]): string {
  return [Math.min(...ms), median(ms), Math.max(...ms)].map(seconds).join(', ');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
