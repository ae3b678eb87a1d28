/** XINFO: what there is to know of a stream, its groups and their consumers. */
import { ValueType } from '../../keyspace/entry.ts';
import { CONSUMER_BYTES, ConsumerWord, GROUP_BYTES, readLong } from '../../keyspace/streams/group-records.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import * as errors from '../../protocol/errors.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import type { ContainerCommand, ShardCommand } from '../command.ts';
import { helpCommand } from '../help.ts';
import { oneKey } from '../key-specs.ts';
import { replyProgress } from './group-progress.ts';
import { xinfoHelp } from './stream-help.ts';
import { replyStream } from './xinfo-stream.ts';

const KEY_AT = 2;
const GROUP_AT = 3;

export const xinfo: ContainerCommand = {
  name: 'xinfo',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('stream', '5.0.0', 'Holds the commands that tell about streams.', 'XINFO', 'As of the subcommand'),
  subcommands: [
    row('consumers', 4, 'Tells about the consumers of a group.', 'key group', replyConsumers),
    row('groups', 3, 'Tells about the groups of a stream.', 'key', replyGroups),
    helpCommand('XINFO', '5.0.0', ['stream'], xinfoHelp, 'stream'),
    row('stream', -3, 'Tells about a stream.', 'key [FULL [COUNT count]]', replyStream),
  ],
};

function row(name: string, arity: number, summary: string, syntax: string, answer: (call: Call, streams: Streams, head: number) => void): ShardCommand {
  return {
    name, arity, flags: ['readonly'], acl: ['stream'], keys: oneKey('RO access', KEY_AT),
    text: about('stream', '5.0.0', summary, `XINFO ${name.toUpperCase()} ${syntax}`, 'O(N) with N nodes, groups or consumers'),
    place: 'shard',
    execute(call) {
      const entry = findCollection(call, KEY_AT, ValueType.stream);
      if (entry === wrongTypeEntry) return;
      if (entry === 0) return call.fail(errors.noSuchKey);
      const { streams } = call.keyspaceOf(KEY_AT);
      answer(call, streams, streams.headOf(entry));
    },
  };
}

function replyConsumers(call: Call, { groups, arena }: Streams, head: number): void {
  const { reply, nowMs } = call;
  const group = groups.find(head, call.bytes, call.offset(GROUP_AT), call.length(GROUP_AT));
  if (group === 0) return call.fail(errors.noGroup(call.latin1(GROUP_AT), call.latin1(KEY_AT)));
  reply.array(groups.consumerCount(group));
  const cursor = new TreeCursor(arena);
  for (let on = groups.firstConsumer(group, cursor); on; on = cursor.next()) {
    const consumer = cursor.ref;
    const { i32, u8 } = arena;
    const activeAt = readLong(i32, consumer * 2 + ConsumerWord.activeAt);
    reply.map(4);
    reply.bulkLatin1('name');
    reply.bulk(u8, consumer * 8 + CONSUMER_BYTES, i32[consumer * 2]!);
    reply.bulkLatin1('pending');
    reply.integer(groups.pendingCountOf(consumer));
    reply.bulkLatin1('idle');
    reply.integer(Math.max(nowMs - readLong(i32, consumer * 2 + ConsumerWord.seenAt), 0));
    reply.bulkLatin1('inactive');
    reply.integer(activeAt < 0 ? -1 : Math.max(nowMs - activeAt, 0));
  }
}

function replyGroups({ reply }: Call, { groups, arena }: Streams, head: number): void {
  reply.array(groups.count(head));
  const cursor = new TreeCursor(arena);
  for (let on = groups.first(head, cursor); on; on = cursor.next()) {
    const group = cursor.ref;
    reply.map(6);
    reply.bulkLatin1('name');
    reply.bulk(arena.u8, group * 8 + GROUP_BYTES, arena.i32[group * 2]!);
    reply.bulkLatin1('consumers');
    reply.integer(groups.consumerCount(group));
    reply.bulkLatin1('pending');
    reply.integer(groups.pendingCount(group));
    replyProgress(reply, arena, head, group);
  }
}
