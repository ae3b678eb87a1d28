/** Draws a cluster for a terminal: slots, nodes, shards and load. Data in, lines out. */
import { SLOT_COUNT } from '../base/crc16.ts';
import { shareBar, slotBar } from './bars.ts';
import { formatAmount, formatCount } from './amounts.ts';
import type { ClusterView, NodeState, NodeView } from './cluster-view.ts';
import type { NodeFigures } from './node-figures.ts';
import { countSlots, rangesText } from './slot-ranges.ts';
import { paintParts, tableLines } from './table.ts';
import type { Column, Paint, Part, StretchCell, Style } from './table.ts';

export interface Canvas {
  /** Places of a line. */
  readonly width: number;
  readonly paint: Paint;
  /** A line for each shard, however many there are. */
  readonly showsShards: boolean;
}

/** With more shards than these in all, each node has one line unless the lines of shards are asked for. */
const shardLinesMax = 12;
const rangeTextLengthMax = 40;
/** A shard stands out with so much of the load, if that is so many times an even share and not little. */
const [hotPart, hotFactor, hotOpsPerSecond] = [0.25, 3, 1000];
/** Of each node; below it what is seen is mostly the asking itself. */
const idleOpsPerSecond = 10;
const stateStyles: Readonly<Record<NodeState, Style>> = {
  'ok': 'green', 'suspected': 'yellow', 'joining': 'yellow', 'failed': 'red', 'no address': 'red', 'no answer': 'red',
};
/** When not all is well. */
const headWords: Readonly<Record<ClusterView['state'], readonly [Style, string]>> = {
  ok: ['yellow', 'ok, see below'], fail: ['red', 'down'], down: ['red', 'not running'],
};
const primaryStyles = ['cyan', 'magenta', 'green', 'blue'] as const satisfies readonly Style[];

export function drawCluster(view: ClusterView, canvas: Canvas): string[] {
  return [headLine(view, canvas.paint), '', ...slotTable(view, canvas), ...loadTable(view, canvas), ...moveTable(view, canvas), ...problemLines(view, canvas)];
}

function headLine({ state, isWell, nodes, slotsAssigned, slotsCovered, epoch }: ClusterView, paint: Paint): string {
  const countOf = (role: NodeView['role']): number => nodes.filter((node) => node.role === role).length;
  const replicas = countOf('replica') === 0 ? '' : `, ${plural(countOf('replica'), 'replica')}`;
  const [count, word] = state === 'down' ? [slotsAssigned, ''] : [slotsCovered, ' covered'];
  const slots = count === SLOT_COUNT ? `all ${SLOT_COUNT} slots` : `${count} of ${SLOT_COUNT} slots${word}`;
  const facts = [slots, `${plural(countOf('primary'), 'primary', 'primaries')}${replicas}`, `epoch ${epoch}`];
  const [style, words] = isWell ? (['green', 'ok'] as const) : headWords[state];
  return paintParts([[style, '●'], ' Cluster ', [style, words], ['dim', ` · ${facts.join(' · ')}`]], paint);
}

function slotTable({ nodes, slotsWithoutNode }: ClusterView, { width, paint }: Canvas): string[] {
  const columns: Column[] = [{ title: 'NODE' }, { title: 'ID' }, { title: 'ROLE' }, { title: 'STATE' }, { title: 'SLOTS', align: 'right' }, { title: slotScale, stretch: [10, 64] }];
  const styles = stylesOf(nodes);
  const rows = nodes.map((node): StretchCell[] => {
    const { id, role, state, slots, slotCount } = node;
    const about: StretchCell[] = [nameCell(node), ['dim', id.slice(0, 8)], role, [stateStyles[state], state]];
    return role === 'replica' ? about : [...about, String(slotCount), (places) => slotBar(slots, places, state === 'ok' ? styles.get(id)! : stateStyles[state])];
  });
  const nobody: StretchCell[] = [['red', 'no node'], '', '', '', String(countSlots(slotsWithoutNode)), (places) => slotBar(slotsWithoutNode, places, 'red')];
  return tableLines(columns, slotsWithoutNode.length === 0 ? rows : [...rows, nobody], width, paint);
}

function slotScale(places: number): Part {
  return ['dim', `0${String(SLOT_COUNT - 1).padStart(places - 1)}`];
}

