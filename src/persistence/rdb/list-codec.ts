/**
 * Lists in RDB format. Written is the form of Redis 7, read by it and all later ones: the number of
 * nodes, then of each its container (1: plain, 2: a listpack) and a string of its bytes. Read are also
 * the older forms: nodes that are ziplists, one ziplist, and plain strings one after the other.
 */
import { encodingOf, valueAddress, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { ListEncoding, type Lists } from '../../keyspace/lists.ts';
import { bytesOf, countOf, isPlain, sizeOf, startOf } from '../../structures/list-chunk.ts';
import { validateListpack } from '../../structures/listpack-check.ts';
import { LISTPACK_END } from '../../structures/listpack-encoding.ts';
import { EMPTY_LISTPACK_BYTES, LISTPACK_HEADER_BYTES, UNKNOWN_COUNT } from '../../structures/listpack-reader.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import type { RdbWriter } from './rdb-writer.ts';
import type { TypeCodec } from './value-codec.ts';
import { eachOfZiplist } from './ziplist.ts';

const PLAIN = 1;
const PACKED = 2;
const header = new Uint8Array(LISTPACK_HEADER_BYTES);
const end = Uint8Array.of(LISTPACK_END);
const value = new ListpackValue();

export const listCodec: TypeCodec = {
  type: ValueType.list,
  rdbTypes: [RdbType.list, RdbType.listZiplist, RdbType.listQuicklist, RdbType.listQuicklist2],
  write(writer, keyspace, entry) {
    const chunks = chunksOf(keyspace, entry);
    writer.byte(RdbType.listQuicklist2);
    writer.count(chunks.length);
    for (const chunk of chunks) writeChunk(writer, keyspace, chunk);
  },
  read(reader, rdbType, { lists }, entry) {
    const list = lists.begin(entry);
    const nodeCount = rdbType === RdbType.listZiplist ? 1 : reader.countOf(1);
    for (let i = 0; i < nodeCount; i++) {
      if (rdbType === RdbType.listQuicklist2) readNode(reader, lists, list);
      else if (rdbType === RdbType.list) readElement(reader, lists, list);
      else readZiplist(reader, lists, list);
    }
    value.clear();
    lists.settle(entry, false);
  },
};

function chunksOf({ arena, lists }: Keyspace, entry: number): number[] {
  const list = valueAddress(arena, entry);
  if (encodingOf(arena, entry) === ListEncoding.listpack) return [list];
  const chunks: number[] = [];
  lists.quicklists.each(list, (chunk) => chunks.push(chunk));
  return chunks;
}

function writeChunk(writer: RdbWriter, { arena: { i32, u8 } }: Keyspace, chunk: number): void {
  const bytes = bytesOf(i32, chunk);
  if (isPlain(i32, chunk)) {
    writer.count(PLAIN);
    writer.string(u8, startOf(i32, chunk), bytes);
    return;
  }
  const total = sizeOf(i32, chunk);
  const view = new DataView(header.buffer);
  view.setUint32(0, total, true);
  view.setUint16(4, Math.min(countOf(i32, chunk), UNKNOWN_COUNT), true);
  writer.count(PACKED);
  writer.count(total);
  writer.raw(header, 0, header.length);
  writer.raw(u8, startOf(i32, chunk), bytes);
  writer.raw(end, 0, 1);
}

function readNode(reader: RdbReader, lists: Lists, list: number): void {
  const container = reader.count();
  expectFormat(container === PLAIN || container === PACKED, 'a node of a list is plain or a listpack');
  const bytes = reader.string();
  if (container === PLAIN) {
    value.setString(bytes, 0, bytes.length);
    lists.quicklists.addChunk(list, lists.quicklists.count(list), lists.chunks.createPlain(value));
    return;
  }
  const count = validateListpack(bytes, 0, bytes.length, true);
  expectFormat(count >= 0, 'a node of a list is a listpack');
  if (count === 0) return;
  const chunk = lists.chunks.fromBytes(bytes, LISTPACK_HEADER_BYTES, bytes.length - EMPTY_LISTPACK_BYTES, count);
  lists.quicklists.addChunk(list, lists.quicklists.count(list), chunk);
}

function readElement(reader: RdbReader, lists: Lists, list: number): void {
  const bytes = reader.string();
  value.setBytes(bytes, 0, bytes.length);
  lists.quicklists.push(list, false, value);
}

/** A ziplist becomes one node, however large it is. */
function readZiplist(reader: RdbReader, lists: Lists, list: number): void {
  let chunk = 0;
  try {
    eachOfZiplist(reader.string(), value, () => {
      chunk = chunk === 0 ? lists.chunks.create(value) : lists.chunks.append(chunk, value);
    });
  } catch (error) {
    if (chunk !== 0) lists.chunks.free(chunk);
    throw error;
  }
  if (chunk !== 0) lists.quicklists.addChunk(list, lists.quicklists.count(list), chunk);
}
