/**
 * Trimming a stream from its beginning, as Redis does it: whole nodes first, then, if the trimming is to
 * be exact, entries of the first node that stays. Entries that groups still need may have to stay behind.
 */
import { StreamEntry } from '../../structures/stream-entry.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { HeadWord, lengthOf } from './stream-head.ts';
import { dropReferences, isReferenced, type References } from './stream-references.ts';
import type { Streams } from './streams.ts';

/** What is to go: entries beyond a length, or below an id. */
export class Trimming {
  by: 'length' | 'id' = 'length';
  maxLength = 0;
  readonly minId = new StreamId();
  references: References = 'keep';
  /** Only whole nodes go. */
  isApproximate = false;
  /** The most entries to go, 0 for no limit. */
  limit = 0;
  /** Afterwards, when only whole nodes could go and some went: an id above all that went and not above any that stayed. */
  readonly firstKept = new StreamId();
}

/** Trims the stream; the number of entries that went. Never fails. */
export function trimStream(streams: Streams, head: number, trimming: Trimming): number {
  let removed = 0;
  let node = streams.firstNode(head);
  while (node !== 0) {
    if (trimming.by === 'length' && lengthOf(streams.arena, head) <= trimming.maxLength) break;
    const count = streams.nodes.liveCount(node);
    if (trimming.limit > 0 && removed + count > trimming.limit) break;
    const isWhole = goesWhole(streams, head, node, count, trimming);
    if (!isWhole && trimming.isApproximate) break;
    if (isWhole && trimming.isApproximate) noteKept(streams, node, trimming);
    const next = trimming.references === 'acked' ? streams.nodeAfter(head, node) : 0;
    if (isWhole && mayGoWhole(streams, head, node, trimming)) removed += removeNode(streams, head, node, count);
    else removed += trimNode(streams, head, node, trimming);
    if (trimming.references === 'acked') node = isWhole || trimming.by === 'length' ? next : 0;
    else node = isWhole ? streams.firstNode(head) : 0;
  }
  if (removed > 0) streams.settleFirstId(head);
  return removed;
}

const edge = new StreamId();

function goesWhole(streams: Streams, head: number, node: number, count: number, trimming: Trimming): boolean {
  if (trimming.by === 'length') return lengthOf(streams.arena, head) - count >= trimming.maxLength;
  streams.lastIdOf(node, edge);
  return edge.compare(trimming.minId) < 0;
}

function noteKept(streams: Streams, node: number, { firstKept }: Trimming): void {
  streams.lastIdOf(node, firstKept);
  firstKept.increment();
}

/** Whether no entry of the node has to stay; where groups are to forget them, they have. */
function mayGoWhole(streams: Streams, head: number, node: number, { references }: Trimming): boolean {
  if (references === 'keep' || streams.groups.count(head) === 0) return true;
  const entry = new StreamEntry(streams.arena);
  streams.nodes.open(node, entry);
  for (let position = entry.firstPosition; entry.read(position); position = entry.nextPosition()) {
    if (entry.isDeleted) continue;
    if (references === 'drop') dropReferences(streams, head, entry.id);
    else if (isReferenced(streams, head, entry.id)) return false;
  }
  return true;
}

function removeNode(streams: Streams, head: number, node: number, count: number): number {
  streams.removeNode(head, node);
  streams.arena.i32[head * 2 + HeadWord.length]! -= count;
  return count;
}

/** Marks entries of a node as deleted; how many. Entries that go from behind one that stays leave a gap, which the stream notes. */
function trimNode(streams: Streams, head: number, node: number, { by, maxLength, minId, references }: Trimming): number {
  const entry = new StreamEntry(streams.arena);
  streams.nodes.open(node, entry);
  const lengthAt = head * 2 + HeadWord.length;
  const asks = references !== 'keep' && streams.groups.count(head) > 0;
  let removed = 0;
  for (let position = entry.firstPosition; entry.read(position); position = entry.nextPosition()) {
    if (by === 'length' ? streams.arena.i32[lengthAt]! <= maxLength : entry.id.compare(minId) >= 0) break;
    if (entry.isDeleted) continue;
    if (asks && references === 'acked' && isReferenced(streams, head, entry.id)) continue;
    if (asks && references === 'drop') dropReferences(streams, head, entry.id);
    if (references === 'acked') streams.noteDeleted(head, entry.id);
    streams.nodes.markDeleted(node, position);
    streams.arena.i32[lengthAt]! -= 1;
    removed++;
  }
  if (removed > 0) streams.nodes.countDeleted(node, removed);
  return removed;
}
