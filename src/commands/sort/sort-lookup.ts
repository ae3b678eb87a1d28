/** Values that SORT's patterns lead to: strings, and fields of hashes, under keys that the elements make. */
import { keySlot } from '../../base/crc16.ts';
import { typeOf, valueLength, valueOffset, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import type { ByteStrings } from '../../structures/byte-strings.ts';
import type { Call } from '../call.ts';
import type { SortPattern } from './sort-pattern.ts';

let key = new Uint8Array(256);

/**
 * Adds what the pattern makes of element `i` to `out`. False, and nothing is added: it leads nowhere. Only
 * patterns with a `*`, and `#`, lead anywhere.
 */
export function lookUp(call: Call, pattern: SortPattern, elements: ByteStrings, i: number, out: ByteStrings): boolean {
  if (pattern.isElement) {
    out.add(elements.bytes, elements.offsetOf(i), elements.lengthOf(i));
    return true;
  }
  if (!pattern.namesKeys) return false;
  const keyBytes = makeKey(pattern, elements, i);
  const slot = keySlot(key, 0, keyBytes);
  const keyspace = call.keyspaceOfSlot(slot);
  const entry = call.findNamed(slot, key, 0, keyBytes);
  if (entry === 0) return false;
  return pattern.field === undefined ? addString(keyspace, entry, out) : addField(call, keyspace, entry, pattern.field, out);
}

/** Writes the key into `key` and returns its length. */
function makeKey({ before, behind }: SortPattern, elements: ByteStrings, i: number): number {
  const length = elements.lengthOf(i);
  const keyBytes = before.length + length + behind.length;
  if (keyBytes > key.length) key = new Uint8Array(keyBytes * 2);
  key.set(before, 0);
  key.set(elements.bytes.subarray(elements.offsetOf(i), elements.offsetOf(i) + length), before.length);
  key.set(behind, before.length + length);
  return keyBytes;
}

function addString({ arena }: Keyspace, entry: number, out: ByteStrings): boolean {
  if (typeOf(arena, entry) !== ValueType.string) return false;
  out.add(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  return true;
}

function addField(call: Call, keyspace: Keyspace, entry: number, field: Uint8Array, out: ByteStrings): boolean {
  if (typeOf(keyspace.arena, entry) !== ValueType.hash) return false;
  const { hashes } = keyspace;
  if (!hashes.find(entry, field, 0, field.length) || (hashes.expiryMs !== 0 && hashes.expiryMs <= call.nowMs)) return false;
  const { value } = hashes;
  const at = out.reserve(value.byteLength());
  value.writeBytes(out.bytes, at);
  return true;
}
