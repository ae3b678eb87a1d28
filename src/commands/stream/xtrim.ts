/** XTRIM: takes entries away from the beginning of a stream. */
import { ValueType } from '../../keyspace/entry.ts';
import { trimStream } from '../../keyspace/streams/stream-trim.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { logTrimming, trimArguments } from './trim-effect.ts';
import { TrimOptions } from './trim-options.ts';

const FIRST_OPTION = 2;
const trim = new TrimOptions();

export const xtrim: ShardCommand = {
  name: 'xtrim',
  arity: -4,
  flags: ['write'],
  acl: ['stream'],
  keys: oneKey('RW delete'),
  text: about(
    'stream', '5.0.0', 'Removes entries from the beginning of a stream.',
    'XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED]', 'O(N) with N entries that go'),
  place: 'shard',
  execute(call) {
    if (!readOptions(call)) return;
    const entry = findCollectionForWrite(call, 1, ValueType.stream);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.reply.integer(0);
    const { streams } = call.keyspaceOf(1);
    const removed = trimStream(streams, streams.headOf(entry), trim.trimming);
    if (removed > 0) {
      call.changes += removed;
      logTrim(call);
    }
    call.reply.integer(removed);
  },
};

function readOptions(call: Call): boolean {
  trim.forget();
  for (let i = FIRST_OPTION; i < call.argc; i++) {
    const end = trim.read(call, i);
    if (end < 0) return false;
    if (end === 0) {
      call.fail(errors.syntax);
      return false;
    }
    i = end;
  }
  return trim.settle(call, call.keyspaceOf(1).limits, true);
}

function logTrim(call: Call): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'XTRIM', 1 + trimArguments(trim));
  effects.bytes(call.bytes, call.offset(1), call.length(1));
  logTrimming(call, trim);
}
