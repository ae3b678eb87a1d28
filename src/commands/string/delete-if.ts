/** DELEX, DELIFEQ and DIGEST: removing a key if its value is the expected one. */
import { ValueType, typeOf } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { conditionKindAt, digestOf, equalsArgument, meetsCondition } from './condition.ts';

export const digest: ShardCommand = {
  name: 'digest',
  arity: 2,
  flags: ['readonly', 'fast'],
  acl: ['string'],
  keys: oneKey('RO access'),
  text: {
    group: 'string', since: '8.4.0', summary: 'Returns the XXH3 digest of a string value in hexadecimal.',
    complexity: 'O(N) where N is the length of the string value.', syntax: 'DIGEST key',
  },
  place: 'shard',
  execute(call) {
    const entry = call.findForRead(1);
    const keyspace = call.keyspaceOf(1);
    if (entry === 0) call.reply.nil();
    else if (call.hasType(keyspace, entry, ValueType.string)) call.reply.bulkLatin1(digestOf(keyspace, entry));
  },
};

export const delex: ShardCommand = {
  name: 'delex',
  arity: -2,
  flags: ['write', 'fast'],
  acl: ['string'],
  keys: oneKey('RW delete variable_flags'),
  text: {
    group: 'string', since: '8.4.0', summary: 'Removes a key, on a condition about its string value or its digest.',
    complexity: 'O(1) for IFEQ/IFNE, O(N) for IFDEQ/IFDNE where N is the length of the string value.',
    syntax: 'DELEX key [IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest]',
  },
  place: 'shard',
  execute(call) {
    if (call.argc !== 2 && call.argc !== 4) {
      call.fail(errors.wrongArity('delex'));
      return;
    }
    const entry = call.findForWrite(1);
    const keyspace = call.keyspaceOf(1);
    const isWanted = entry !== 0 && (call.argc === 2 || judge(call, keyspace, entry));
    if (isWanted !== undefined) removeIf(call, keyspace, entry, isWanted);
  },
};

export const delifeq: ShardCommand = {
  name: 'delifeq',
  arity: 3,
  flags: ['write', 'fast'],
  acl: ['string'],
  keys: oneKey('RM access delete'),
  text: {
    group: 'string', since: '9.0.0', summary: 'Removes a key if its string value is the given one.', complexity: 'O(1)',
    syntax: 'DELIFEQ key value',
  },
  place: 'shard',
  execute(call) {
    const entry = call.findForWrite(1);
    const keyspace = call.keyspaceOf(1);
    if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
    removeIf(call, keyspace, entry, entry !== 0 && equalsArgument(call, keyspace, entry, 2));
  },
};

/** Whether the key meets DELEX's condition; undefined after an error reply. */
function judge(call: Call, keyspace: Keyspace, entry: number): boolean | undefined {
  if (typeOf(keyspace.arena, entry) !== ValueType.string) {
    call.fail(errors.conditionNeedsString);
    return undefined;
  }
  const kind = conditionKindAt(call, 2);
  if (kind === undefined) {
    call.fail(errors.invalidCondition);
    return undefined;
  }
  return meetsCondition(call, keyspace, entry, kind, 3);
}

function removeIf(call: Call, keyspace: Keyspace, entry: number, isWanted: boolean): void {
  if (isWanted) {
    keyspace.remove(call.db, call.slotOf(1), entry);
    call.logDelete(1);
  }
  call.reply.integer(isWanted ? 1 : 0);
}
