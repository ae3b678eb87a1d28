/** PFDEBUG and PFSELFTEST: the inside of HyperLogLogs. */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { HEADER_BYTES, REGISTER_COUNT } from '../../structures/hyperloglog-format.ts';
import { readRegister } from '../../structures/hyperloglog-registers.ts';
import { testHyperLogLogs } from '../../structures/hyperloglog-self-test.ts';
import { isLongRun, isValueRun, opcodeBytes, runOf, valueOf } from '../../structures/hyperloglog-sparse.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { draft, holdsHyperLogLog, loadDraft, logDraft, storeDraft } from './stored.ts';

const subcommands = [
  { word: wordBytes('getreg'), execute: replyRegisters },
  { word: wordBytes('decode'), execute: replyOpcodes },
  { word: wordBytes('encoding'), execute: (call: Call): void => call.reply.simple(draft.isDense ? 'dense' : 'sparse') },
  { word: wordBytes('todense'), execute: convert },
];

export const pfdebug: ShardCommand = {
  name: 'pfdebug',
  arity: 3,
  flags: ['write', 'denyoom', 'admin'],
  acl: ['hyperloglog'],
  keys: oneKey('RW access', 2),
  text: about('hyperloglog', '2.8.9', 'Shows and changes how a HyperLogLog is stored, for tests.', 'PFDEBUG subcommand key', 'N/A'),
  place: 'shard',
  execute(call) {
    const entry = call.findForWrite(2);
    if (entry === 0) return call.fail(errors.hyperLogLogMissing);
    if (!holdsHyperLogLog(call, 2, entry)) return;
    loadDraft(call, 2, entry);
    const chosen = subcommands.find(({ word }) => call.is(1, word));
    if (chosen === undefined) call.fail(errors.unknownPfdebug(call.latin1(1)));
    else chosen.execute(call, entry);
  },
};

export const pfselftest: ShardCommand = {
  name: 'pfselftest',
  arity: 1,
  flags: ['admin'],
  acl: ['hyperloglog'],
  keys: [],
  text: about('hyperloglog', '2.8.9', 'Tests how HyperLogLogs are stored and counted.', 'PFSELFTEST', 'N/A'),
  place: 'shard',
  route: () => 0,
  execute(call) {
    const failure = testHyperLogLogs();
    if (failure === undefined) call.reply.ok();
    else call.fail(errors.hyperLogLogTestFailed(failure));
  },
};

/** As in Redis, looking at the registers makes them dense. */
function replyRegisters(call: Call, entry: number): void {
  if (makeDense(call, entry) === undefined) return;
  call.reply.array(REGISTER_COUNT);
  for (let index = 0; index < REGISTER_COUNT; index++) call.reply.integer(readRegister(draft.bytes, HEADER_BYTES, index));
}

/** `z:` and `Z:` runs of zeros with opcodes of one and two bytes, `v:` a value and its run. */
function replyOpcodes(call: Call): void {
  if (draft.isDense) return call.fail(errors.hyperLogLogNotSparse);
  const texts: string[] = [];
  for (let at = HEADER_BYTES; at < draft.length; at += opcodeBytes(draft.bytes[at]!)) {
    const opcode = draft.bytes[at]!;
    const run = runOf(draft.bytes, at, draft.length);
    texts.push(isValueRun(opcode) ? `v:${valueOf(opcode)},${run}` : `${isLongRun(opcode) ? 'Z' : 'z'}:${run}`);
  }
  call.reply.bulkLatin1(texts.join(' '));
}

function convert(call: Call, entry: number): void {
  const isConverted = makeDense(call, entry);
  if (isConverted !== undefined) call.reply.integer(isConverted ? 1 : 0);
}

/** Whether the value had to be converted; undefined after an error reply. */
function makeDense(call: Call, entry: number): boolean | undefined {
  if (draft.isDense) return false;
  if (!draft.makeDense()) {
    call.fail(errors.corruptHyperLogLog);
    return undefined;
  }
  storeDraft(call, 2, entry);
  logDraft(call, 2);
  return true;
}