function loadTable({ nodes }: ClusterView, { width, paint, showsShards }: Canvas): string[] {
  const answering = nodes.filter(({ figures }) => figures !== undefined) as (NodeView & { readonly figures: NodeFigures })[];
  if (answering.length === 0) return [];
  const shardCount = answering.reduce((sum, { figures }) => sum + (figures.shards?.length ?? 0), 0);
  const hasShardLines = showsShards || shardCount <= shardLinesMax;
  const summedOps = answering.reduce((sum, { figures }) => sum + figures.opsPerSecond, 0);
  const allOps = summedOps < answering.length * idleOpsPerSecond ? 0 : summedOps;
  const styles = stylesOf(nodes);
  const columns: Column[] = [
    { title: 'NODE' }, { title: 'KEYS', align: 'right' }, { title: 'MEMORY', align: 'right' }, { title: 'OPS/S', align: 'right' },
    { title: 'CLIENTS', align: 'right' }, { title: 'SHARE OF LOAD', stretch: [14, 40] },
  ];
  const rows = answering.flatMap((node): StretchCell[][] => {
    const { figures, id } = node;
    const style = styles.get(id) ?? 'cyan';
    const shards = figures.shards ?? [];
    const shardOps = shards.reduce((sum, { opsPerSecond }) => sum + opsPerSecond, 0);
    return [
      [
        nameCell(node), figures.isLoading ? ['yellow', 'loading'] : formatCount(figures.keys), memoryText(figures), formatCount(figures.opsPerSecond),
        formatCount(figures.clients), share(figures.opsPerSecond, allOps, style),
      ],
      ...(hasShardLines && shards.length > 1 ? shards : []).map(({ keys, usedBytes, opsPerSecond }, index): StretchCell[] => [
        ['dim', `  shard ${index}`], ['dim', formatCount(keys)], ['dim', formatAmount(usedBytes)], ['dim', formatCount(opsPerSecond)], '',
        share((opsPerSecond / (shardOps || 1)) * figures.opsPerSecond, allOps, 'dim'),
      ]),
    ];
  });
  return ['', ...tableLines(columns, rows, width, paint), ...hiddenShards(answering, hasShardLines, paint), ...hotSpot(answering, allOps, paint)];
}

/** One shard, or a node without shards, that does much more than its share. */
function hotSpot(nodes: readonly (NodeView & { readonly figures: NodeFigures })[], allOps: number, paint: Paint): string[] {
  const units = nodes.flatMap(({ address, figures: { shards = [], opsPerSecond } }) => (shards.length > 1
    ? shards.map((shard, index) => ({ name: `shard ${index} of ${address}`, ops: shard.opsPerSecond }))
    : [{ name: address, ops: opsPerSecond }]));
  const hottest = units.toSorted((a, b) => b.ops - a.ops)[0]!;
  const part = Math.min(1, hottest.ops / (allOps || 1));
  if (hottest.ops < hotOpsPerSecond || part < Math.max(hotPart, hotFactor / units.length)) return [];
  return ['', paintParts(['  ', ['yellow', '!'], ` ${hottest.name} has ${percentText(part)} of the load; an even share would be ${percentText(1 / units.length)}`], paint)];
}

function percentText(part: number): string {
  return `${Math.round(part * 100)}%`;
}

function hiddenShards(nodes: readonly { readonly figures: NodeFigures }[], hasShardLines: boolean, paint: Paint): string[] {
  if (hasShardLines) return [];
  const count = nodes.reduce((sum, { figures }) => sum + (figures.shards?.length ?? 0), 0);
  return [paintParts(['  ', ['dim', `${count} shards; --shards shows each`]], paint)];
}

function moveTable({ moves }: ClusterView, { width, paint }: Canvas): string[] {
  if (moves.length === 0) return [];
  return ['', ...tableLines([{ title: 'SLOTS ON THE MOVE' }, { title: 'FROM' }, { title: 'TO' }, { title: 'STAGE' }], moves.map(({ slots, from, to, stage }) =>
    [shortened(rangesText(slots)), from, to, [stage.startsWith('open') ? 'red' : 'yellow', stage]]), width, paint)];
}

function problemLines({ problems }: ClusterView, { paint }: Canvas): string[] {
  return problems.length === 0 ? [] : ['', ...problems.map((problem) => paintParts(['  ', ['red', '✗'], ` ${problem}`], paint))];
}

/** A colour for each primary; its replicas have it too. */
function stylesOf(nodes: readonly NodeView[]): ReadonlyMap<string, Style> {
  const primaries = nodes.filter(({ role }) => role === 'primary').map(({ id }, at): [string, Style] => [id, primaryStyles[at % primaryStyles.length]!]);
  const styles = new Map(primaries);
  for (const { id, primaryId } of nodes) if (primaryId !== undefined) styles.set(id, styles.get(primaryId) ?? 'cyan');
  return styles;
}

function nameCell({ role, address }: NodeView): StretchCell {
  return role === 'replica' ? [['dim', '└ '], address] : ['bold', address];
}

function memoryText({ usedBytes, maxBytes }: NodeFigures): string {
  return maxBytes === 0 ? formatAmount(usedBytes) : `${formatAmount(usedBytes)} of ${formatAmount(maxBytes)}`;
}

function share(ops: number, allOps: number, style: Style): StretchCell {
  return (places) => (allOps === 0 ? ['dim', 'idle'] : shareBar(ops / allOps, places, style));
}

function shortened(text: string): string {
  return text.length <= rangeTextLengthMax ? text : `${text.slice(0, rangeTextLengthMax - 1)}…`;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
