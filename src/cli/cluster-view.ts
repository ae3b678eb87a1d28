/** A cluster as `tessera cluster status` shows it, made from what its nodes answered. Plain data: --json prints it. */
import { SLOT_COUNT } from '../base/crc16.ts';
import type { NodeLine } from './replies.ts';
import type { NodeFigures } from './node-figures.ts';
import { countSlots, rangesOf, rangesText, slotsOutside } from './slot-ranges.ts';
import type { SlotRange } from './slot-ranges.ts';

/** What came of asking a node. */
export type NodeAnswer = { readonly failure: string } | {
  readonly lines: readonly NodeLine[];
  readonly figures: NodeFigures;
  readonly migrations: readonly { readonly name: string; readonly ranges: readonly SlotRange[]; readonly sourceId: string; readonly targetId: string; readonly state: string }[];
};

export interface Collected {
  /** The nodes as the one sees them that was asked first. */
  readonly lines: readonly NodeLine[];
  /** `down` when no node answers. */
  readonly state: 'ok' | 'fail' | 'down';
  readonly epoch: number;
  /** By node id. */
  readonly answers: ReadonlyMap<string, NodeAnswer>;
}

export type NodeState = 'ok' | 'suspected' | 'failed' | 'joining' | 'no address' | 'no answer';

export interface NodeView {
  readonly id: string;
  readonly address: string;
  readonly role: 'primary' | 'replica';
  readonly primaryId?: string;
  readonly state: NodeState;
  /** Why it could not be asked. */
  readonly failure?: string;
  readonly epoch: number;
  readonly slots: readonly SlotRange[];
  readonly slotCount: number;
  readonly figures?: NodeFigures;
}

export interface Move {
  readonly slots: readonly SlotRange[];
  readonly from: string;
  readonly to: string;
  readonly stage: string;
}

export interface ClusterView {
  readonly isWell: boolean;
  readonly state: Collected['state'];
  readonly slotsAssigned: number;
  /** Those of nodes that have not failed. */
  readonly slotsCovered: number;
  readonly epoch: number;
  /** Primaries in the order of their slots, each before its replicas. */
  readonly nodes: readonly NodeView[];
  readonly slotsWithoutNode: readonly SlotRange[];
  readonly moves: readonly Move[];
  readonly problems: readonly string[];
}

/** In a sentence. */
const rangesToldMax = 3;

export function viewCluster(collected: Collected): ClusterView {
  const { lines, state, epoch } = collected;
  const nodes = inOrder(lines.map((line) => viewNode(line, collected.answers.get(line.id))));
  const slotsWithoutNode = slotsOutside(nodes.flatMap(({ slots }) => slots));
  const slotsLost = nodes.filter(isLost).flatMap(({ slots }) => slots);
  const problems = [
    ...nodes.flatMap(nodeProblem),
    ...(slotsLost.length > 0 ? [`${slotsText(slotsLost)} ${countSlots(slotsLost) === 1 ? 'is' : 'are'} out of reach`] : []),
    ...(slotsWithoutNode.length > 0 ? [`no node has ${slotsText(slotsWithoutNode)}`] : []),
    ...disagreements(collected),
    ...(state === 'fail' && nodes.every((node) => node.state === 'ok') && slotsWithoutNode.length === 0 ? ['the nodes have not found together yet'] : []),
  ];
  const slotsAssigned = SLOT_COUNT - countSlots(slotsWithoutNode);
  return {
    isWell: state === 'ok' && problems.length === 0, state, slotsAssigned, slotsCovered: slotsAssigned - countSlots(slotsLost), epoch, nodes, slotsWithoutNode,
    moves: movesOf(collected), problems,
  };
}

export function addressText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function viewNode(line: NodeLine, answer: NodeAnswer | undefined): NodeView {
  const { id, host, port, primaryId, epoch, slots } = line;
  return {
    id,
    address: addressText(host, port),
    role: line.flags.includes('slave') ? 'replica' : 'primary',
    ...(primaryId === undefined ? {} : { primaryId }),
    state: stateOf(line.flags, answer),
    ...(answer !== undefined && 'failure' in answer ? { failure: answer.failure } : {}),
    epoch,
    slots,
    slotCount: countSlots(slots),
    ...(answer !== undefined && 'figures' in answer ? { figures: answer.figures } : {}),
  };
}

function stateOf(flags: readonly string[], answer: NodeAnswer | undefined): NodeState {
  if (flags.includes('fail')) return 'failed';
  if (flags.includes('fail?')) return 'suspected';
  if (flags.includes('handshake')) return 'joining';
  if (flags.includes('noaddr')) return 'no address';
  return answer === undefined || 'failure' in answer ? 'no answer' : 'ok';
}

