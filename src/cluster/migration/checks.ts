/** Whether a migration may begin: what operators and other nodes ask for, judged as Redis 8.4 and Valkey 9 do. Pure. */
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import { isNodeId, isReplica } from '../node-info.ts';
import { parseSlot } from '../slot-operations.ts';
import { NO_OWNER, memberOf, myself } from '../state.ts';
import type { ClusterState } from '../state.ts';
import { rangesInMoves } from './moves.ts';
import { isInRanges, overlap, slotsOfRanges } from './ranges.ts';
import type { Range } from './ranges.ts';

export interface WantedExport {
  readonly ranges: readonly Range[];
  readonly nodeId: string;
}

interface Busy {
  readonly ranges: readonly Range[];
}

/** Words as pairs of start and end, or the text of an error. */
export function readPairs(words: readonly string[]): Range[] | string {
  const ranges: Range[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [start, end] = [parseSlot(words[at]!), parseSlot(words[at + 1] ?? '')];
    if (start === undefined || end === undefined) return clusterErrors.invalidSlotArgument;
    if (start > end) return clusterErrors.slotRangeReversed(start, end);
    ranges.push({ start, end });
  }
  return ranges;
}

/** CLUSTER MIGRATION IMPORT: the ranges in order, joined where they touch, and the node that has them. */
export function checkImport(
  state: ClusterState, wanted: readonly Range[], imports: readonly Busy[],
): { readonly ranges: readonly Range[]; readonly sourceId: string } | { readonly error: string } {
  if (isReplica(myself(state))) return { error: clusterErrors.migrationOnReplica };
  const ranges = joined(wanted);
  const repeated = ranges.find((range, i) => i > 0 && ranges[i - 1]!.end >= range.start);
  if (repeated !== undefined) return { error: clusterErrors.slotRepeated(repeated.start) };
  if (state.migratingTo.size > 0 || state.importingFrom.size > 0) return { error: clusterErrors.migrationNotStable };
  const other = imports.find((each) => overlap(each.ranges, ranges));
  const shared = ranges.find((range) => other !== undefined && overlap(other.ranges, [range]));
  if (shared !== undefined) return { error: clusterErrors.importOverlaps(shared.start, shared.end) };
  let sourceId = '';
  for (const slot of slotsOfRanges(ranges)) {
    const owner = state.owners[slot]!;
    if (owner === NO_OWNER) return { error: clusterErrors.slotWithoutOwner(slot) };
    if (sourceId !== '' && owner !== sourceId) return { error: clusterErrors.severalSources };
    sourceId = owner;
  }
  return sourceId === state.myId ? { error: clusterErrors.slotsOwnedAlready } : { ranges, sourceId };
}

/** CLUSTER MIGRATESLOTS with the words behind its name, or the text of an error; they are judged one after the other. */
export function readExports(state: ClusterState, words: readonly string[], exports: readonly Busy[]): readonly WantedExport[] | string {
  if (words[0]?.toLowerCase() !== 'slotsrange') return errors.syntax;
  const refusal = checkExporting(state);
  if (refusal !== undefined) return refusal;
  const wanted: WantedExport[] = [];
  for (let at = 0; at < words.length;) {
    if (words[at]!.toLowerCase() !== 'slotsrange') return errors.syntax;
    const ranges = readRanges(words, at + 1);
    if (typeof ranges === 'string') return ranges;
    const failure = checkOwned(state, ranges);
    if (failure !== undefined) return failure;
    at += 1 + ranges.length * 2;
    const nodeId = words[at + 1];
    if (words[at]?.toLowerCase() !== 'node' || nodeId === undefined) return errors.syntax;
    const fault = checkTarget(state, nodeId) ?? checkMine(state, ranges);
    if (fault !== undefined) return fault;
    if (wanted.some((former) => overlap(former.ranges, ranges))) return clusterErrors.migrationsOverlap;
    wanted.push({ ranges, nodeId });
    at += 2;
  }
  return wanted.map(({ ranges }) => checkIdle(ranges, exports)).find((failure) => failure !== undefined) ?? wanted;
}

