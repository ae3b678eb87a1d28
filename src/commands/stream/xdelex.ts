/** XDELEX and XACKDEL: removing entries with a say in what becomes of what groups know of them. */
import { ValueType } from '../../keyspace/entry.ts';
import { type Fate, removeEntry } from '../../keyspace/streams/stream-references.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { findGroup, found } from './group-lookup.ts';
import { readRemoval, type Removal } from './reference-options.ts';
import { parseId } from './stream-ids.ts';

const id = new StreamId();

export const xdelex: ShardCommand = {
  name: 'xdelex',
  arity: -5,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW delete'),
  text: about(
    'stream', '8.2.0', 'Removes entries from a stream, with what groups know of them or only if no group needs them.',
    'XDELEX key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]', 'O(log N) for each id and group'),
  place: 'shard',
  execute(call) {
    const removal = readRemoval(call, 2);
    if (removal === undefined) return;
    const entry = findCollectionForWrite(call, 1, ValueType.stream);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return replyFates(call, removal, () => -1);
    const { streams } = call.keyspaceOf(1);
    const head = streams.headOf(entry);
    const fates = fatesOf(call, removal, () => removeEntry(streams, head, id, removal.references));
    // References may have been dropped of entries that are long gone.
    if (fates.includes(1) || removal.references === 'drop') note(call, 'XDELEX');
    replyFates(call, removal, (i) => fates[i]!);
  },
};

export const xackdel: ShardCommand = {
  name: 'xackdel',
  arity: -6,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW delete update'),
  text: about(
    'stream', '8.2.0', 'Acknowledges entries that are pending for a group and removes them from the stream.',
    'XACKDEL key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]', 'O(log N) for each id and group'),
  place: 'shard',
  execute(call) {
    const removal = readRemoval(call, 3);
    if (removal === undefined || !findGroup(call, 1, 2)) return;
    if (found.group === 0) return replyFates(call, removal, () => -1);
    const fates = fatesOf(call, removal, () => acknowledgeAndRemove(call, removal));
    if (fates.some((fate) => fate > 0)) note(call, 'XACKDEL');
    replyFates(call, removal, (i) => fates[i]!);
  },
};

/** An entry that was pending counts as removed, even if it had been removed before. */
function acknowledgeAndRemove(call: Call, { references }: Removal): Fate {
  const { streams } = call.keyspaceOf(1);
  const pending = streams.groups.findPending(found.group, id);
  if (pending === 0) return -1;
  streams.groups.removePending(found.group, pending);
  return removeEntry(streams, found.head, id, references) === 2 ? 2 : 1;
}

function fatesOf(call: Call, { idsAt, idsEnd }: Removal, remove: () => Fate): Fate[] {
  const fates: Fate[] = [];
  for (let i = idsAt; i < idsEnd; i++) {
    parseId(call, i, id);
    fates.push(remove());
  }
  return fates;
}

function note(call: Call, name: string): void {
  call.changes++;
  call.logVerbatim(name);
}

function replyFates({ reply }: Call, { idsAt, idsEnd }: Removal, fateOf: (i: number) => Fate): void {
  reply.array(idsEnd - idsAt);
  for (let i = 0; i < idsEnd - idsAt; i++) reply.integer(fateOf(i));
}
