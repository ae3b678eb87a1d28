/** HyperLogLogs as string values: found, checked, drafted and stored. */
import { copyBytes } from '../../base/copy-bytes.ts';
import { setEncoding, StringEncoding, ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { HyperLogLog } from '../../structures/hyperloglog.ts';
import { isHyperLogLog } from '../../structures/hyperloglog-format.ts';
import type { Call } from '../call.ts';
import { logSet } from '../string/write-string.ts';

/** Where the command that is being executed makes a new value; forgotten with it. */
export const draft = new HyperLogLog();

/** Whether the value of key argument `i` is a HyperLogLog; answers with an error if not. */
export function holdsHyperLogLog(call: Call, i: number, entry: number): boolean {
  const keyspace = call.keyspaceOf(i);
  const { arena } = keyspace;
  if (!call.hasType(keyspace, entry, ValueType.string)) return false;
  if (isHyperLogLog(arena.u8, valueOffset(arena, entry), valueLength(arena, entry))) return true;
  call.fail(errors.notHyperLogLog);
  return false;
}

/** Makes the draft what key argument `i` holds, which is about to be written into; empty for entry 0. */
export function loadDraft(call: Call, i: number, entry: number): void {
  if (entry === 0) return draft.clear();
  const { arena } = call.keyspaceOf(i);
  setEncoding(arena, entry, StringEncoding.raw);
  draft.load(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
}

/** Stores the draft under key argument `i`, whose expiry stays. Throws ArenaFullError, and nothing has changed. */
export function storeDraft(call: Call, i: number, entry: number): void {
  const keyspace = call.keyspaceOf(i);
  const slot = call.slotOf(i);
  const { bytes, length } = draft;
  const target = entry === 0
    ? keyspace.prepareString(call.bytes, call.offset(i), call.length(i), length, StringEncoding.raw)
    : keyspace.resizeString(call.db, slot, entry, length, StringEncoding.raw);
  const { arena } = keyspace;
  copyBytes(arena.u8, valueOffset(arena, target), bytes, 0, length);
  if (entry !== 0) return;
  keyspace.install(call.db, slot, 0, target);
  call.touch(keyspace, target);
}

/** The draft that has been stored, as an effect. */
export function logDraft(call: Call, i: number): void {
  logSet(call, i, draft.bytes, 0, draft.length, 'keep');
}
