/**
 * Sets in RDB files: of integers as an intset, all others member by member, which is what redis-server 7.0
 * reads. A set that comes back takes the form that its members and the limits give it.
 */
import { valueAddress, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { SetEncoding } from '../../keyspace/sets.ts';
import { SetCursor } from '../../keyspace/sets/set-cursor.ts';
import { encodingOf } from '../../keyspace/entry.ts';
import { intsetAt, validateIntset } from '../../structures/intset-reader.ts';
import { validateListpack } from '../../structures/listpack-check.ts';
import { firstOf, nextOf, readAt } from '../../structures/listpack-reader.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import type { RdbWriter } from './rdb-writer.ts';
import type { TypeCodec } from './value-codec.ts';

const LONGEST_INTEGER = 20;
const cursor = new SetCursor();
const digits = new Uint8Array(LONGEST_INTEGER);

export const setCodec: TypeCodec = {
  type: ValueType.set,
  rdbTypes: [RdbType.set, RdbType.setIntset, RdbType.setListpack],
  write,
  read(reader, rdbType, keyspace, entry) {
    if (rdbType === RdbType.set) readMembers(reader, keyspace, entry);
    else if (rdbType === RdbType.setIntset) readIntset(reader, keyspace, entry);
    else readListpack(reader, keyspace, entry);
  },
};

function write(writer: RdbWriter, { arena, sets }: Keyspace, entry: number): void {
  if (encodingOf(arena, entry) === SetEncoding.intset) {
    writer.byte(RdbType.setIntset);
    writer.blob(arena.u8, valueAddress(arena, entry) * 8, sets.intsetBytes(entry));
    return;
  }
  writer.byte(RdbType.set);
  writer.count(sets.length(entry));
  for (cursor.start(sets, entry); cursor.next();) {
    const { member } = cursor;
    if (member.isInteger) writer.string(digits, 0, member.writeText(digits, 0));
    else writer.string(member.bytes, member.offset, member.length);
  }
}

function readMembers(reader: RdbReader, keyspace: Keyspace, entry: number): void {
  const member = new ListpackValue();
  for (let left = reader.countOf(1); left > 0; left--) {
    const bytes = reader.string();
    member.setBytes(bytes, 0, bytes.length);
    add(keyspace, entry, member);
  }
}

function readIntset(reader: RdbReader, keyspace: Keyspace, entry: number): void {
  const bytes = reader.string();
  const count = validateIntset(bytes, 0, bytes.length, true);
  expectFormat(count > 0, 'an intset is whole and in order');
  const { sets } = keyspace;
  if (count <= sets.intsetEntriesMax) {
    sets.takeIntset(entry, bytes, 0, bytes.length);
    return;
  }
  const member = new ListpackValue();
  for (let index = 0; index < count; index++) {
    intsetAt(bytes, 0, index, member);
    add(keyspace, entry, member);
  }
}

function readListpack(reader: RdbReader, keyspace: Keyspace, entry: number): void {
  const bytes = reader.string();
  expectFormat(validateListpack(bytes, 0, bytes.length, true) > 0, 'a listpack is whole');
  const member = new ListpackValue();
  for (let p = firstOf(bytes, 0); p !== 0; p = nextOf(bytes, 0, p)) {
    readAt(bytes, 0, p, member);
    if (!member.isInteger) member.setBytes(member.bytes, member.offset, member.length);
    add(keyspace, entry, member);
  }
}

function add({ sets }: Keyspace, entry: number, member: ListpackValue): void {
  expectFormat(sets.add(entry, member), 'a set has each member once');
}
