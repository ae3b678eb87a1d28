/** DEBUG DIGEST and DIGEST-VALUE: the same data gives the same digits here and in redis-server. */
import { copyOf } from '../../../base/copy-bytes.ts';
import { DatasetDigest, Sha1Digest } from '../../../base/sha1-digest.ts';
import { keyLength, keyOffset } from '../../../keyspace/entry.ts';
import type { Keyspace } from '../../../keyspace/keyspace.ts';
import { AddressList } from '../../../structures/address-list.ts';
import { shardPart } from './debug-row.ts';
import { addValue } from './value-digest.ts';

const noDigest = '0'.repeat(40);
const scanEnd = 2 ** 32;

/** Keys whose time is over count while they are there, as in Redis. */
export const digest = shardPart('digest', [2, 2], (call) => {
  const dataset = new DatasetDigest();
  for (const keyspace of call.heldKeyspaces()) {
    for (let db = 0; db < keyspace.databaseCount; db++) {
      eachEntry(keyspace, db, (entry) => dataset.add(db, addValue(new Sha1Digest().mix(keyBytes(keyspace, entry)), keyspace, entry)));
    }
  }
  call.reply.simple(dataset.hex());
});

export const digestValue = shardPart('digest-value', [2, Number.POSITIVE_INFINITY], (call) => {
  call.reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) {
    const keyspace = call.keyspaceOf(i);
    const entry = keyspace.find(call.db, call.slotOf(i), call.bytes, call.offset(i), call.length(i));
    call.reply.simple(entry === 0 ? noDigest : addValue(new Sha1Digest(), keyspace, entry).hex());
  }
});

function eachEntry(keyspace: Keyspace, db: number, visit: (entry: number) => void): void {
  const found = new AddressList();
  for (let slot = keyspace.nextUsedSlot(db, 0); slot >= 0; slot = keyspace.nextUsedSlot(db, slot + 1)) {
    for (let position = 0; position < scanEnd;) {
      found.clear();
      position = keyspace.scanSlot(db, slot, position, found);
      for (let i = 0; i < found.length; i++) visit(found.at(i));
    }
  }
}

function keyBytes({ arena }: Keyspace, entry: number): Uint8Array {
  const start = keyOffset(arena, entry);
  return copyOf(arena.u8, start, start + keyLength(arena, entry));
}
