/** DEBUG OBJECT: how a key's value lies in memory, in Redis's words. */
import { keySlot } from '../../../base/crc16.ts';
import { accessClock, valueLength, valueOffset } from '../../../keyspace/entry.ts';
import { parseInteger } from '../../../protocol/ascii.ts';
import * as errors from '../../../protocol/errors.ts';
import type { Call } from '../../call.ts';
import { encodingName, referenceCount } from '../../generic/object.ts';
import { shardPart } from './debug-row.ts';

const key = 2;
const clockMask = 0xffffff;
/** Only such short strings can be saved as integers. */
const integerDigitsMax = 11;

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
  const savedBytes = savedLength(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  return call.reply.simple(
    `Value at:0x${valueOffset(arena, entry).toString(16)} refcount:${referenceCount(keyspace, entry)} encoding:${encodingName(keyspace, entry)} ` +
    `serializedlength:${savedBytes} lru:${clock} lru_seconds_idle:${idleSeconds}`,
  );
}

/** Bytes of a string in an RDB file without compression: as an integer where that is shorter, else behind its length. */
function savedLength(bytes: Uint8Array, offset: number, length: number): number {
  const value = length <= integerDigitsMax ? parseInteger(bytes, offset, length) : Number.NaN;
  if (value >= -(2 ** 7) && value < 2 ** 7) return 2;
  if (value >= -(2 ** 15) && value < 2 ** 15) return 3;
  if (value >= -(2 ** 31) && value < 2 ** 31) return 5;
  return length + (length < 2 ** 6 ? 1 : length < 2 ** 14 ? 2 : 5);
}
