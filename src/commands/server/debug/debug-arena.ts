/** DEBUG ARENA [CHECK]: what each shard's memory holds, by purpose; tests look for leaks with it. */
import { wordBytes } from '../../../protocol/ascii.ts';
import * as errors from '../../../protocol/errors.ts';
import { shardPart } from './debug-row.ts';

const checkWord = wordBytes('check');

export const arena = shardPart('arena', [2, 3], (call) => {
  if (call.argc === 3 && !call.is(2, checkWord)) return call.fail(errors.syntax);
  const keyspaces = [...call.heldKeyspaces()].toSorted((a, b) => a.shard - b.shard);
  if (call.argc === 3) for (const keyspace of keyspaces) keyspace.arena.check();
  call.reply.map(keyspaces.length);
  for (const keyspace of keyspaces) {
    const purposes = Object.entries(keyspace.arena.usedByPurpose());
    call.reply.bulkString(`shard-${keyspace.shard}`);
    call.reply.map(purposes.length + 1);
    for (const [purpose, bytes] of [...purposes, ['total', keyspace.arena.usedBytes] as const]) {
      call.reply.bulkString(purpose);
      call.reply.integer(bytes);
    }
  }
  return undefined;
});
