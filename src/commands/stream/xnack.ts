/** XNACK: gives pending entries back to their group, where they are pending for no consumer and may be claimed at once. */
import { PendingWord, readLong, writeLong, writeLong64 } from '../../keyspace/streams/group-records.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { INT64_MAX } from '../../base/int64.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { findGroupForWrite, found } from './group-lookup.ts';
import { type IdBlock, readIdBlock } from './reference-options.ts';
import { parseId } from './stream-ids.ts';

const MODE_AT = 3;
const modes = [wordBytes('silent'), wordBytes('fail'), wordBytes('fatal')] as const;
const SILENT = 0;
const FATAL = 2;
const force = wordBytes('force');
const retryCount = wordBytes('retrycount');
const id = new StreamId();

interface Options {
  readonly mode: number;
  block: IdBlock | undefined;
  /** Undefined: as the mode says. */
  deliveries: bigint | undefined;
  isForced: boolean;
}

export const xnack: ShardCommand = {
  name: 'xnack',
  arity: -7,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW update'),
  text: about(
    'stream', '8.8.0', 'Gives pending entries back to their group, for other consumers to claim.',
    'XNACK key group <SILENT | FAIL | FATAL> IDS numids id [id ...] [RETRYCOUNT count] [FORCE]', 'O(log N) for each id'),
  place: 'shard',
  execute(call) {
    const options = readOptions(call);
    if (options?.block === undefined || !findGroupForWrite(call, 1, 2)) return;
    if (found.group === 0) return call.fail(errors.noKeyOrGroup(call.latin1(1), call.latin1(2)));
    const { streams } = call.keyspaceOf(1);
    let released = 0;
    for (let i = options.block.idsAt; i < options.block.idsEnd; i++) {
      parseId(call, i, id);
      if (release(streams, options)) released++;
    }
    if (released > 0) {
      call.changes += released;
      call.logVerbatim('XNACK');
    }
    call.reply.integer(released);
  },
};

function readOptions(call: Call): Options | undefined {
  const mode = modes.findIndex((word) => call.is(MODE_AT, word));
  if (mode < 0) return refuse(call, errors.syntax);
  const options: Options = { mode, block: undefined, deliveries: undefined, isForced: false };
  for (let i = MODE_AT + 1; i < call.argc; i++) {
    if (call.is(i, force)) {
      options.isForced = true;
    } else if (i + 1 < call.argc && call.is(i, retryCount)) {
      options.deliveries = call.int64(++i);
      if (options.deliveries === undefined) return refuse(call, errors.notInteger);
      if (options.deliveries < 0n) return refuse(call, errors.notPositive);
    } else {
      options.block = options.block === undefined ? readIdBlock(call, i) : undefined;
      if (options.block === undefined) return call.failed ? undefined : refuse(call, errors.syntax);
      i = options.block.idsEnd - 1;
    }
  }
  return options.block === undefined ? refuse(call, errors.syntax) : options;
}

/** Whether the entry was pending, or is now. */
function release(streams: Streams, { mode, deliveries, isForced }: Options): boolean {
  const { groups, arena } = streams;
  let pending = groups.findPending(found.group, id);
  if (pending === 0) {
    if (!isForced || !streams.has(found.head, id)) return false;
    pending = groups.addPending(found.group, 0, id);
  }
  groups.assign(found.group, pending, 0);
  const { i32 } = arena;
  writeLong(i32, pending * 2 + PendingWord.deliveredAt, 0);
  const at = pending * 2 + PendingWord.deliveries;
  if (deliveries !== undefined) writeLong64(i32, at, deliveries);
  else if (mode === FATAL) writeLong64(i32, at, INT64_MAX);
  else if (mode === SILENT && readLong(i32, at) > 0) decrementLong(i32, at);
  return true;
}

function decrementLong(i32: Int32Array, at: number): void {
  i32[at + 1] = (i32[at + 1]! - 1) | 0;
  if (i32[at + 1] === -1) i32[at] = (i32[at]! - 1) | 0;
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
