/** ZPOPMIN, ZPOPMAX, ZMPOP: members from one end. The effect is a ZREM of what has gone. */
import { ValueType } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { findCollectionForWrite, removeIfEmpty, wrongTypeEntry } from '../collection.ts';
import { countedKeys } from '../key-specs.ts';
import { sortedSetRow } from './row.ts';

const minWord = wordBytes('min');
const maxWord = wordBytes('max');
const countWord = wordBytes('count');

export const zpopmin = popRow('zpopmin', 'Removes and returns the members with the lowest scores.', false);
export const zpopmax = popRow('zpopmax', 'Removes and returns the members with the highest scores.', true);

export const zmpop = sortedSetRow('zmpop', {
  arity: -4,
  flags: ['write', 'movablekeys'],
  keys: countedKeys('RW access delete'),
  since: '7.0.0',
  summary: 'Removes and returns members from one end of the first sorted set that is not empty.',
  syntax: 'ZMPOP numkeys key [key ...] <MIN | MAX> [COUNT count]',
  complexity: 'O(K) + O(M*log(N)) with K keys, N members of the sorted set, M of them popped',
  execute: popFromFirst,
});

function popRow(name: string, summary: string, isMax: boolean): ShardCommand {
  return sortedSetRow(name, {
    arity: -2, flags: ['write', 'fast'], keys: 'RW access delete', since: '5.0.0', summary, syntax: `${name.toUpperCase()} key [count]`,
    complexity: 'O(log(N)*M) with N members of the sorted set, M of them popped', quickArgc: 2, execute: (call) => popFromOne(call, isMax),
  });
}

function popFromOne(call: Call, isMax: boolean): void {
  if (call.argc > 3) return call.fail(errors.syntax);
  const hasCount = call.argc === 3;
  const wanted = hasCount ? call.int(2) : 1;
  if (!(wanted >= 0)) return call.fail(errors.notPositive);
  const entry = findCollectionForWrite(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  const count = entry === 0 ? 0 : Math.min(wanted, call.keyspaceOf(1).sortedSets.length(entry));
  const isNested = hasCount && call.reply.resp === 3;
  call.reply.array(isNested ? count : count * 2);
  if (count > 0) pop(call, 1, entry, count, isMax, isNested);
}

function popFromFirst(call: Call): void {
  const keyCount = call.int(1);
  if (!(keyCount >= 1)) return call.fail(errors.keyCountNotPositive);
  const side = 2 + keyCount;
  if (side >= call.argc) return call.fail(errors.syntax);
  const isMax = call.is(side, maxWord);
  if (!isMax && !call.is(side, minWord)) return call.fail(errors.syntax);
  const wanted = readCount(call, side + 1);
  if (wanted === undefined) return;
  for (let i = 2; i < side; i++) {
    const entry = findCollectionForWrite(call, i, ValueType.zset);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) continue;
    popWithKey(call, i, entry, Math.min(wanted, call.keyspaceOf(i).sortedSets.length(entry)), isMax);
    return;
  }
  call.reply.nilArray();
}

/** COUNT, given once at most; undefined after an error reply. */
function readCount(call: Call, first: number): number | undefined {
  let count = 0;
  for (let i = first; i < call.argc; i += 2) {
    if (count > 0 || !call.is(i, countWord) || i + 1 === call.argc) return refuse(call, errors.syntax);
    count = call.int(i + 1);
    if (!(count >= 1)) return refuse(call, errors.countNotPositive);
  }
  return Math.max(1, count);
}

function popWithKey(call: Call, i: number, entry: number, count: number, isMax: boolean): void {
  call.reply.array(2);
  call.reply.bulk(call.bytes, call.offset(i), call.length(i));
  call.reply.array(count);
  pop(call, i, entry, count, isMax, true);
}

/** Answers with `count` members from one end of the sorted set of key argument `i`, and removes them. */
function pop(call: Call, i: number, entry: number, count: number, isMax: boolean, isNested: boolean): void {
  const { sortedSets } = call.keyspaceOf(i);
  const { cursor } = sortedSets;
  const { effects, reply } = call;
  const size = sortedSets.length(entry);
  effects.command(call.db, 'ZREM', count + 1);
  effects.bytes(call.bytes, call.offset(i), call.length(i));
  for (let on = cursor.moveTo(entry, isMax ? size - 1 : 0), left = count; on && left > 0; left--) {
    if (isNested) reply.array(2);
    reply.bulk(cursor.bytes, cursor.offset, cursor.length);
    reply.double(cursor.score);
    effects.bytes(cursor.bytes, cursor.offset, cursor.length);
    on = isMax ? cursor.prev() : cursor.next();
  }
  sortedSets.removeRange(entry, isMax ? size - count : 0, count);
  call.changes += count;
  removeIfEmpty(call, i, entry);
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
