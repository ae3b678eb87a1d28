/**
 * What groups know of an entry that is to go: it may be pending for some, or be yet to be read by some. A
 * removal leaves that as it is (`keep`), sees to it that no group knows the entry any more (`drop`), or
 * only takes what every group has read and acknowledged (`acked`).
 */
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { GroupWord } from './group-records.ts';
import type { Streams } from './streams.ts';

export type References = 'keep' | 'drop' | 'acked';

/** Whether some group has not read the entry, or has it pending. */
export function isReferenced({ groups, arena }: Streams, head: number, id: StreamId): boolean {
  const cursor = new TreeCursor(arena);
  for (let on = groups.first(head, cursor); on; on = cursor.next()) {
    if (id.compareAt(arena.i32, cursor.ref * 2 + GroupWord.lastId) > 0) return true;
    if (groups.findPending(cursor.ref, id) !== 0) return true;
  }
  return false;
}

/** Lets the entry be pending for no group; whether it was for any. */
export function dropReferences({ groups, arena }: Streams, head: number, id: StreamId): boolean {
  const cursor = new TreeCursor(arena);
  let isChanged = false;
  for (let on = groups.first(head, cursor); on; on = cursor.next()) {
    const pending = groups.findPending(cursor.ref, id);
    if (pending === 0) continue;
    groups.removePending(cursor.ref, pending);
    isChanged = true;
  }
  return isChanged;
}

/** What became of an entry that was to go: 1 it is gone, 2 it is still needed, -1 there is none. */
export type Fate = 1 | 2 | -1;

/** Removes an entry. Without groups nobody has acknowledged anything. */
export function removeEntry(streams: Streams, head: number, id: StreamId, references: References): Fate {
  if (references === 'drop') {
    dropReferences(streams, head, id);
  } else if (references === 'acked' && streams.has(head, id)) {
    if (streams.groups.count(head) === 0 || isReferenced(streams, head, id)) return 2;
  }
  return streams.deleteAndNote(head, id) ? 1 : -1;
}
