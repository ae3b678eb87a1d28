/** Strings that grow under a command that writes into them, and how long they may become. */
import { Setting } from '../../channel/control.ts';
import { StringEncoding, valueOffset } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';

/** A length is an int32, and a value that grows asks for up to 1 MiB more than its length. */
const maxValueBytes = 2 ** 31 - 2 ** 21;

/** As Redis has it, what comes from a log was within the limit once. */
export function isTooLong(call: Call, bytes: number): boolean {
  const isLoading = call.nowMs === 0;
  return bytes > maxValueBytes || (!isLoading && bytes > call.control.settings[Setting.maxBulkBytes]!);
}

/**
 * Makes the string of key argument `i`, whose present entry is `entry` or 0, `bytes` long: new bytes are zeros, and
 * it is to be written into. Returns the entry. Throws ArenaFullError, and nothing has changed.
 */
export function growString(call: Call, i: number, entry: number, bytes: number): number {
  const keyspace = call.keyspaceOf(i);
  const slot = call.slotOf(i);
  if (entry !== 0) return keyspace.resizeString(call.db, slot, entry, bytes, StringEncoding.raw);
  const fresh = keyspace.prepareString(call.bytes, call.offset(i), call.length(i), bytes, StringEncoding.raw);
  const start = valueOffset(keyspace.arena, fresh);
  keyspace.arena.u8.fill(0, start, start + bytes);
  keyspace.install(call.db, slot, 0, fresh);
  call.touch(keyspace, fresh);
  return fresh;
}
