/** DEBUG OBJECT: how a key's value lies in memory, in Redis's words. */
import { keySlot } from '../../../base/crc16.ts';
import { accessClock, valueOffset } from '../../../keyspace/entry.ts';
import { savedBytes } from '../../../persistence/rdb/value-codec.ts';
import * as errors from '../../../protocol/errors.ts';
import type { Call } from '../../call.ts';
import { encodingName, referenceCount } from '../../generic/object.ts';
import { shardPart } from './debug-row.ts';

const key = 2;
const clockMask = 0xffffff;

export const object = shardPart('object', [3, 3], execute, (request) => {
  const bytes = Buffer.from(request.text(key), 'latin1');
  return keySlot(bytes, 0, bytes.length);
});

function execute(call: Call): void {
  const keyspace = call.keyspaceOf(key);
  const { arena } = keyspace;
  const entry = keyspace.find(call.db, call.slotOf(key), call.bytes, call.offset(key), call.length(key));
  if (entry === 0) return call.fail(errors.noSuchKey);
  const clock = accessClock(arena, entry);
  const idleSeconds = (Math.floor(call.nowMs / 1000) - clock) & clockMask;
  return call.reply.simple(
    `Value at:0x${valueOffset(arena, entry).toString(16)} refcount:${referenceCount(keyspace, entry)} encoding:${encodingName(keyspace, entry)} ` +
    `serializedlength:${savedBytes(keyspace, entry)} lru:${clock} lru_seconds_idle:${idleSeconds}`,
  );
}
