/**
 * What the list commands share: finding a list, answering with elements, taking elements from an end,
 * and the one function through which all elements come that are pushed.
 */
import { encodingOf, typeOf, ValueType } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import type { ElementSink } from '../../structures/listpack-encoding.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { ListCursor } from '../../structures/list-cursor.ts';
import type { Call } from '../call.ts';
import { createCollection, wrongTypeEntry } from '../collection.ts';

const leftWord = wordBytes('left');
const rightWord = wordBytes('right');

/** The element that is read or written at the moment. */
export const value = new ListpackValue();

/** Elements on their way into a list, in the order in which they are pushed. */
export interface ElementSource {
  readonly count: number;
  /** The lengths of all as text. */
  readonly bytes: number;
  read(index: number, into: ListpackValue): void;
}

/** The arguments of a call from `first` on. */
class ArgumentSource implements ElementSource {
  count = 0;
  bytes = 0;
  #call!: Call;
  #first = 0;

  of(call: Call, first: number): this {
    this.#call = call;
    this.#first = first;
    this.count = call.argc - first;
    this.bytes = 0;
    for (let i = first; i < call.argc; i++) this.bytes += call.length(i);
    return this;
  }

  read(index: number, into: ListpackValue): void {
    const i = this.#first + index;
    into.setBytes(this.#call.bytes, this.#call.offset(i), this.#call.length(i));
  }
}

const argumentSource = new ArgumentSource();

/** Answers with the elements that are shown to it. */
class ReplySink implements ElementSink {
  reply!: ReplyWriter;

  string(bytes: Uint8Array, offset: number, length: number): void {
    this.reply.bulk(bytes, offset, length);
  }

  smallInteger(integer: number): void {
    this.reply.bulkInteger(integer);
  }

  integer(element: ListpackValue): void {
    replyElement(this.reply, element);
  }
}

const replySink = new ReplySink();

/** The list of key argument `i` for a change that needs no memory: its entry, 0, or wrongTypeEntry after an error reply. */
export function findList(call: Call, i: number): number {
  const entry = call.findForWrite(i);
  if (entry === 0 || typeOf(call.keyspaceOf(i).arena, entry) === ValueType.list) return entry;
  call.failType();
  return wrongTypeEntry;
}

/** Whether argument `i` is LEFT; undefined after an error reply when it is not RIGHT either. */
export function readSide(call: Call, i: number): boolean | undefined {
  if (call.is(i, leftWord)) return true;
  if (call.is(i, rightWord)) return false;
  call.fail(errors.syntax);
  return undefined;
}

/** Pushes the arguments from `first` on at an end of the list of key argument 1, whose entry is `entry` or 0. Returns the entry. */
export function pushArguments(call: Call, entry: number, first: number, isLeft: boolean): number {
  return pushElements(call, 1, entry, isLeft, argumentSource.of(call, first));
}

/**
 * Pushes elements one after the other at an end of the list of key argument `i`, whose entry is `entry`, or 0 for a
 * new list. Every push goes through here. Returns the entry; when memory runs out nothing has changed.
 */
export function pushElements(call: Call, i: number, entry: number, isLeft: boolean, source: ElementSource): number {
  const keyspace = call.keyspaceOf(i);
  const { lists } = keyspace;
  const target = entry === 0 ? createCollection(call, i, ValueType.list) : entry;
  const encoding = encodingOf(keyspace.arena, target);
  const { count } = source;
  let pushed = 0;
  try {
    lists.makeFit(target, source.bytes, count);
    for (; pushed < count; pushed++) {
      source.read(pushed, value);
      lists.push(target, isLeft, value);
    }
  } catch (error) {
    if (entry === 0) keyspace.remove(call.db, call.slotOf(i), target);
    else lists.takeBack(target, isLeft, pushed, encoding);
    throw error;
  }
  value.clear();
  call.changes += count;
  return target;
}

/** Takes `count` elements, which there are, from an end of a list; the key goes with the last one. */
export function takeElements(call: Call, i: number, entry: number, isLeft: boolean, count: number): void {
  const { lists } = call.keyspaceOf(i);
  lists.remove(entry, isLeft ? 0 : lists.length(entry) - count, count);
  call.changes += count;
  finishRemoval(call, i, entry);
}

/** After elements were taken out of a list: removes its key if none is left, else lets it become a listpack if it may. */
export function finishRemoval(call: Call, i: number, entry: number): void {
  const keyspace = call.keyspaceOf(i);
  if (keyspace.lists.length(entry) === 0) keyspace.remove(call.db, call.slotOf(i), entry);
  else keyspace.lists.settle(entry, true);
}

/** Answers with `count` elements from the cursor's on, in the order in which it goes. */
export function replyElements(reply: ReplyWriter, cursor: ListCursor, count: number, isForward: boolean): void {
  reply.array(count);
  if (isForward) {
    replySink.reply = reply;
    cursor.show(count, value, replySink);
    return;
  }
  for (let left = count; left > 0; left--) {
    cursor.read(value);
    replyElement(reply, value);
    cursor.prev();
  }
}

export function replyElement(reply: ReplyWriter, element: ListpackValue): void {
  if (!element.isInteger) reply.bulk(element.bytes, element.offset, element.length);
  else if (element.isSafe) reply.bulkInteger(element.integer);
  else reply.bulkInteger64(BigInt(element.toInt64()));
}

/** Leaves the effect of elements that were popped: `LPOP key` or `LPOP key count`. */
export function logPop(call: Call, i: number, isLeft: boolean, count: number): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, isLeft ? 'LPOP' : 'RPOP', count === 1 ? 1 : 2);
  effects.bytes(call.bytes, call.offset(i), call.length(i));
  if (count !== 1) effects.integer(count);
}
