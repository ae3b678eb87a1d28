/** MEMORY USAGE: the bytes of shard memory that a key takes with its value. */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';

const samplesWord = wordBytes('samples');
const key = 2;

export const memoryUsage: ShardCommand = {
  name: 'usage',
  arity: -3,
  flags: ['readonly'],
  acl: [],
  keys: oneKey('RO', key),
  text: about(
    'server', '4.0.0', 'Tells how much memory a key takes.', 'MEMORY USAGE key [SAMPLES count]', 'O(N) where N is the number of samples.'),
  place: 'shard',
  execute(call) {
    if (!checkSamples(call)) return;
    const keyspace = call.keyspaceOf(key);
    const entry = keyspace.find(call.db, call.slotOf(key), call.bytes, call.offset(key), call.length(key));
    if (entry === 0) call.reply.nil();
    else call.reply.integer(keyspace.entryBytes(entry));
  },
};

/** Entries know their size, so the number of samples changes nothing. */
function checkSamples(call: Call): boolean {
  for (let i = key + 1; i < call.argc; i += 2) {
    const error = !call.is(i, samplesWord) || i + 1 === call.argc ? errors.syntax : countError(call.int(i + 1));
    if (error === undefined) continue;
    call.fail(error);
    return false;
  }
  return true;
}

function countError(count: number): string | undefined {
  if (Number.isNaN(count)) return errors.notInteger;
  return count < 0 ? errors.syntax : undefined;
}