function inOrder(nodes: readonly NodeView[]): NodeView[] {
  const firstSlot = (node: NodeView): number => node.slots[0]?.start ?? SLOT_COUNT;
  const byPlace = (a: NodeView, b: NodeView): number => firstSlot(a) - firstSlot(b) || a.address.localeCompare(b.address, 'en', { numeric: true });
  const primaries = nodes.filter(({ role }) => role === 'primary').toSorted(byPlace);
  const replicas = nodes.filter(({ role }) => role === 'replica').toSorted(byPlace);
  const known = new Set(primaries.map(({ id }) => id));
  return [
    ...primaries.flatMap((primary) => [primary, ...replicas.filter(({ primaryId }) => primaryId === primary.id)]),
    ...replicas.filter(({ primaryId }) => primaryId === undefined || !known.has(primaryId)),
  ];
}

function isLost({ state }: NodeView): boolean {
  return state === 'failed' || state === 'no address';
}

function nodeProblem({ state, address, failure, figures }: NodeView): string[] {
  const isSilent = figures === undefined;
  const reason = failure === undefined ? '' : `: ${failure}`;
  if (state === 'ok') return [];
  if (state === 'failed') return [`${address} has failed${isSilent ? reason : ', say the others; it answers, though'}`];
  if (state === 'suspected') return [`${address} may have failed${isSilent ? reason : ', says a node; it answers, though'}`];
  if (state === 'joining') return [`${address} is just joining`];
  if (state === 'no address') return [`where ${address} is now is not known`];
  return [`${address} does not answer${reason}`];
}

/** Nodes that give slots to others than the first node does. */
function disagreements({ lines, answers }: Collected): string[] {
  const expected = owners(lines);
  return lines.flatMap(({ id, host, port }) => {
    const answer = answers.get(id);
    if (answer === undefined || 'failure' in answer) return [];
    const theirs = owners(answer.lines);
    const different = rangesOf([...expected.keys()].filter((slot) => expected[slot] !== theirs[slot]));
    return different.length === 0 ? [] : [`${addressText(host, port)} does not agree whose ${slotsText(different)} ${countSlots(different) === 1 ? 'is' : 'are'}`];
  });
}

function owners(lines: readonly NodeLine[]): (string | undefined)[] {
  const ids = Array.from<string | undefined>({ length: SLOT_COUNT });
  for (const { id, slots } of lines) for (const { start, end } of slots) ids.fill(id, start, end + 1);
  return ids;
}

function movesOf({ lines, answers }: Collected): Move[] {
  const nameOf = (id: string): string => {
    const line = lines.find((one) => one.id === id);
    return line === undefined ? id.slice(0, 8) : addressText(line.host, line.port);
  };
  const answered = [...answers.entries()].flatMap(([id, answer]) => ('failure' in answer ? [] : [{ id, ...answer }]));
  const whole = new Map(answered.flatMap(({ migrations }) => migrations).map((job) => [job.name, job]));
  const opened = new Map<string, { readonly from: string; readonly to: string; readonly seen: Map<number, string> }>();
  for (const { id, lines: own } of answered) {
    for (const { slot, direction, nodeId } of own.find((line) => line.id === id)?.open ?? []) {
      const [from, to] = direction === 'to' ? [id, nodeId] : [nodeId, id];
      const pair = opened.getOrInsertComputed(`${from} ${to}`, () => ({ from, to, seen: new Map() }));
      pair.seen.set(slot, `${pair.seen.get(slot) ?? ''}${direction}`);
    }
  }
  return [
    ...[...whole.values()].map((job) => ({ slots: job.ranges, from: nameOf(job.sourceId), to: nameOf(job.targetId), stage: job.state })),
    ...[...opened.values()].flatMap(({ from, to, seen }) => {
      const stages = new Map([['to', 'open at the source only'], ['from', 'open at the target only']]);
      const byStage = Map.groupBy(seen.keys(), (slot) => stages.get(seen.get(slot)!) ?? 'key by key');
      return [...byStage].map(([stage, slots]) => ({ slots: rangesOf(slots), from: nameOf(from), to: nameOf(to), stage }));
    }),
  ];
}

/** Of many ranges the first, and how many slots they are. */
function slotsText(ranges: readonly SlotRange[]): string {
  const count = countSlots(ranges);
  if (ranges.length > rangesToldMax) return `${count} slots: ${rangesText(ranges.slice(0, rangesToldMax))},…`;
  return `${count === 1 ? 'slot' : 'slots'} ${rangesText(ranges)}`;
}
