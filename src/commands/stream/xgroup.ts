/** XGROUP: groups of consumers, made and unmade. */
import { ValueType } from '../../keyspace/entry.ts';
import { consumerSeen } from '../../keyspace/streams/consumer-times.ts';
import { GroupWord, writeLong64 } from '../../keyspace/streams/group-records.ts';
import { HeadWord } from '../../keyspace/streams/stream-head.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ContainerCommand, FlagName, ShardCommand } from '../command.ts';
import { helpCommand } from '../help.ts';
import { oneKey } from '../key-specs.ts';
import { createStream } from './create-stream.ts';
import { logGroupId, logSeen } from './group-effects.ts';
import { isCharacter, readId, readIdOrEdge } from './stream-ids.ts';
import { xgroupHelp } from './stream-help.ts';

const KEY_AT = 2;
const GROUP_AT = 3;
const ID_AT = 4;
const CONSUMER_AT = 4;
const FIRST_OPTION = 5;
const SETID_ARGC_MOST = 7;
const CREATE_ARGC_MOST = 8;
const DOLLAR = 0x24;
const UNKNOWN = -1n;
const names = { keyAt: KEY_AT, groupAt: GROUP_AT, consumerAt: CONSUMER_AT };

const mkstream = wordBytes('mkstream');
const entriesReadWord = wordBytes('entriesread');
const id = new StreamId();

interface Options {
  entriesRead: bigint;
  makesStream: boolean;
}

/** The stream and the group that a subcommand is about; 0 for what there is not. */
interface Subject {
  readonly head: number;
  readonly group: number;
}

export const xgroup: ContainerCommand = {
  name: 'xgroup',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('stream', '5.0.0', 'Holds the commands about groups of consumers.', 'XGROUP', 'As of the subcommand'),
  subcommands: [
    row('create', '5.0.0', -5, ['denyoom'], 'RW insert', 'Makes a group of consumers.', 'key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]', create),
    row('createconsumer', '6.2.0', 5, ['denyoom'], 'RW insert', 'Makes a consumer of a group.', 'key group consumer', createConsumer),
    row('delconsumer', '5.0.0', 5, [], 'RW delete', 'Removes a consumer and what is pending for it.', 'key group consumer', deleteConsumer),
    row('destroy', '5.0.0', 4, [], 'RW delete', 'Removes a group of consumers.', 'key group', destroy, 'O(N) with N pending entries of the group'),
    helpCommand('XGROUP', '5.0.0', ['stream'], xgroupHelp, 'stream'),
    row('setid', '5.0.0', -5, [], 'RW update', 'Sets the id behind which a group is given new entries.', 'key group <id | $> [ENTRIESREAD entries-read]', setId),
  ],
};

function row(
  name: string, since: string, arity: number, flags: readonly FlagName[], keyFlags: string, summary: string, syntax: string,
  execute: (call: Call) => void, complexity?: string,
): ShardCommand {
  return {
    name, arity, flags: ['write', ...flags], acl: ['stream'], keys: oneKey(keyFlags, KEY_AT),
    text: about('stream', since, summary, `XGROUP ${name.toUpperCase()} ${syntax}`, complexity), place: 'shard', execute,
  };
}

function create(call: Call): void {
  const options = readOptions(call, true);
  if (options === undefined) return;
  const subject = lookUp(call, options.makesStream, false);
  if (subject === undefined) return;
  if (call.argc > CREATE_ARGC_MOST) return failSyntax(call);
  if (!readGroupId(call, subject.head, readId)) return;
  if (subject.group !== 0) return call.fail(errors.groupBusy);
  createGroup(call, subject.head, options);
  call.changes++;
  logCreate(call, subject.head === 0);
  call.reply.ok();
}

/** Makes the group, and its stream if there is none; both or neither. */
function createGroup(call: Call, head: number, { entriesRead }: Options): void {
  const keyspace = call.keyspaceOf(KEY_AT);
  const { streams } = keyspace;
  const entry = head === 0 ? createStream(call, KEY_AT) : 0;
  try {
    const group = streams.groups.create(
      head || streams.headOf(entry), call.bytes, call.offset(GROUP_AT), call.length(GROUP_AT), id, -1);
    writeLong64(streams.arena.i32, group * 2 + GroupWord.entriesRead, entriesRead);
  } catch (error) {
    if (entry !== 0) keyspace.remove(call.db, call.slotOf(KEY_AT), entry);
    throw error;
  }
}

function setId(call: Call): void {
  const options = readOptions(call, false);
  if (options === undefined) return;
  const subject = lookUp(call, false, true);
  if (subject === undefined) return;
  if (call.argc > SETID_ARGC_MOST) return failSyntax(call);
  if (!readGroupId(call, subject.head, readIdOrEdge)) return;
  const { i32 } = call.keyspaceOf(KEY_AT).arena;
  id.store(i32, subject.group * 2 + GroupWord.lastId);
  writeLong64(i32, subject.group * 2 + GroupWord.entriesRead, options.entriesRead);
  call.changes++;
  logGroupId(call, KEY_AT, GROUP_AT, subject.group);
  call.reply.ok();
}

