/**
 * Trimming a stream from its beginning, as Redis does it: whole nodes first, then, if the trimming is to
 * be exact, entries of the first node that stays.
 */
import { StreamEntry } from '../../structures/stream-entry.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { HeadWord, lengthOf } from './stream-head.ts';
import type { Streams } from './streams.ts';

/** What is to go: entries beyond a length, or below an id. */
export class Trimming {
  by: 'length' | 'id' = 'length';
  maxLength = 0;
  readonly minId = new StreamId();
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
  for (let node = streams.firstNode(head); node !== 0; node = streams.firstNode(head)) {
    if (trimming.by === 'length' && lengthOf(streams.arena, head) <= trimming.maxLength) break;
    const count = streams.nodes.liveCount(node);
    if (trimming.limit > 0 && removed + count > trimming.limit) break;
    if (!goesWhole(streams, head, node, count, trimming)) {
      if (!trimming.isApproximate) removed += trimNode(streams, head, node, trimming);
      break;
    }
    if (trimming.isApproximate) {
      streams.lastIdOf(node, trimming.firstKept);
      trimming.firstKept.increment();
    }
    streams.removeNode(head, node);
    streams.arena.i32[head * 2 + HeadWord.length]! -= count;
    removed += count;
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

/** Marks entries of the first node as deleted; how many. */
function trimNode(streams: Streams, head: number, node: number, { by, maxLength, minId }: Trimming): number {
  const entry = new StreamEntry(streams.arena);
  streams.nodes.open(node, entry);
  const lengthAt = head * 2 + HeadWord.length;
  let removed = 0;
  for (let position = entry.firstPosition; entry.read(position); position = entry.nextPosition()) {
    if (by === 'length' ? streams.arena.i32[lengthAt]! <= maxLength : entry.id.compare(minId) >= 0) break;
    if (entry.isDeleted) continue;
    streams.nodes.markDeleted(node, position);
    streams.arena.i32[lengthAt]! -= 1;
    removed++;
  }
  if (removed > 0) streams.nodes.countDeleted(node, removed);
  return removed;
}
