/** BITOP: a bitwise operation over strings, whose keys may live on several shards, stored under another key. */
import { StringEncoding, ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { type BitOperation, type BitSource, combineBits } from '../../structures/bit-operation.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { allKeys, oneKey } from '../key-specs.ts';
import { logSet } from '../string/write-string.ts';

const operations = (['and', 'or', 'xor', 'not', 'diff', 'diff1', 'andor', 'one'] as const).map((name) => ({ name, word: wordBytes(name) }));
const firstSource = 3;

export const bitop: ShardCommand = {
  name: 'bitop',
  arity: -4,
  flags: ['write', 'denyoom'],
  acl: ['bitmap'],
  keys: [...oneKey('OW update', 2), ...allKeys('RO access', 1, firstSource)],
  text: about(
    'bitmap', '2.6.0', 'Stores the result of a bitwise operation over string values.',
    'BITOP <AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE> destkey key [key ...]', 'O(N)'),
  place: 'shard',
  execute(call) {
    const operation = operations.find(({ word }) => call.is(1, word))?.name;
    if (operation === undefined) return call.fail(errors.syntax);
    const sourceCount = call.argc - firstSource;
    if (operation === 'not' && sourceCount !== 1) return call.fail(errors.bitOpNotSources);
    if (needsTwo(operation) && sourceCount < 2) return call.fail(errors.bitOpSources(operation.toUpperCase()));
    const entries = findSources(call);
    if (entries === undefined) return;
    const bytes = entries.reduce((most, entry, i) => Math.max(most, lengthOf(call, firstSource + i, entry)), 0);
    if (bytes === 0) removeTarget(call);
    else storeResult(call, operation, entries, bytes);
    call.reply.integer(bytes);
  },
};

function needsTwo(operation: BitOperation): boolean {
  return operation === 'diff' || operation === 'diff1' || operation === 'andor';
}

/** The entries of the source keys, 0 for an absent one; undefined after an error reply. */
function findSources(call: Call): number[] | undefined {
  const entries: number[] = [];
  for (let i = firstSource; i < call.argc; i++) {
    const entry = call.findForRead(i);
    if (entry !== 0 && !call.hasType(call.keyspaceOf(i), entry, ValueType.string)) return undefined;
    entries.push(entry);
  }
  return entries;
}

function lengthOf(call: Call, i: number, entry: number): number {
  return entry === 0 ? 0 : valueLength(call.keyspaceOf(i).arena, entry);
}

function removeTarget(call: Call): void {
  const entry = call.findForWrite(2);
  if (entry === 0) return;
  call.keyspaceOf(2).remove(call.db, call.slotOf(2), entry);
  call.logDelete(2);
}

/** The target may be one of the sources: the result is complete before it takes the place of what was there. */
function storeResult(call: Call, operation: BitOperation, entries: readonly number[], bytes: number): void {
  const keyspace = call.keyspaceOf(2);
  const { arena } = keyspace;
  const fresh = keyspace.prepareString(call.bytes, call.offset(2), call.length(2), bytes, StringEncoding.raw);
  const start = valueOffset(arena, fresh);
  combineBits(operation, entries.map((entry, i) => sourceOf(call, firstSource + i, entry)), arena.u8, start, bytes);
  keyspace.install(call.db, call.slotOf(2), call.findForWrite(2), fresh);
  call.touch(keyspace, fresh);
  logSet(call, 2, arena.u8, start, bytes, 'none');
}

function sourceOf(call: Call, i: number, entry: number): BitSource {
  const { arena } = call.keyspaceOf(i);
  if (entry === 0) return { arena, offset: 0, length: 0 };
  return { arena, offset: valueOffset(arena, entry), length: valueLength(arena, entry) };
}