function destroy(call: Call): void {
  const subject = lookUp(call, false, false);
  if (subject === undefined) return;
  if (subject.group === 0) return call.reply.integer(0);
  call.keyspaceOf(KEY_AT).streams.groups.destroy(subject.head, subject.group);
  call.changes++;
  call.logVerbatim('XGROUP');
  call.reply.integer(1);
}

function createConsumer(call: Call): void {
  const subject = lookUp(call, false, true);
  if (subject === undefined) return;
  const { groups } = call.keyspaceOf(KEY_AT).streams;
  const [offset, length] = [call.offset(CONSUMER_AT), call.length(CONSUMER_AT)];
  if (groups.findConsumer(subject.group, call.bytes, offset, length) !== 0) return call.reply.integer(0);
  const consumer = groups.createConsumer(subject.group, call.bytes, offset, length);
  call.changes++;
  call.logVerbatim('XGROUP');
  if (consumerSeen(call.keyspaceOf(KEY_AT).arena, consumer, call.nowMs)) logSeen(call, names);
  call.reply.integer(1);
}

function deleteConsumer(call: Call): void {
  const subject = lookUp(call, false, true);
  if (subject === undefined) return;
  const { groups } = call.keyspaceOf(KEY_AT).streams;
  const consumer = groups.findConsumer(subject.group, call.bytes, call.offset(CONSUMER_AT), call.length(CONSUMER_AT));
  if (consumer === 0) return call.reply.integer(0);
  const pending = groups.pendingCountOf(consumer);
  groups.removeConsumer(subject.group, consumer);
  call.changes++;
  call.logVerbatim('XGROUP');
  call.reply.integer(pending);
}

/** Undefined after an error. */
function readOptions(call: Call, isCreate: boolean): Options | undefined {
  const options: Options = { entriesRead: UNKNOWN, makesStream: false };
  for (let i = FIRST_OPTION; i < call.argc; i++) {
    if (isCreate && call.is(i, mkstream)) {
      options.makesStream = true;
    } else if (i + 1 < call.argc && call.is(i, entriesReadWord)) {
      const entriesRead = call.int64(++i);
      if (entriesRead === undefined) return refuse(call, errors.notInteger);
      // A counter that has overflowed is replayed as it is.
      if (entriesRead < UNKNOWN && call.nowMs !== 0) return refuse(call, errors.entriesReadNegative);
      options.entriesRead = entriesRead;
    } else {
      failSyntax(call);
      return undefined;
    }
  }
  return options;
}

/** Undefined after an error: the key must be there unless it is to be made, the group if it is needed. */
function lookUp(call: Call, makesStream: boolean, needsGroup: boolean): Subject | undefined {
  const entry = findCollectionForWrite(call, KEY_AT, ValueType.stream);
  if (entry === wrongTypeEntry) return undefined;
  if (entry === 0) return makesStream ? { head: 0, group: 0 } : refuse(call, errors.groupNeedsKey);
  const { streams } = call.keyspaceOf(KEY_AT);
  const head = streams.headOf(entry);
  const group = streams.groups.find(head, call.bytes, call.offset(GROUP_AT), call.length(GROUP_AT));
  if (group === 0 && needsGroup) return refuse(call, errors.noGroup(call.latin1(GROUP_AT), call.latin1(KEY_AT)));
  return { head, group };
}

/** Sets `id` to the one the group is to go on from. */
function readGroupId(call: Call, head: number, read: typeof readId): boolean {
  if (!isCharacter(call, ID_AT, DOLLAR)) return read(call, ID_AT, id);
  if (head === 0) id.setZero();
  else id.load(call.keyspaceOf(KEY_AT).arena.i32, head * 2 + HeadWord.lastId);
  return true;
}

/** The id is what `$` stands for. */
function logCreate(call: Call, makesStream: boolean): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'XGROUP', call.argc - 1 - (hasMkStream(call) && !makesStream ? 1 : 0));
  for (let i = 1; i < call.argc; i++) {
    if (i === ID_AT) effects.text(id.toString());
    else if (makesStream || i < FIRST_OPTION || !call.is(i, mkstream)) effects.bytes(call.bytes, call.offset(i), call.length(i));
  }
}

function hasMkStream(call: Call): boolean {
  for (let i = FIRST_OPTION; i < call.argc; i++) if (call.is(i, mkstream)) return true;
  return false;
}

function failSyntax(call: Call): void {
  call.fail(errors.subcommandSyntax(call.latin1(1), 'xgroup'));
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
