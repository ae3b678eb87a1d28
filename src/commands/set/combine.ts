/**
 * SINTER, SUNION, SDIFF, and the same with STORE and CARD. The keys may lie on several shards. A STORE
 * builds its result beside the data set and puts it in place at once, so that it is all or nothing.
 */
import { ValueType } from '../../keyspace/entry.ts';
import type { Sets } from '../../keyspace/sets.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { allKeys, countedKeys, oneKey } from '../key-specs.ts';
import { replyMember } from './members.ts';
import { each, eachCommon, eachOfAny, eachOnlyInFirst, isFirstSmall, readOperands, type Operand } from './operands.ts';
import { replyAll } from './read.ts';
import { storeSet } from './store.ts';

/** Adds the result to an empty set. */
type Fill = (operands: readonly Operand[], sets: Sets, entry: number) => void;

const limitWord = wordBytes('limit');
const approxWord = wordBytes('approx');
const manyTimesMany = 'O(N*M) with N members of the smallest set and M sets';
const allMembers = 'O(N) with N members of all sets together';

export const sinter = readRow('sinter', 'Returns what all of some sets have.', manyTimesMany, (call) => {
  const operands = readOperands(call, 1, call.argc);
  if (operands === undefined) return;
  const deferred = call.reply.arrayDeferred();
  let count = 0;
  eachCommon(operands, (member) => {
    replyMember(call, member);
    count++;
    return true;
  });
  call.reply.closeSet(deferred, count);
});
export const sunion = readRow('sunion', 'Returns what any of some sets has.', allMembers, (call) => replyResult(call, fillWithAny));
export const sdiff = readRow('sdiff', 'Returns what a set has and none of some others.', allMembers, (call) => replyResult(call, fillWithDifference));

export const sinterstore = storeRow('sinterstore', 'Stores what all of some sets have.', manyTimesMany, fillWithCommon);
export const sunionstore = storeRow('sunionstore', 'Stores what any of some sets has.', allMembers, fillWithAny);
export const sdiffstore = storeRow('sdiffstore', 'Stores what a set has and none of some others.', allMembers, fillWithDifference);

export const sintercard = cardRow('sintercard', '7.0.0', 'Counts what all of some sets have.', manyTimesMany, '', eachCommon);
export const sunioncard = cardRow('sunioncard', '8.10.0', 'Counts what any of some sets has.', allMembers, '[APPROX] ', eachOfAny);
export const sdiffcard = cardRow('sdiffcard', '8.10.0', 'Counts what a set has and none of some others.', allMembers, '', eachOnlyInFirst);

function readRow(name: string, summary: string, complexity: string, execute: (call: Call) => void): ShardCommand {
  return {
    name, arity: -2, flags: ['readonly'], acl: ['set'], keys: allKeys('RO access'),
    text: about('set', '1.0.0', summary, `${name.toUpperCase()} key [key ...]`, complexity),
    place: 'shard', execute,
  };
}

function storeRow(name: string, summary: string, complexity: string, fill: Fill): ShardCommand {
  return {
    name, arity: -3, flags: ['write', 'denyoom'], acl: ['set'],
    keys: [...oneKey('OW update'), ...allKeys('RO access', 1, 2)],
    text: about('set', '1.0.0', summary, `${name.toUpperCase()} destination key [key ...]`, complexity),
    place: 'shard',
    execute(call) {
      const operands = readOperands(call, 2, call.argc);
      if (operands !== undefined) storeSet(call, (sets, entry) => fill(operands, sets, entry));
    },
  };
}

function cardRow(
  name: string, since: string, summary: string, complexity: string, ownSyntax: string, eachOf: typeof eachCommon,
): ShardCommand {
  return {
    name, arity: -3, flags: ['readonly', 'movablekeys'], acl: ['set'], keys: countedKeys('RO access'),
    text: about('set', since, summary, `${name.toUpperCase()} numkeys key [key ...] ${ownSyntax}[LIMIT limit]`, complexity),
    place: 'shard',
    execute(call) {
      const end = readKeyCount(call);
      if (end === undefined) return;
      const limit = readLimit(call, end, ownSyntax !== '');
      if (limit === undefined) return;
      const operands = readOperands(call, 2, end);
      if (operands !== undefined) call.reply.integer(countUpTo(limit, operands, eachOf));
    },
  };
}

/** Index of the argument behind the keys, or undefined after an error reply. */
function readKeyCount(call: Call): number | undefined {
  const count = call.int(1);
  if (count >= 1 && count <= call.argc - 2) return 2 + count;
  call.fail(count >= 1 ? errors.keyCountTooLarge : errors.keyCountNotPositive);
  return undefined;
}

/** The limit, Infinity for none, or undefined after an error reply. APPROX allows for an error; there is none. */
function readLimit(call: Call, first: number, mayApproximate: boolean): number | undefined {
  let limit = 0;
  for (let i = first; i < call.argc; i++) {
    if (mayApproximate && call.is(i, approxWord)) continue;
    if (!call.is(i, limitWord) || i + 1 === call.argc) {
      call.fail(errors.syntax);
      return undefined;
    }
    limit = call.int(++i);
    if (limit >= 0) continue;
    call.fail(errors.limitNegative);
    return undefined;
  }
  return limit === 0 ? Infinity : limit;
}

function countUpTo(limit: number, operands: readonly Operand[], eachOf: typeof eachCommon): number {
  let count = 0;
  eachOf(operands, () => ++count < limit);
  return count;
}

/** Answers with a result that is built beside the data set, so that its members are in the order that Redis gives them. */
function replyResult(call: Call, fill: Fill): void {
  const operands = readOperands(call, 1, call.argc);
  if (operands === undefined) return;
  const keyspace = call.keyspaceOf(1);
  const result = keyspace.prepare(call.bytes, 0, 0, ValueType.set, 'none');
  try {
    fill(operands, keyspace.sets, result);
    call.reply.set(keyspace.sets.length(result));
    replyAll(call, keyspace.sets, result);
  } finally {
    keyspace.discard(result);
  }
}

function fillWithCommon(operands: readonly Operand[], sets: Sets, entry: number): void {
  eachCommon(operands, (member) => sets.add(entry, member));
}

function fillWithAny(operands: readonly Operand[], sets: Sets, entry: number): void {
  for (const operand of operands) addAll(operand, sets, entry);
}

function fillWithDifference(operands: readonly Operand[], sets: Sets, entry: number): void {
  if (isFirstSmall(operands)) {
    eachOnlyInFirst(operands, (member) => sets.add(entry, member));
    return;
  }
  const [first, ...others] = operands;
  addAll(first!, sets, entry);
  for (const other of others) {
    if (sets.length(entry) === 0) return;
    each(other, (member) => {
      sets.remove(entry, member);
      return true;
    });
  }
}

function addAll(operand: Operand, sets: Sets, entry: number): void {
  each(operand, (member) => {
    sets.add(entry, member);
    return true;
  });
}
