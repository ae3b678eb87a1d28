/** LPUSH, RPUSH, LPUSHX, RPUSHX: adding elements at an end of a list. */
import { ValueType } from '../../keyspace/entry.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { pushArguments } from './elements.ts';

export const lpush = row('lpush', '1.0.0', 'Adds elements at the head of a list, which is made if need be.', (call) => push(call, true, false));
export const rpush = row('rpush', '1.0.0', 'Adds elements at the tail of a list, which is made if need be.', (call) => push(call, false, false));
export const lpushx = row('lpushx', '2.2.0', 'Adds elements at the head of a list if there is one.', (call) => push(call, true, true));
export const rpushx = row('rpushx', '2.2.0', 'Adds elements at the tail of a list if there is one.', (call) => push(call, false, true));

function row(name: string, since: string, summary: string, execute: (call: Call) => void): ShardCommand {
  return {
    name,
    arity: -3,
    flags: ['write', 'denyoom', 'fast'],
    acl: ['list'],
    keys: oneKey('RW insert'),
    text: about('list', since, summary, `${name.toUpperCase()} key element [element ...]`, 'O(1) for each element that is added'),
    place: 'shard',
    execute,
  };
}

function push(call: Call, isLeft: boolean, onlyIfPresent: boolean): void {
  const entry = findCollectionForWrite(call, 1, ValueType.list);
  if (entry === wrongTypeEntry) return;
  if (entry === 0 && onlyIfPresent) return call.reply.integer(0);
  const list = pushArguments(call, entry, 2, isLeft);
  call.logVerbatim(isLeft ? 'LPUSH' : 'RPUSH');
  call.reply.integer(call.keyspaceOf(1).lists.length(list));
}
