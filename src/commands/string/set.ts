/** SET, provisional core. */
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { encodingOfBytes } from './encoding.ts';

export const set: ShardCommand = {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  acl: ['string'],
  keys: oneKey('RW access update variable_flags'),
  text: { group: 'string', since: '1.0.0', summary: 'Sets the string value of a key.', complexity: 'O(1)', syntax: 'SET key value' },
  place: 'shard',
  execute(call) {
    const keyspace = call.keyspaceOf(1);
    const slot = call.slotOf(1);
    const entry = call.findForWrite(1);
    const valueAt = call.offset(2);
    const valueBytes = call.length(2);
    const encoding = encodingOfBytes(call.bytes, valueAt, valueBytes);
    keyspace.putString(call.db, slot, entry, call.bytes, call.offset(1), call.length(1), call.bytes, valueAt, valueBytes, encoding, false);
    call.logVerbatim('SET');
    call.reply.ok();
  },
};
