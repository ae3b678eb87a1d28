/** How much of a value a command is going to read, before it does: what decides whether the door may execute it on a borrowed shard. */
import { typeOf, ValueType } from '../keyspace/entry.ts';
import type { Call } from './call.ts';

/** `value`: all of the first argument's value. `range`: from the index in argument 2 to that in argument 3, if there are no more. */
export const Extent = { unknown: 0, value: 1, range: 2 } as const;
export type Extent = (typeof Extent)[keyof typeof Extent];

/** Elements that the call is going to read, an upper bound; the call changes nothing. */
export function elementsToRead(call: Call, extent: number): number {
  const keyspace = call.keyspaceOf(1);
  const entry = keyspace.find(call.db, call.slotOf(1), call.bytes, call.offset(1), call.length(1));
  if (entry === 0 || typeOf(keyspace.arena, entry) === ValueType.string) return 0;
  const length = keyspace.kindOf(entry).length(entry);
  if (extent !== Extent.range || call.argc !== 4) return length;
  const [start, stop] = [call.int(2), call.int(3)];
  if (Number.isNaN(start) || Number.isNaN(stop)) return length;
  const first = Math.max(0, start < 0 ? start + length : start);
  const last = Math.min(length - 1, stop < 0 ? stop + length : stop);
  return Math.max(0, last - first + 1);
}
