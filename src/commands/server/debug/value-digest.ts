/**
 * The digest of a value of any type, as DEBUG DIGEST-VALUE of redis-server has it. What has an order is
 * mixed in that order; of what has none each element is xored: a set's members as they are, others as
 * a digest of their own.
 */
import { copyOf } from '../../../base/copy-bytes.ts';
import { formatGeneral17 } from '../../../base/format-general.ts';
import { Sha1Digest } from '../../../base/sha1-digest.ts';
import { expiryFlag, typeOf, valueLength, valueOffset, ValueType } from '../../../keyspace/entry.ts';
import type { Keyspace } from '../../../keyspace/keyspace.ts';
import { SetCursor } from '../../../keyspace/sets/set-cursor.ts';
import { elementBytesAt, readElement } from '../../../structures/listpack-encoding.ts';
import { ListpackValue } from '../../../structures/listpack-value.ts';
import type { StreamEntry } from '../../../structures/stream-entry.ts';
import { StreamId } from '../../../structures/stream-id.ts';

type Contents = (digest: Sha1Digest, keyspace: Keyspace, entry: number) => void;

const contentsOf: Readonly<Record<number, Contents>> = {
  [ValueType.string]: (digest, { arena }, entry) => digest.mix(bytesAt(arena.u8, valueOffset(arena, entry), valueLength(arena, entry))),
  [ValueType.list]: addList,
  [ValueType.set]: addSet,
  [ValueType.zset]: addSortedSet,
  [ValueType.hash]: addHash,
  [ValueType.stream]: addStream,
};
/** Of a field that expires, as since Redis 7.4. */
const fieldExpiryMark = Buffer.from('!!hexpire!!');

/** Adds the type, the contents and the expiry of an entry's value. */
export function addValue(digest: Sha1Digest, keyspace: Keyspace, entry: number): Sha1Digest {
  const { arena } = keyspace;
  const type = typeOf(arena, entry);
  digest.mixType(type);
  contentsOf[type]!(digest, keyspace, entry);
  return digest.xorExpiry((arena.i32[entry * 2]! & expiryFlag) !== 0);
}

function addList(digest: Sha1Digest, { lists }: Keyspace, entry: number): void {
  const { cursor } = lists;
  const element = new ListpackValue();
  lists.seek(entry, 0, cursor);
  for (let left = lists.length(entry); left > 0; left--, cursor.next()) {
    cursor.read(element);
    digest.mix(textOf(element));
  }
}

function addSet(digest: Sha1Digest, { sets }: Keyspace, entry: number): void {
  const cursor = new SetCursor().start(sets, entry);
  while (cursor.next()) digest.xor(textOf(cursor.member));
}

function addSortedSet(digest: Sha1Digest, { sortedSets }: Keyspace, entry: number): void {
  const cursor = sortedSets.newCursor();
  for (let isThere = cursor.moveTo(entry, 0); isThere; isThere = cursor.next()) {
    const member = bytesAt(cursor.bytes, cursor.offset, cursor.length);
    digest.xor(new Sha1Digest().mix(member).mix(Buffer.from(formatGeneral17(cursor.score))).bytes);
  }
}

function addHash(digest: Sha1Digest, { hashes }: Keyspace, entry: number): void {
  hashes.startWalk(entry);
  while (hashes.nextField()) {
    const field = new Sha1Digest().mix(textOf(hashes.field)).mix(textOf(hashes.value));
    if (hashes.expiryMs !== 0) field.xor(fieldExpiryMark);
    digest.xor(field.bytes);
  }
}

/** Of a stream its entries alone count: not its groups, nor what its last id was. */
function addStream(digest: Sha1Digest, { arena, streams }: Keyspace, entry: number): void {
  const cursor = streams.readCursor;
  for (let isThere = cursor.seek(streams.headOf(entry), new StreamId()); isThere; isThere = cursor.next()) {
    digest.mix(Buffer.from(cursor.entry.id.toString().replace('-', '.')));
    addFields(digest, arena.u8, cursor.entry);
  }
}

function addFields(digest: Sha1Digest, u8: Uint8Array, { base, fieldCount, hasSameFields, masterFieldsPosition, dataPosition }: StreamEntry): void {
  const element = new ListpackValue();
  let [field, data] = [base + masterFieldsPosition, base + dataPosition];
  const mixElement = (at: number): number => {
    readElement(u8, at, element);
    digest.mix(textOf(element));
    return at + elementBytesAt(u8, at);
  };
  for (let left = fieldCount; left > 0; left--) {
    if (hasSameFields) field = mixElement(field);
    else data = mixElement(data);
    data = mixElement(data);
  }
}

function textOf(value: ListpackValue): Uint8Array {
  const text = new Uint8Array(value.byteLength());
  value.writeBytes(text, 0);
  return text;
}

function bytesAt(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return copyOf(bytes, offset, offset + length);
}
