/** XCFGSET and XIDMPRECORD: how a stream remembers what its producers have sent, and what it is to remember. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { ArgumentName } from './producer-options.ts';
import { readId } from './stream-ids.ts';

const durationWord = wordBytes('idmp-duration');
const maxSizeWord = wordBytes('idmp-maxsize');
const DURATION_MAX_SECONDS = 86_400;
const MAX_SIZE_MAX = 10_000;
const producer = new ArgumentName();
const own = new ArgumentName();
const id = new StreamId();

/** NaN: as it is. */
interface Config {
  durationSeconds: number;
  maxSize: number;
}

export const xcfgset: ShardCommand = {
  name: 'xcfgset',
  arity: -2,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW update'),
  text: about(
    'stream', '8.6.0', 'Sets for how long, and how many, ids of its producers a stream remembers.',
    'XCFGSET key [IDMP-DURATION idmp-duration] [IDMP-MAXSIZE idmp-maxsize]'),
  place: 'shard',
  execute(call) {
    const config = readConfig(call);
    if (config === undefined) return;
    const head = findStream(call);
    if (head === 0) return;
    if (configure(call.keyspaceOf(1).streams, head, config)) {
      call.changes++;
      call.logVerbatim('XCFGSET');
    }
    call.reply.ok();
  },
};

export const xidmprecord: ShardCommand = {
  name: 'xidmprecord',
  arity: 5,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW update'),
  text: about('stream', '8.6.2', 'Notes what a producer calls an entry of a stream, as replication needs it.', 'XIDMPRECORD key pid iid stream-id'),
  place: 'shard',
  execute(call) {
    if (call.length(2) === 0) return call.fail(errors.idmpWithoutProducer('XIDMPRECORD'));
    if (call.length(3) === 0) return call.fail(errors.idmpWithoutId('XIDMPRECORD'));
    if (!readId(call, 4, id)) return;
    const head = findStream(call);
    if (head !== 0) record(call, head);
  },
};

/** The head of the stream at key argument 1, or 0 after an error. */
function findStream(call: Call): number {
  const entry = findCollectionForWrite(call, 1, ValueType.stream);
  if (entry === wrongTypeEntry) return 0;
  if (entry !== 0) return call.keyspaceOf(1).streams.headOf(entry);
  call.fail(errors.noSuchKey);
  return 0;
}

function readConfig(call: Call): Config | undefined {
  const config: Config = { durationSeconds: Number.NaN, maxSize: Number.NaN };
  for (let i = 2; i < call.argc; i += 2) {
    const isDuration = call.is(i, durationWord);
    if (i + 1 === call.argc || !(isDuration || call.is(i, maxSizeWord))) return refuse(call, errors.syntax);
    const n = call.int(i + 1);
    if (Number.isNaN(n)) return refuse(call, errors.notInteger);
    if (n < 1 || n > (isDuration ? DURATION_MAX_SECONDS : MAX_SIZE_MAX)) return refuse(call, isDuration ? errors.idmpDuration : errors.idmpMaxSize);
    if (isDuration) config.durationSeconds = n;
    else config.maxSize = n;
  }
  return call.argc === 2 ? refuse(call, errors.syntax) : config;
}

/** False when all stays as it is. */
function configure({ producers }: Streams, head: number, { durationSeconds, maxSize }: Config): boolean {
  const present = producers.configOf(head);
  const duration = Number.isNaN(durationSeconds) ? present.durationSeconds : durationSeconds;
  const size = Number.isNaN(maxSize) ? present.maxSize : maxSize;
  if (duration === present.durationSeconds && size === present.maxSize) return false;
  producers.configure(producers.stateForWrite(head), duration, size);
  return true;
}

/** While a log is loaded a record that is known already stands for an entry that was sent again. */
function record(call: Call, head: number): void {
  const { streams } = call.keyspaceOf(1);
  const { producers, arena: { i32 } } = streams;
  producer.take(call, 2);
  own.take(call, 3);
  const known = producers.stateOf(head) === 0 ? 0 : producers.find(producers.stateOf(head), producer, own, 0);
  if (known !== 0) {
    if (id.compareAt(i32, known * 2) !== 0) return call.fail(errors.idmpEntryOther);
    if (call.nowMs === 0) producers.countDuplicate(producers.stateOf(head));
    return call.reply.ok();
  }
  if (!streams.has(head, id)) return call.fail(errors.idmpEntryGone);
  const state = producers.stateForWrite(head);
  producers.record(state, producer, own, id);
  producers.settle(state, producer, id);
  call.changes++;
  call.logVerbatim('XIDMPRECORD');
  call.reply.ok();
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
