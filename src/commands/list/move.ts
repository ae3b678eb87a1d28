/**
 * LMOVE, RPOPLPUSH, LMOVEM: elements go from an end of a list to an end of another, or of the same. The
 * keys may live on two shards. Between two lists the elements are pushed before they are popped, so that
 * the pop, which cannot fail, follows when nothing can go wrong any more.
 */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { CopiedElements } from './copied-elements.ts';
import { findList, logPop, pushElements, readSide, takeElements, value } from './elements.ts';

const countWord = wordBytes('count');
const exactlyWord = wordBytes('exactly');
const oneByOneWord = wordBytes('obo');
const bulkWord = wordBytes('bulk');
/** Blocks that grow with a small change. */
const roomBytes = 256 * 1024;
const elements = new CopiedElements();
const keys = [...oneKey('RW access delete'), ...oneKey('RW insert', 2)];

export const lmove: ShardCommand = {
  name: 'lmove',
  arity: 5,
  flags: ['write', 'denyoom'],
  acl: ['list'],
  keys,
  text: about(
    'list', '6.2.0', 'Takes an element from an end of a list and adds it at an end of another.',
    'LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT>'),
  movesValue: true,
  place: 'shard',
  execute(call) {
    const fromLeft = readSide(call, 3);
    const toLeft = fromLeft === undefined ? undefined : readSide(call, 4);
    if (fromLeft !== undefined && toLeft !== undefined) moveOne(call, fromLeft, toLeft, 'LMOVE');
  },
};

export const rpoplpush: ShardCommand = {
  name: 'rpoplpush',
  arity: 3,
  flags: ['write', 'denyoom'],
  acl: ['list'],
  keys,
  text: about(
    'list', '1.2.0', 'Takes the last element of a list and adds it at the head of another.', 'RPOPLPUSH source destination'),
  movesValue: true,
  place: 'shard',
  execute: (call) => moveOne(call, false, true, 'RPOPLPUSH'),
};

export const lmovem: ShardCommand = {
  name: 'lmovem',
  arity: -5,
  flags: ['write', 'denyoom'],
  acl: ['list'],
  keys,
  text: about(
    'list', '8.10.0', 'Takes elements from an end of a list and adds them at an end of another, so many at most or exactly.',
    'LMOVEM source destination <LEFT | RIGHT> <LEFT | RIGHT> [<COUNT count | EXACTLY exactly> <OBO | BULK>]', 'O(N) with N elements moved'),
  place: 'shard',
  execute(call) {
    const fromLeft = readSide(call, 3);
    const toLeft = fromLeft === undefined ? undefined : readSide(call, 4);
    if (fromLeft === undefined || toLeft === undefined) return;
    const amount = readAmount(call);
    if (amount !== undefined) moveSeveral(call, fromLeft, toLeft, amount);
  },
};

/** How many elements are to be moved, and whether one by one. */
interface Amount {
  readonly count: number;
  readonly isExact: boolean;
  readonly isOneByOne: boolean;
}

const one: Amount = { count: 1, isExact: false, isOneByOne: false };

function readAmount(call: Call): Amount | undefined {
  if (call.argc === 5) return one;
  const isExact = call.is(5, exactlyWord);
  const isOneByOne = call.argc === 8 && call.is(7, oneByOneWord);
  const isKnown = call.argc === 8 && (isExact || call.is(5, countWord)) && (isOneByOne || call.is(7, bulkWord));
  const count = isKnown ? call.int(6) : 0;
  if (count > 0) return { count, isExact, isOneByOne };
  call.fail(isKnown ? errors.countNotPositive : errors.syntax);
  return undefined;
}

function moveOne(call: Call, fromLeft: boolean, toLeft: boolean, name: string): void {
  const source = findList(call, 1);
  if (source === wrongTypeEntry) return;
  if (source === 0) return call.reply.nil();
  const target = findList(call, 2);
  if (target === wrongTypeEntry) return;
  copyEnd(call, source, fromLeft, 1);
  carry(call, source, target, fromLeft, toLeft, name);
  elements.reply(call.reply, 0);
  elements.clear();
}

function moveSeveral(call: Call, fromLeft: boolean, toLeft: boolean, { count, isExact, isOneByOne }: Amount): void {
  const source = findList(call, 1);
  if (source === wrongTypeEntry) return;
  const length = source === 0 ? 0 : call.keyspaceOf(1).lists.length(source);
  if (length === 0 || (isExact && length < count)) return call.reply.nilArray();
  const target = findList(call, 2);
  if (target === wrongTypeEntry) return;
  copyEnd(call, source, fromLeft, Math.min(count, length));
  // Popped from the right they come in reverse; at the left of the destination the last pushed is the first.
  elements.isReversed = !isOneByOne && fromLeft === toLeft;
  carry(call, source, target, fromLeft, toLeft, 'LMOVEM');
  call.reply.array(elements.count);
  for (let i = 0; i < elements.count; i++) elements.reply(call.reply, toLeft ? elements.count - 1 - i : i);
  elements.clear();
}

/** Moves the elements that were copied and leaves the effects. */
function carry(call: Call, source: number, target: number, fromLeft: boolean, toLeft: boolean, name: string): void {
  const keyspace = call.keyspaceOf(2);
  keyspace.assureRoom(roomBytes + elements.bytes * 2);
  if (source === target && keyspace === call.keyspaceOf(1)) {
    turn(call, source, fromLeft, toLeft);
    call.logVerbatim(name);
    return;
  }
  pushElements(call, 2, target, toLeft, elements);
  takeElements(call, 1, source, fromLeft, elements.count);
  const { effects } = call;
  effects.beginTransaction();
  logPop(call, 1, fromLeft, elements.count);
  logPush(call, toLeft);
  effects.endTransaction();
}

/** Moves elements within one list, for which there is room: it takes no more memory than before. */
function turn(call: Call, entry: number, fromLeft: boolean, toLeft: boolean): void {
  const { lists } = call.keyspaceOf(1);
  lists.remove(entry, fromLeft ? 0 : lists.length(entry) - elements.count, elements.count);
  pushElements(call, 1, entry, toLeft, elements);
  lists.settle(entry, true);
}

/** Leaves the effect of the elements that were pushed: `LPUSH key element ...`. */
function logPush(call: Call, toLeft: boolean): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, toLeft ? 'LPUSH' : 'RPUSH', 1 + elements.count);
  effects.bytes(call.bytes, call.offset(2), call.length(2));
  for (let i = 0; i < elements.count; i++) elements.log(effects, i);
}

/** Copies `count` elements in the order in which they are popped. */
function copyEnd(call: Call, entry: number, isLeft: boolean, count: number): void {
  const { lists } = call.keyspaceOf(1);
  const { cursor } = lists;
  elements.clear();
  elements.isReversed = false;
  lists.seek(entry, isLeft ? 0 : lists.length(entry) - 1, cursor);
  for (let left = count; left > 0; left--) {
    cursor.read(value);
    elements.add(value);
    if (isLeft) cursor.next();
    else cursor.prev();
  }
}
