/** PFMERGE: the union of HyperLogLogs, whose keys may live on several shards. The effect is the whole result. */
import { Setting } from '../../channel/control.ts';
import { valueLength, valueOffset } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { Encoding, encodingAt } from '../../structures/hyperloglog-format.ts';
import { mergeInto, packRegisters, Registers } from '../../structures/hyperloglog-registers.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { allKeys, oneKey } from '../key-specs.ts';
import { draft, holdsHyperLogLog, loadDraft, logDraft, storeDraft } from './stored.ts';

const registers = new Registers();

export const pfmerge: ShardCommand = {
  name: 'pfmerge',
  arity: -2,
  flags: ['write', 'denyoom'],
  acl: ['hyperloglog'],
  keys: [...oneKey('RW access insert'), ...allKeys('RO access', 1, 2)],
  text: about(
    'hyperloglog', '2.8.9', 'Merges HyperLogLogs into one, which may hold elements already.', 'PFMERGE destkey [sourcekey [sourcekey ...]]',
    'O(N) with N HyperLogLogs, whose registers are all looked at.'),
  place: 'shard',
  execute(call) {
    const encoding = collect(call);
    if (encoding === undefined) return;
    const entry = call.findForWrite(1);
    loadDraft(call, 1, entry);
    if (encoding === Encoding.dense) {
      draft.makeDense();
      packRegisters(registers, draft.bytes, 0);
    } else {
      draft.raiseAll(registers, call.control.settings[Setting.hllSparseMaxBytes]!);
    }
    draft.markStale();
    storeDraft(call, 1, entry);
    logDraft(call, 1);
    call.reply.ok();
  },
};

/** Collects the registers of all keys. Dense if one of them is; undefined after an error reply. */
function collect(call: Call): number | undefined {
  registers.clear();
  let encoding: number = Encoding.sparse;
  for (let i = 1; i < call.argc; i++) {
    const entry = call.findForRead(i);
    if (entry === 0) continue;
    if (!holdsHyperLogLog(call, i, entry)) return undefined;
    const { arena } = call.keyspaceOf(i);
    const offset = valueOffset(arena, entry);
    if (encodingAt(arena.u8, offset) === Encoding.dense) encoding = Encoding.dense;
    if (!mergeInto(registers, arena.u8, offset, valueLength(arena, entry))) {
      call.fail(errors.corruptHyperLogLog);
      return undefined;
    }
  }
  return encoding;
}
