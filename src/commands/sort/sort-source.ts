/** The elements of a list, set or sorted set, copied for SORT. */
import { typeOf, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { SetCursor } from '../../keyspace/sets/set-cursor.ts';
import type { ByteStrings } from '../../structures/byte-strings.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';

const element = new ListpackValue();
const setCursor = new SetCursor();

/** Adds all elements. Lists and sorted sets have them in their order. */
export function loadAll(keyspace: Keyspace, entry: number, out: ByteStrings): void {
  if (typeOf(keyspace.arena, entry) !== ValueType.set) {
    loadRange(keyspace, entry, 0, keyspace.kindOf(entry).length(entry), false, out);
    return;
  }
  setCursor.start(keyspace.sets, entry);
  while (setCursor.next()) add(setCursor.member, out);
}

/** Adds `count` elements of a list or sorted set from `index` on, backwards if so wanted; all of them there are. */
export function loadRange(keyspace: Keyspace, entry: number, index: number, count: number, isBackwards: boolean, out: ByteStrings): void {
  if (typeOf(keyspace.arena, entry) === ValueType.list) loadListRange(keyspace, entry, index, count, isBackwards, out);
  else loadSortedSetRange(keyspace, entry, index, count, isBackwards, out);
}

function loadListRange({ lists }: Keyspace, entry: number, index: number, count: number, isBackwards: boolean, out: ByteStrings): void {
  const { cursor } = lists;
  lists.seek(entry, index, cursor);
  for (let left = count; left > 0; left--) {
    cursor.read(element);
    add(element, out);
    if (isBackwards) cursor.prev();
    else cursor.next();
  }
}

function loadSortedSetRange({ sortedSets }: Keyspace, entry: number, index: number, count: number, isBackwards: boolean, out: ByteStrings): void {
  const { cursor } = sortedSets;
  cursor.moveTo(entry, index);
  for (let left = count; left > 0; left--) {
    out.add(cursor.bytes, cursor.offset, cursor.length);
    if (isBackwards) cursor.prev();
    else cursor.next();
  }
}

function add(value: ListpackValue, out: ByteStrings): void {
  const at = out.reserve(value.byteLength());
  value.writeBytes(out.bytes, at);
}
