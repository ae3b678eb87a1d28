/**
 * How many of all entries ever added a group has read, as far as it is known: Redis's rules. While nothing
 * is deleted in the middle of a stream, the counter of an entry follows from where it stands.
 */
import type { Arena } from '../../memory/arena.ts';
import { compareIdsAt, type StreamId } from '../../structures/stream-id.ts';
import { GroupWord, incrementLong, readLong64, writeLong64 } from './group-records.ts';
import { HeadWord } from './stream-head.ts';

/** The counter of a group that is not known. */
export const UNKNOWN_READ = -1n;

/** How many entries had been added when the one with this id was, or UNKNOWN_READ. */
export function estimateEntriesRead({ i32 }: Arena, head: number, id: StreamId): bigint {
  const at = head * 2;
  const added = readLong64(i32, at + HeadWord.entriesAdded);
  const length = BigInt(i32[at + HeadWord.length]!);
  if (added === 0n) return 0n;
  const toLast = id.compareAt(i32, at + HeadWord.lastId);
  if (toLast > 0) return UNKNOWN_READ;
  if (length === 0n || toLast === 0) return added;
  if (isDeleted(i32, at) && compareIdsAt(i32, at + HeadWord.maxDeletedId, at + HeadWord.firstId) >= 0) return UNKNOWN_READ;
  const toFirst = id.compareAt(i32, at + HeadWord.firstId);
  if (toFirst < 0) return added - length;
  return toFirst === 0 ? added - length + 1n : UNKNOWN_READ;
}

/** The group has been given the entry `id`, which comes after all that it had before. */
export function countRead(arena: Arena, head: number, group: number, id: StreamId): void {
  const { i32 } = arena;
  const at = group * 2 + GroupWord.entriesRead;
  const isKnown = (i32[at]! & i32[at + 1]!) !== -1;
  const added = head * 2 + HeadWord.entriesAdded;
  if (isKnown && !hasDeletedFrom(arena, head, id)) incrementLong(i32, at);
  else if ((i32[added]! | i32[added + 1]!) !== 0) writeLong64(i32, at, estimateEntriesRead(arena, head, id));
}

/** How many entries the group has not been given yet, or undefined when that is not known. `lastId` is the group's. */
export function lagOf(arena: Arena, head: number, group: number, lastId: StreamId): bigint | undefined {
  const { i32 } = arena;
  const added = readLong64(i32, head * 2 + HeadWord.entriesAdded);
  if (added === 0n) return 0n;
  const read = readLong64(i32, group * 2 + GroupWord.entriesRead);
  if (read !== UNKNOWN_READ && !hasDeletedFrom(arena, head, lastId)) return BigInt.asIntN(64, added - read);
  const estimate = estimateEntriesRead(arena, head, lastId);
  return estimate === UNKNOWN_READ ? undefined : BigInt.asIntN(64, added - estimate);
}

/** Whether an entry between that of `id` and the last one may have been deleted, and not only those before the first one that is left. */
function hasDeletedFrom({ i32 }: Arena, head: number, id: StreamId): boolean {
  const at = head * 2;
  if (i32[at + HeadWord.length] === 0 || !isDeleted(i32, at)) return false;
  if (compareIdsAt(i32, at + HeadWord.firstId, at + HeadWord.maxDeletedId) > 0) return false;
  return id.compareAt(i32, at + HeadWord.maxDeletedId) <= 0;
}

function isDeleted(i32: Int32Array, at: number): boolean {
  const first = at + HeadWord.maxDeletedId;
  return (i32[first]! | i32[first + 1]! | i32[first + 2]! | i32[first + 3]!) !== 0;
}
