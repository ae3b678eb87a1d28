/** LLEN, LINDEX, LRANGE: reading a list. */
import { ValueType } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { Extent } from '../extent.ts';
import { oneKey } from '../key-specs.ts';
import { replyElement, replyElements, value } from './elements.ts';

export const llen: ShardCommand = {
  name: 'llen',
  arity: 2,
  flags: ['readonly', 'fast'],
  acl: ['list'],
  keys: oneKey('RO'),
  text: about('list', '1.0.0', 'Counts the elements of a list.', 'LLEN key'),
  place: 'shard',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.list);
    if (entry !== wrongTypeEntry) call.reply.integer(entry === 0 ? 0 : call.keyspaceOf(1).lists.length(entry));
  },
};

export const lindex: ShardCommand = {
  name: 'lindex',
  arity: 3,
  flags: ['readonly'],
  acl: ['list'],
  keys: oneKey('RO access'),
  text: about('list', '1.0.0', 'Returns the element at an index of a list.', 'LINDEX key index', 'O(log N) with N the length of the list'),
  place: 'shard',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.list);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.reply.nil();
    const index = call.int(2);
    if (Number.isNaN(index)) return call.fail(errors.notInteger);
    const { lists } = call.keyspaceOf(1);
    const length = lists.length(entry);
    const at = index < 0 ? index + length : index;
    if (!(at >= 0 && at < length)) return call.reply.nil();
    lists.seek(entry, at, lists.cursor);
    lists.cursor.read(value);
    replyElement(call.reply, value);
  },
};

export const lrange: ShardCommand = {
  name: 'lrange',
  arity: 4,
  flags: ['readonly'],
  acl: ['list'],
  keys: oneKey('RO access'),
  text: about(
    'list', '1.0.0', 'Returns the elements of a range of a list.', 'LRANGE key start stop',
    'O(log N + M) with N the length of the list and M elements returned'),
  place: 'shard',
  extent: Extent.range,
  execute(call) {
    const [start, stop] = [call.int(2), call.int(3)];
    if (Number.isNaN(start) || Number.isNaN(stop)) return call.fail(errors.notInteger);
    const entry = findCollection(call, 1, ValueType.list);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.reply.array(0);
    const { lists } = call.keyspaceOf(1);
    const length = lists.length(entry);
    const first = Math.max(0, start < 0 ? start + length : start);
    const last = Math.min(length - 1, stop < 0 ? stop + length : stop);
    if (first > last) return call.reply.array(0);
    lists.seek(entry, first, lists.cursor);
    replyElements(call.reply, lists.cursor, last - first + 1, true);
  },
};
