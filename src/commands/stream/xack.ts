/** XACK: entries that are no longer pending for a group. */
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { findGroup, found } from './group-lookup.ts';
import { parseId } from './stream-ids.ts';

const FIRST_ID = 3;
const id = new StreamId();

export const xack: ShardCommand = {
  name: 'xack',
  arity: -4,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW update'),
  text: about('stream', '5.0.0', 'Acknowledges entries that are pending for a group.', 'XACK key group id [id ...]', 'O(1) for each id'),
  place: 'shard',
  execute(call) {
    if (!findGroup(call, 1, 2)) return;
    if (found.group === 0) return call.reply.integer(0);
    for (let i = FIRST_ID; i < call.argc; i++) if (!parseId(call, i, id)) return call.fail(errors.invalidStreamId);
    const acknowledged = acknowledge(call);
    if (acknowledged > 0) {
      call.changes += acknowledged;
      call.logVerbatim('XACK');
    }
    call.reply.integer(acknowledged);
  },
};

function acknowledge(call: Call): number {
  const { groups } = call.keyspaceOf(1).streams;
  let acknowledged = 0;
  for (let i = FIRST_ID; i < call.argc; i++) {
    parseId(call, i, id);
    const pending = groups.findPending(found.group, id);
    if (pending === 0) continue;
    groups.removePending(found.group, pending);
    acknowledged++;
  }
  return acknowledged;
}
