/** CLUSTER SLOT-STATS: what slots hold and use, for a range of slots or the first in the order of one figure. */
import { SLOT_COUNT } from '../../base/crc16.ts';
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import type { SlotCounts } from '../../channel/shard-stats.ts';
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import type { SlotStatistics } from '../../server/slot-statistics.ts';
import type { DoorCall } from '../door-call.ts';

/** Argument indexes. */
const HOW = 2;
const START = 3;
const END = 4;
const METRIC = 3;
const FILTERS = 4;

const metrics = ['key-count', 'memory-bytes', 'cpu-usec', 'network-bytes-in', 'network-bytes-out'] as const;
type Metric = (typeof metrics)[number];

/** What has to be enabled for a figure; keys are always counted. */
const neededFor = { 'memory-bytes': 'mem', 'cpu-usec': 'cpu', 'network-bytes-in': 'net', 'network-bytes-out': 'net' } as const;

interface Filters {
  readonly isAscending: boolean;
  readonly limit: number;
}

export function slotStats(call: DoorCall): void | Promise<void> {
  const how = call.latin1(HOW).toLowerCase();
  if (how === 'slotsrange' && call.argc === 5) return ofRange(call);
  if (how === 'orderby') return inOrder(call);
  return call.fail(errors.subcommandSyntax(call.latin1(1), 'cluster'));
}

function ofRange(call: DoorCall): void | Promise<void> {
  const [start, end] = [call.int(START), call.int(END)];
  if (!isSlot(start) || !isSlot(end)) return call.fail(clusterErrors.invalidSlotArgument);
  if (start > end) return call.fail(clusterErrors.startSlotGreater(start, end));
  const { slotStatistics } = call.server;
  return reply(call.reply, slotStatistics, slotStatistics.ownSlots().filter((slot) => slot >= start && slot <= end));
}

function inOrder(call: DoorCall): void | Promise<void> {
  const { slotStatistics } = call.server;
  const metric = metrics.find((name) => name === call.latin1(METRIC).toLowerCase());
  if (metric === undefined || !isEnabled(slotStatistics, metric)) return call.fail(clusterErrors.unknownSlotMetric);
  const filters = readFilters(call);
  if (typeof filters === 'string') return call.fail(filters);
  if (metric === 'memory-bytes') return byMemory(call.reply, slotStatistics, filters);
  return reply(call.reply, slotStatistics, first(slotStatistics.ownSlots(), (slot) => figure(slotStatistics, slot, metric), filters));
}

async function byMemory(to: ReplyWriter, statistics: SlotStatistics, filters: Filters): Promise<void> {
  const slots = statistics.ownSlots();
  const usedBytes = await statistics.usedBytes(slots);
  replyWith(to, statistics, first(slots, (slot) => usedBytes.get(slot)!, filters), usedBytes);
}

/** LIMIT and ASC or DESC, once each in any order; or an error's text. */
function readFilters(call: DoorCall): Filters | string {
  let limit: number | undefined;
  let isAscending: boolean | undefined;
  for (let i = FILTERS; i < call.argc; i++) {
    const word = call.latin1(i).toLowerCase();
    const isLimit = word === 'limit' && i + 1 < call.argc;
    const isAgain = isLimit ? limit !== undefined : isAscending !== undefined;
    if (isLimit) {
      limit = call.int(++i);
      if (!(limit >= 1 && limit <= SLOT_COUNT)) return clusterErrors.slotLimitOutOfRange;
    } else if (word === 'asc' || word === 'desc') {
      isAscending = word === 'asc';
    } else {
      return errors.syntax;
    }
    if (isAgain) return clusterErrors.filterGivenTwice;
  }
  return { limit: limit ?? SLOT_COUNT, isAscending: isAscending ?? false };
}

/** Slots with equal figures stay in the order of their numbers. Most have none: those need no sorting. */
function first(slots: readonly number[], figureOf: (slot: number) => number, { isAscending, limit }: Filters): number[] {
  const idle: number[] = [];
  const used: { readonly slot: number; readonly value: number }[] = [];
  for (const slot of slots) {
    const value = figureOf(slot);
    if (value === 0) idle.push(slot);
    else used.push({ slot, value });
  }
  used.sort((a, b) => (isAscending ? a.value - b.value : b.value - a.value) || a.slot - b.slot);
  const ranked = used.map(({ slot }) => slot);
  return (isAscending ? [...idle, ...ranked] : [...ranked, ...idle]).slice(0, limit);
}

/** What is shown is a whole number, and so is what the order goes by. */
function figure(statistics: SlotStatistics, slot: number, metric: Exclude<Metric, 'memory-bytes'>): number {
  return metric === 'key-count' ? statistics.keyCount(slot) : countOf(statistics.counts(slot), metric);
}

function countOf({ cpuUs, bytesIn, bytesOut }: SlotCounts, metric: Exclude<Metric, 'memory-bytes' | 'key-count'>): number {
  if (metric === 'cpu-usec') return Math.floor(cpuUs);
  return metric === 'network-bytes-in' ? bytesIn : bytesOut;
}

function isEnabled(statistics: SlotStatistics, metric: Metric): boolean {
  return metric === 'key-count' || statistics.metrics.includes(neededFor[metric]);
}

function reply(to: ReplyWriter, statistics: SlotStatistics, slots: readonly number[]): void | Promise<void> {
  return isEnabled(statistics, 'memory-bytes') ? measured(to, statistics, slots) : replyWith(to, statistics, slots, new Map());
}

async function measured(to: ReplyWriter, statistics: SlotStatistics, slots: readonly number[]): Promise<void> {
  replyWith(to, statistics, slots, await statistics.usedBytes(slots));
}

/** Per slot its number, and a map of what is counted. */
function replyWith(to: ReplyWriter, statistics: SlotStatistics, slots: readonly number[], usedBytes: ReadonlyMap<number, number>): void {
  const shown = metrics.filter((metric) => isEnabled(statistics, metric));
  to.array(slots.length);
  for (const slot of slots) {
    const counts = statistics.counts(slot);
    to.array(2);
    to.integer(slot);
    to.map(shown.length);
    for (const metric of shown) {
      to.bulkString(metric);
      if (metric === 'key-count') to.integer(statistics.keyCount(slot));
      else to.integer(metric === 'memory-bytes' ? usedBytes.get(slot) ?? 0 : countOf(counts, metric));
    }
  }
}

function isSlot(slot: number): boolean {
  return slot >= 0 && slot < SLOT_COUNT;
}
