/** Comparing a stored string with an argument: by its bytes, or by its digest. */
import { xxh3 } from '../../base/xxh3.ts';
import { valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { equalBytes, wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

export type ConditionKind = 'ifeq' | 'ifne' | 'ifdeq' | 'ifdne';

const digestLength = 16;
/** Up to here a loop over the bytes is faster than the native comparison. */
const loopBytes = 64;
const words = (['ifeq', 'ifne', 'ifdeq', 'ifdne'] as const).map((kind) => ({ kind, word: wordBytes(kind) }));
const nativeCompare = Buffer.prototype.compare as (
  this: Uint8Array, target: Uint8Array, targetStart: number, targetEnd: number, sourceStart: number, sourceEnd: number,
) => number;

/** The condition that argument `i` names, or undefined. */
export function conditionKindAt(call: Call, i: number): ConditionKind | undefined {
  return words.find(({ word }) => call.is(i, word))?.kind;
}

/** Whether the string at `entry` meets the condition on argument `i`; undefined after an error reply. */
export function meetsCondition(call: Call, keyspace: Keyspace, entry: number, kind: ConditionKind, i: number): boolean | undefined {
  if (kind === 'ifeq' || kind === 'ifne') return equalsArgument(call, keyspace, entry, i) === (kind === 'ifeq');
  if (call.length(i) !== digestLength) {
    call.fail(errors.invalidDigest);
    return undefined;
  }
  const isEqual = digestOf(keyspace, entry) === call.latin1(i).toLowerCase();
  return isEqual === (kind === 'ifdeq');
}

export function equalsArgument(call: Call, { arena }: Keyspace, entry: number, i: number): boolean {
  const length = valueLength(arena, entry);
  if (length !== call.length(i)) return false;
  const [ours, theirs] = [valueOffset(arena, entry), call.offset(i)];
  if (length <= loopBytes) return equalBytes(arena.u8, ours, length, call.bytes, theirs, length);
  return nativeCompare.call(arena.u8, call.bytes, theirs, theirs + length, ours, ours + length) === 0;
}

/** 16 hexadecimal digits of the string at `entry`. */
export function digestOf({ arena }: Keyspace, entry: number): string {
  return xxh3(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
}
