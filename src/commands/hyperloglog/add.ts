/** PFADD: elements added to a HyperLogLog. A dense one is changed in place, and nothing is allocated. */
import { Setting } from '../../channel/control.ts';
import { valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import * as errors from '../../protocol/errors.ts';
import { Outcome } from '../../structures/hyperloglog.ts';
import { Encoding, encodingAt, HEADER_BYTES, INDEX_BITS, markCountStale, REGISTER_COUNT, registerOf } from '../../structures/hyperloglog-format.ts';
import { raiseRegister } from '../../structures/hyperloglog-registers.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { draft, holdsHyperLogLog, loadDraft, logDraft, storeDraft } from './stored.ts';

const firstElement = 2;
const indexMask = REGISTER_COUNT - 1;
/** Of the draft, as far as the last command has got in it. */
let isCorrupt = false;

export const pfadd: ShardCommand = {
  name: 'pfadd',
  arity: -2,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['hyperloglog'],
  keys: oneKey('RW insert'),
  text: about('hyperloglog', '2.8.9', 'Adds elements to a HyperLogLog; creates the key if need be.', 'PFADD key [element [element ...]]', 'O(1) for each element.'),
  place: 'shard',
  execute(call) {
    const entry = call.findForWrite(1);
    if (entry !== 0 && !holdsHyperLogLog(call, 1, entry)) return;
    const keyspace = call.keyspaceOf(1);
    const isDense = entry !== 0 && encodingAt(keyspace.arena.u8, valueOffset(keyspace.arena, entry)) === Encoding.dense;
    const outcome = isDense ? addToDense(call, keyspace, entry) : addToDraft(call, entry);
    if (outcome === Outcome.corrupt) return call.fail(errors.corruptHyperLogLog);
    if (outcome === Outcome.changed) call.logVerbatim('PFADD');
    call.reply.integer(outcome === Outcome.changed ? 1 : 0);
  },
};

function addToDense(call: Call, { arena }: Keyspace, entry: number): Outcome {
  const { u8 } = arena;
  const offset = valueOffset(arena, entry);
  let outcome: Outcome = Outcome.unchanged;
  for (let i = firstElement; i < call.argc; i++) {
    const register = registerOf(call.bytes, call.offset(i), call.length(i));
    if (raiseRegister(u8, offset + HEADER_BYTES, register & indexMask, register >>> INDEX_BITS)) outcome = Outcome.changed;
  }
  if (outcome === Outcome.changed) markCountStale(u8, offset);
  return outcome;
}

/** If the value turns out to be corrupt, what has been added before stays, as in Redis. */
function addToDraft(call: Call, entry: number): Outcome {
  loadDraft(call, 1, entry);
  const isChanged = addElements(call) || entry === 0;
  if (isChanged) {
    draft.markStale();
    storeDraft(call, 1, entry);
  }
  if (isCorrupt && isChanged) logDraft(call, 1);
  if (isCorrupt) return Outcome.corrupt;
  return isChanged ? Outcome.changed : Outcome.unchanged;
}

/** Adds elements to the draft, up to where it is found to be corrupt. True if it has changed. */
function addElements(call: Call): boolean {
  const sparseBytesMax = call.control.settings[Setting.hllSparseMaxBytes]!;
  let isChanged = false;
  isCorrupt = false;
  for (let i = firstElement; i < call.argc && !isCorrupt; i++) {
    const register = registerOf(call.bytes, call.offset(i), call.length(i));
    const outcome = draft.raise(register & indexMask, register >>> INDEX_BITS, sparseBytesMax);
    isChanged ||= outcome === Outcome.changed;
    isCorrupt = outcome === Outcome.corrupt;
  }
  return isChanged;
}
