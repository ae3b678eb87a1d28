/** LPOP, RPOP, LMPOP: taking elements from an end of a list. */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { countedKeys, oneKey } from '../key-specs.ts';
import { findList, logPop, readSide, replyElement, replyElements, takeElements, value } from './elements.ts';

const countWord = wordBytes('count');

export const lpop = row('lpop', 'Takes elements from the head of a list and returns them.', (call) => pop(call, true));
export const rpop = row('rpop', 'Takes elements from the tail of a list and returns them.', (call) => pop(call, false));

export const lmpop: ShardCommand = {
  name: 'lmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  acl: ['list'],
  keys: countedKeys('RW access delete'),
  text: about(
    'list', '7.0.0', 'Takes elements from an end of the first list that there is among several keys.',
    'LMPOP numkeys key [key ...] <LEFT | RIGHT> [COUNT count]', 'O(N+M) with N keys and M elements returned'),
  place: 'shard',
  execute(call) {
    const keyCount = call.int(1);
    if (!(keyCount > 0)) return call.fail(errors.keyCountNotPositive);
    const sideAt = keyCount + 2;
    if (sideAt >= call.argc) return call.fail(errors.syntax);
    const isLeft = readSide(call, sideAt);
    if (isLeft === undefined) return;
    const count = readCount(call, sideAt + 1);
    if (count !== undefined) popFromFirst(call, sideAt, isLeft, count);
  },
};

function row(name: string, summary: string, execute: (call: Call) => void): ShardCommand {
  return {
    name,
    arity: -2,
    flags: ['write', 'fast'],
    acl: ['list'],
    keys: oneKey('RW access delete'),
    quickArgc: 2,
    text: about('list', '1.0.0', summary, `${name.toUpperCase()} key [count]`, 'O(N) with N elements returned'),
    place: 'shard',
    execute,
  };
}

function pop(call: Call, isLeft: boolean): void {
  if (call.argc > 2) return popSeveral(call, isLeft);
  const entry = findList(call, 1);
  if (entry === wrongTypeEntry) return;
  if (entry === 0) return call.reply.nil();
  const { lists } = call.keyspaceOf(1);
  lists.readEnd(entry, isLeft, value);
  replyElement(call.reply, value);
  takeElements(call, 1, entry, isLeft, 1);
  logPop(call, 1, isLeft, 1);
}

function popSeveral(call: Call, isLeft: boolean): void {
  if (call.argc > 3) return call.fail(errors.wrongArity(isLeft ? 'lpop' : 'rpop'));
  const count = call.int(2);
  if (!(count >= 0)) return call.fail(errors.notPositive);
  const entry = findList(call, 1);
  if (entry === wrongTypeEntry) return;
  if (entry === 0) call.reply.nilArray();
  else if (count === 0) call.reply.array(0);
  else popAndReply(call, 1, entry, isLeft, count);
}

/** The value of the option COUNT, 1 without it; undefined after an error reply. */
function readCount(call: Call, first: number): number | undefined {
  if (first === call.argc) return 1;
  if (!call.is(first, countWord) || first + 1 === call.argc) return refuse(call, errors.syntax);
  const count = call.int(first + 1);
  if (!(count > 0)) return refuse(call, errors.countNotPositive);
  return first + 2 === call.argc ? count : refuse(call, errors.syntax);
}

function popFromFirst(call: Call, end: number, isLeft: boolean, count: number): void {
  for (let i = 2; i < end; i++) {
    const entry = findList(call, i);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) continue;
    call.reply.array(2);
    call.reply.bulk(call.bytes, call.offset(i), call.length(i));
    return popAndReply(call, i, entry, isLeft, count);
  }
  call.reply.nilArray();
}

/** Answers with up to `count` elements in the order in which they are taken. */
function popAndReply(call: Call, i: number, entry: number, isLeft: boolean, count: number): void {
  const { lists } = call.keyspaceOf(i);
  const taken = Math.min(count, lists.length(entry));
  lists.seek(entry, isLeft ? 0 : lists.length(entry) - 1, lists.cursor);
  replyElements(call.reply, lists.cursor, taken, isLeft);
  takeElements(call, i, entry, isLeft, taken);
  logPop(call, i, isLeft, taken);
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
