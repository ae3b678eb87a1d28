/** DEBUG POPULATE count [prefix] [size]: many string keys at once; those that exist are left alone. */
import { keySlot } from '../../../base/crc16.ts';
import * as errors from '../../../protocol/errors.ts';
import type { Call } from '../../call.ts';
import { encodingOfBytes } from '../../../keyspace/string-encoding.ts';
import { shardPart } from './debug-row.ts';

export const populate = shardPart('populate', [3, 5], (call) => {
  const count = call.int(2);
  const sizeBytes = call.argc === 5 ? call.int(4) : 0;
  if (!(count >= 0) || !(sizeBytes >= 0)) return call.fail(errors.notPositive);
  const prefix = call.argc > 3 ? call.latin1(3) : 'key';
  for (let i = 0; i < count; i++) {
    const value = Buffer.from(`value:${i}`, 'latin1');
    const sized = sizeBytes === 0 ? value : Buffer.concat([value], sizeBytes);
    putNew(call, Buffer.from(`${prefix}:${i}`, 'latin1'), sized);
  }
  return call.reply.ok();
});

function putNew(call: Call, key: Buffer, value: Buffer): void {
  const slot = keySlot(key, 0, key.length);
  const keyspace = call.keyspaceOfSlot(slot);
  const entry = keyspace.find(call.db, slot, key, 0, key.length);
  if (entry !== 0 && !call.isExpired(keyspace, entry)) return;
  const encoding = encodingOfBytes(value, 0, value.length);
  const put = keyspace.putString(call.db, slot, entry, key, 0, key.length, value, 0, value.length, encoding, 'none');
  call.touch(keyspace, put);
  call.changes++;
  if (!call.effects.enabled) return;
  call.effects.command(call.db, 'SET', 2);
  call.effects.bytes(key, 0, key.length);
  call.effects.bytes(value, 0, value.length);
}
