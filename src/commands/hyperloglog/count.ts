/**
 * PFCOUNT: the estimate of one HyperLogLog, or of several together. That of one is kept in its header,
 * which is a change to the key: it is an effect, though the command counts as a read.
 */
import { Int64Words } from '../../base/int64-words.ts';
import { setEncoding, StringEncoding, valueLength, valueOffset } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { estimateCount, estimateRegisters } from '../../structures/hyperloglog-estimate.ts';
import { countWordAt, isCountStale, setCountAt } from '../../structures/hyperloglog-format.ts';
import { mergeInto, Registers } from '../../structures/hyperloglog-registers.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { replyInt64Words } from '../int64-reply.ts';
import { allKeys } from '../key-specs.ts';
import { holdsHyperLogLog } from './stored.ts';

const registers = new Registers();
const count = new Int64Words();

export const pfcount: ShardCommand = {
  name: 'pfcount',
  arity: -2,
  flags: ['readonly', 'may_replicate'],
  acl: ['hyperloglog'],
  keys: allKeys('RW access'),
  text: about(
    'hyperloglog', '2.8.9', 'Estimates how many different elements have been added to one or more HyperLogLogs.', 'PFCOUNT key [key ...]',
    'O(N) with N keys; for one key O(1), and little more than a look-up while nothing has been added.'),
  place: 'shard',
  execute(call) {
    if (call.argc === 2) countOne(call);
    else countTogether(call);
  },
};

function countOne(call: Call): void {
  const entry = call.findForRead(1);
  if (entry === 0) return call.reply.integer(0);
  if (!holdsHyperLogLog(call, 1, entry)) return;
  const { arena } = call.keyspaceOf(1);
  const offset = valueOffset(arena, entry);
  setEncoding(arena, entry, StringEncoding.raw);
  if (isCountStale(arena.u8, offset)) {
    const estimate = estimateCount(arena.u8, offset, valueLength(arena, entry));
    if (Number.isNaN(estimate)) return call.fail(errors.corruptHyperLogLog);
    setCount(estimate);
    setCountAt(arena.u8, offset, count.hi, count.lo);
    call.logVerbatim('PFCOUNT');
  } else {
    count.setWords(countWordAt(arena.u8, offset, 1), countWordAt(arena.u8, offset, 0));
  }
  replyInt64Words(call.reply, count);
}

function countTogether(call: Call): void {
  registers.clear();
  for (let i = 1; i < call.argc; i++) {
    const entry = call.findForRead(i);
    if (entry === 0) continue;
    if (!holdsHyperLogLog(call, i, entry)) return;
    const { arena } = call.keyspaceOf(i);
    if (!mergeInto(registers, arena.u8, valueOffset(arena, entry), valueLength(arena, entry))) return call.fail(errors.corruptHyperLogLog);
  }
  setCount(estimateRegisters(registers));
  replyInt64Words(call.reply, count);
}

/** Forged registers may count up to infinity, which Redis's conversion makes the least of all integers. */
function setCount(estimate: number): void {
  if (estimate < 2 ** 63) count.setWords(Math.floor(estimate / 2 ** 32), (estimate % 2 ** 32) | 0);
  else count.setWords(-(2 ** 31), 0);
}
