/**
 * SORT and SORT_RO: elements of a list, set or sorted set, in order of themselves or of other keys'
 * values, answered or stored as a list. Everything is read into memory of our own first: looking up keys
 * may remove expired ones.
 */
import { ByteStrings } from '../../structures/byte-strings.ts';
import { typeOf, ValueType } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { byBytes, byStrings, byWeight, ordered } from './order.ts';
import { lookUp } from './sort-lookup.ts';
import { sortNumber } from './sort-number.ts';
import { destinationOf, readSortRequest, readsOtherKeys, type SortRequest } from './sort-request.ts';
import { loadAll, loadRange } from './sort-source.ts';
import { storeList } from './sort-store.ts';

const complexity = 'O(N+M*log(M)) where N is the number of elements, and M of those that are returned; O(N) without sorting.';
const otherKeys = { begin: { unknown: true }, find: { unknown: true }, flags: ['RO', 'access'] } as const;

export const sort: ShardCommand = {
  name: 'sort',
  arity: -2,
  flags: ['write', 'denyoom', 'movablekeys'],
  acl: ['set', 'sortedset', 'list', 'dangerous'],
  keys: [
    ...oneKey('RO access'), otherKeys,
    { begin: { unknown: true, locate: destinationOf }, find: { unknown: true }, flags: ['OW', 'update'] },
  ],
  text: about('generic', '1.0.0', 'Sorts the elements of a list, a set or a sorted set, and may store the result.',
    'SORT key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]', complexity),
  place: 'shard',
  readsOtherKeys,
  execute: (call) => run(call, true),
};

export const sortRo: ShardCommand = {
  name: 'sort_ro',
  arity: -2,
  flags: ['readonly', 'movablekeys'],
  acl: ['set', 'sortedset', 'list', 'dangerous'],
  keys: [...oneKey('RO access'), otherKeys],
  text: about('generic', '7.0.0', 'Sorts the elements of a list, a set or a sorted set.',
    'SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]', complexity),
  place: 'shard',
  readsOtherKeys,
  execute: (call) => run(call, false),
};

const elements = new ByteStrings();
const values = new ByteStrings();

/** Elements by their numbers, of which those from `first` on are wanted, `count` of them. */
interface Sorted {
  readonly order: readonly number[];
  readonly first: number;
  readonly count: number;
}

function run(call: Call, mayStore: boolean): void {
  const request = readSortRequest(call, mayStore);
  if (request === undefined) return;
  const entry = call.findForRead(1);
  if (entry !== 0 && !isSortable(typeOf(call.keyspaceOf(1).arena, entry))) return call.failType();
  elements.clear();
  values.clear();
  const sorted = sortEntry(call, entry, request);
  if (sorted === undefined) return call.fail(errors.sortNotDouble);
  if (request.destination === 0) reply(call, request, sorted);
  else store(call, request, sorted);
  elements.clear();
  values.clear();
}

function isSortable(type: number): boolean {
  return type === ValueType.list || type === ValueType.set || type === ValueType.zset;
}

/** Undefined: a weight is no number. */
function sortEntry(call: Call, entry: number, request: SortRequest): Sorted | undefined {
  const keyspace = call.keyspaceOf(1);
  const length = entry === 0 ? 0 : keyspace.kindOf(entry).length(entry);
  const isSet = entry !== 0 && typeOf(keyspace.arena, entry) === ValueType.set;
  const { first, count } = limits(request, length);
  if (request.isUnsorted && !isSet) {
    if (count > 0) loadRange(keyspace, entry, request.isDescending ? length - 1 - first : first, count, request.isDescending, elements);
    return { order: Array.from({ length: count }, (_, i) => i), first: 0, count };
  }
  if (entry !== 0) loadAll(keyspace, entry, elements);
  // A set has no order, but what is stored must not depend on that.
  if (request.isUnsorted && request.destination === 0) return { order: Array.from({ length }, (_, i) => i), first, count };
  const by = request.isUnsorted ? undefined : request.by;
  const compare = request.isUnsorted || request.isAlphabetic ? byText(call, by, request) : byNumber(call, by);
  if (compare === undefined) return undefined;
  const part = by === undefined || count === length ? undefined : { first, last: first + count - 1 };
  return { order: ordered(length, compare, request.isDescending, part), first, count };
}

/** LIMIT within the elements that there are. */
function limits({ offset, count }: SortRequest, length: number): { first: number; count: number } {
  const first = Math.min(Math.max(offset, 0), length);
  const left = length - first;
  return { first, count: count < 0 ? left : Math.min(count, left) };
}

function byText(call: Call, by: SortRequest['by'], { destination }: SortRequest): ReturnType<typeof byBytes> {
  const isText = destination === 0;
  if (by === undefined) return byBytes(elements, isText);
  const isFound = new Uint8Array(elements.length);
  for (let i = 0; i < isFound.length; i++) {
    if (lookUp(call, by, elements, i, values)) isFound[i] = 1;
    else values.reserve(0);
  }
  return byStrings(values, isFound, isText);
}

function byNumber(call: Call, by: SortRequest['by']): ReturnType<typeof byWeight> | undefined {
  const weights = new Float64Array(elements.length);
  let areNumbers = true;
  for (let i = 0; i < weights.length; i++) {
    if (by !== undefined) {
      values.clear();
      if (!lookUp(call, by, elements, i, values)) continue;
    }
    const from = by === undefined ? elements : values;
    const at = by === undefined ? i : 0;
    const weight = sortNumber(from.bytes, from.offsetOf(at), from.lengthOf(at));
    if (Number.isNaN(weight)) areNumbers = false;
    weights[i] = weight;
  }
  return areNumbers ? byWeight(weights, elements) : undefined;
}

function reply(call: Call, { get }: SortRequest, { order, first, count }: Sorted): void {
  call.reply.array(count * Math.max(1, get.length));
  for (let at = first; at < first + count; at++) {
    const i = order[at]!;
    if (get.length === 0) call.reply.bulk(elements.bytes, elements.offsetOf(i), elements.lengthOf(i));
    for (const pattern of get) {
      values.clear();
      if (lookUp(call, pattern, elements, i, values)) call.reply.bulk(values.bytes, 0, values.lengthOf(0));
      else call.reply.nil();
    }
  }
}

function store(call: Call, { get, destination }: SortRequest, { order, first, count }: Sorted): void {
  const stored = new ByteStrings();
  for (let at = first; at < first + count; at++) {
    const i = order[at]!;
    if (get.length === 0) stored.add(elements.bytes, elements.offsetOf(i), elements.lengthOf(i));
    for (const pattern of get) if (!lookUp(call, pattern, elements, i, stored)) stored.reserve(0);
  }
  storeList(call, destination, stored);
  call.reply.integer(stored.length);
}