/** Another node wants slots of this one. */
export function checkRequest(state: ClusterState, targetId: string, ranges: readonly Range[], exports: readonly Busy[]): string | undefined {
  return checkExporting(state) ?? checkOwned(state, ranges) ?? checkTarget(state, targetId) ?? checkMine(state, ranges) ?? checkIdle(ranges, exports);
}

/** Another node wants to send slots to this one. */
export function checkEstablish(state: ClusterState, sourceId: string, ranges: readonly Range[], imports: readonly Busy[]): string | undefined {
  if (isReplica(myself(state))) return 'the node is a replica';
  if (!state.nodes.has(sourceId)) return 'the source is not known here';
  const busy = rangesInMoves(state, 'receiving', 'trimming', 'granted', 'taken');
  for (const slot of slotsOfRanges(ranges)) {
    if (state.owners[slot] !== sourceId) return `slot ${slot} is not the source's`;
    if (isInRanges(busy, slot)) return `slot ${slot} is still being moved or cleaned`;
    if (state.migratingTo.has(slot) || state.importingFrom.has(slot)) return `slot ${slot} is being migrated by hand`;
  }
  return imports.some((each) => overlap(each.ranges, ranges)) ? 'slots of it are being imported' : undefined;
}

function checkExporting(state: ClusterState): string | undefined {
  if (isReplica(myself(state))) return clusterErrors.slotMigrationOnReplica;
  if (state.migratingTo.size > 0) return clusterErrors.manuallyMigrating;
  return state.importingFrom.size > 0 ? clusterErrors.manuallyImporting : undefined;
}

/** Pairs of start and end up to a word that is no number. */
function readRanges(words: readonly string[], from: number): readonly Range[] | string {
  const ranges: Range[] = [];
  for (let at = from; at < words.length && isInteger(words[at]!); at += 2) {
    const endWord = words[at + 1];
    if (endWord === undefined) return clusterErrors.noEndSlot;
    const [start, end] = [parseSlot(words[at]!), parseSlot(endWord)];
    if (start === undefined || end === undefined) return clusterErrors.invalidSlotArgument;
    if (start > end) return clusterErrors.startSlotGreater(start, end);
    const former = ranges.find((range) => overlap([range], [{ start, end }]));
    if (former !== undefined) return clusterErrors.slotRangeOverlaps(start, end, former.start, former.end);
    ranges.push({ start, end });
  }
  return ranges.length === 0 ? clusterErrors.noSlotRanges : ranges;
}

function isInteger(word: string): boolean {
  return /^-?\d{1,18}$/.test(word);
}

function checkOwned(state: ClusterState, ranges: readonly Range[]): string | undefined {
  const owner = state.owners[ranges[0]!.start]!;
  for (const slot of slotsOfRanges(ranges)) {
    if (state.owners[slot] === NO_OWNER) return clusterErrors.slotNotServed(slot);
    if (state.owners[slot] !== owner) return clusterErrors.slotsSpanShards;
  }
  return undefined;
}

function checkMine(state: ClusterState, ranges: readonly Range[]): string | undefined {
  return state.owners[ranges[0]!.start] === state.myId ? undefined : clusterErrors.slotsNotServedHere;
}

function checkTarget(state: ClusterState, nodeId: string): string | undefined {
  if (!isNodeId(nodeId)) return clusterErrors.migrationInvalidNode(nodeId);
  const node = memberOf(state, nodeId);
  if (node === undefined) return clusterErrors.migrationUnknownNode(nodeId);
  if (nodeId === state.myId) return clusterErrors.migrationToItself;
  return isReplica(node) ? clusterErrors.migrationTargetReplica : undefined;
}

function checkIdle(ranges: readonly Range[], exports: readonly Busy[]): string | undefined {
  for (const slot of slotsOfRanges(ranges)) {
    if (exports.some((each) => overlap(each.ranges, [{ start: slot, end: slot }]))) return clusterErrors.slotMigratingAlready(slot);
  }
  return undefined;
}

/** In ascending order, ranges that touch as one. */
function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && last.end + 1 === range.start) result[result.length - 1] = { start: last.start, end: range.end };
    else result.push(range);
  }
  return result;
}
