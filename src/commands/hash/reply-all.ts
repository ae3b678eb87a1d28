/** All fields or values of a hash, or both, into a reply: past the general walk, for most elements are short and every step counts. */
import { recordValueLength, recordValueOffset } from '../../keyspace/hashes/field-record.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { AddressList } from '../../structures/address-list.ts';
import { keyLengthOf, keyOffsetOf } from '../../structures/keyed-record.ts';
import { elementBytesAt, LISTPACK_END, readElement } from '../../structures/listpack-encoding.ts';
import { LISTPACK_HEADER_BYTES } from '../../structures/listpack-reader.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { Call } from '../call.ts';
import { replyElement } from '../element.ts';

/** Which elements of each field; bits. */
export const Part = { field: 1, value: 2, both: 3 } as const;
export type Part = (typeof Part)[keyof typeof Part];

const positionEnd = 2 ** 32;
const element = new ListpackValue();
const found = new AddressList();

export function replyAll(call: Call, entry: number, part: Part): void {
  const keyspace = call.keyspaceOf(1);
  const { hashes } = keyspace;
  if (hashes.isTable(entry)) replyTable(call, keyspace, entry, part);
  else replyListpack(call, keyspace.arena.u8, hashes.listpackOffset(entry), hashes.isWide(entry) ? 3 : 2, part);
}

/** `width`: elements a field, of which the third is never wanted. */
function replyListpack(call: Call, u8: Uint8Array, base: number, width: number, part: Part): void {
  const { reply } = call;
  let place = 0;
  for (let at = base + LISTPACK_HEADER_BYTES; u8[at] !== LISTPACK_END;) {
    const isWanted = ((part >> place) & 1) !== 0;
    place = place + 1 === width ? 0 : place + 1;
    const head = u8[at]!;
    if (head >= 0x80 && head < 0xc0) {
      const length = head & 63;
      if (isWanted) reply.bulk(u8, at + 1, length);
      at += length + 2;
    } else if (head < 0x80) {
      if (isWanted) reply.bulkInteger(head);
      at += 2;
    } else {
      if (isWanted) replyLong(call, u8, at);
      at += elementBytesAt(u8, at);
    }
  }
}

function replyLong(call: Call, u8: Uint8Array, at: number): void {
  readElement(u8, at, element);
  replyElement(call, element);
}

function replyTable(call: Call, { arena, hashes }: Keyspace, entry: number, part: Part): void {
  const { reply } = call;
  const { i32, u8 } = arena;
  for (let position = 0; position < positionEnd;) {
    found.clear();
    position = hashes.scan(entry, position, found);
    for (let i = 0; i < found.length; i++) {
      const record = found.at(i);
      if ((part & Part.field) !== 0) reply.bulk(u8, keyOffsetOf(i32, record), keyLengthOf(i32, record));
      if ((part & Part.value) !== 0) reply.bulk(u8, recordValueOffset(i32, record), recordValueLength(i32, record));
    }
  }
}
