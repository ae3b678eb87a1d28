/** A stream beside an array of what it should hold, for tests that change both and compare. */
import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../../../src/base/random.ts';
import { Streams } from '../../../src/keyspace/streams/streams.ts';
import { createHead, HeadWord, lengthOf } from '../../../src/keyspace/streams/stream-head.ts';
import { Trimming, trimStream } from '../../../src/keyspace/streams/stream-trim.ts';
import { defaultLimits } from '../../../src/keyspace/value-limits.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { elementBytesAt, readElement } from '../../../src/structures/listpack-encoding.ts';
import { ListpackValue } from '../../../src/structures/listpack-value.ts';
import type { StreamEntry } from '../../../src/structures/stream-entry.ts';
import { StreamId } from '../../../src/structures/stream-id.ts';
import type { FieldSource } from '../../../src/structures/stream-nodes.ts';

interface Entry {
  readonly id: string;
  readonly fields: readonly string[];
}

/** A stream and what it should hold. */
export class StreamRig {
  /** What came otherwise than in the model. */
  readonly differences: string[] = [];
  readonly arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 26 });
  readonly streams: Streams;
  readonly head: number;
  readonly baseline = this.arena.usedBytes;
  model: Entry[] = [];
  #ms = 1;
  #seq = 0;

  constructor(nodeBytes: number, nodeEntries: number) {
    this.streams = new Streams(this.arena, { ...defaultLimits, streamNodeMaxBytes: nodeBytes, streamNodeMaxEntries: nodeEntries });
    this.head = createHead(this.arena);
  }

  add(random: Random): void {
    if (random.below(4) === 0) {
      this.#ms += random.below(3) === 0 ? 2 ** 33 : 1 + random.below(5);
      this.#seq = 0;
    }
    const id = idOf(`${this.#ms}-${this.#seq++}`);
    const fields = someFields(random);
    const source = sourceOf(fields);
    this.streams.add(this.head, id, source, 0, fields.length / 2, source.bytes.length);
    this.model.push({ id: id.toString(), fields });
  }

  remove(random: Random): void {
    const at = random.below(this.model.length + 1);
    const id = this.model[at]?.id ?? '7-77777';
    this.#same(`deleting ${id}`, this.streams.deleteAndNote(this.head, idOf(id)), at < this.model.length);
    this.model = this.model.filter((entry) => entry.id !== id);
  }

  trim(random: Random): void {
    const trimming = new Trimming();
    trimming.by = random.below(2) === 0 ? 'length' : 'id';
    trimming.isApproximate = random.below(2) === 0;
    trimming.limit = trimming.isApproximate && random.below(2) === 0 ? random.below(200) : 0;
    const wanted = random.below(Math.min(this.model.length, 30) + 1);
    trimming.maxLength = this.model.length - wanted;
    trimming.minId.copy(idOf(this.model[wanted]?.id ?? '0-1'));
    const removed = trimStream(this.streams, this.head, trimming);
    const exact = trimming.by === 'id' && this.model[wanted] === undefined ? 0 : wanted;
    this.#same('trimming', removed <= exact && (trimming.isApproximate || removed === exact), true);
    this.model = this.model.slice(removed);
  }

  check(random: Random): void {
    this.#same('the length', lengthOf(this.arena, this.head), this.model.length);
    this.#same('the entries', this.readForward(), this.model);
    this.#same('the entries backwards', this.readBackward(), this.model.toReversed());
    const [from, to] = [random.below(this.model.length + 2), random.below(this.model.length + 2)];
    const [start, end] = [this.model[from]?.id ?? '0-0', this.model[to]?.id ?? '99999999999999-0'];
    const between = this.model.filter((_, i) => i >= (from < this.model.length ? from : 0) && i <= to).length;
    const limit = random.below(3) === 0 ? random.below(20) : Infinity;
    this.#same(`the count from ${start} to ${end}`, this.streams.countRange(this.head, idOf(start), idOf(end), limit), Math.min(limit, idOf(start).compare(idOf(end)) > 0 ? 0 : between));
    const first = new StreamId();
    first.load(this.arena.i32, this.head * 2 + HeadWord.firstId);
    this.#same('the first id', first.toString(), this.model[0]?.id ?? '0-0');
    const last = new StreamId();
    this.streams.lastLiveId(this.head, last);
    this.#same('the last id', last.toString(), this.model.at(-1)?.id ?? '0-0');
    this.#checkNodes();
  }

  close(): void {
    this.streams.forEachNode(this.head, (node) => this.streams.nodes.free(node));
    this.streams.groups.freeSome(this.head, Infinity);
    this.arena.check();
  }

  readForward(): Entry[] {
    const all: Entry[] = [];
    const cursor = this.streams.readCursor;
    for (let on = cursor.seek(this.head, idOf('0-0')); on; on = cursor.next()) all.push(entryOf(this.arena, cursor.entry));
    return all;
  }

  readBackward(): Entry[] {
    const all: Entry[] = [];
    const cursor = this.streams.readCursor;
    const last = new StreamId();
    last.setMax();
    for (let on = cursor.seekBack(this.head, last); on; on = cursor.prev()) all.push(entryOf(this.arena, cursor.entry));
    return all;
  }

  #checkNodes(): void {
    const counted = { live: 0, deleted: 0, marked: 0 };
    this.streams.forEachNode(this.head, (node) => {
      counted.live += this.streams.nodes.liveCount(node);
      counted.deleted += this.streams.nodes.deletedCount(node);
      const entry = this.streams.readCursor.entry;
      this.streams.nodes.open(node, entry);
      for (let at = entry.firstPosition; entry.read(at); at = entry.nextPosition()) if (entry.isDeleted) counted.marked++;
    });
    this.#same('the counters of nodes', [counted.live, counted.marked], [this.model.length, counted.deleted]);
  }

  #same(what: string, actual: unknown, wanted: unknown): void {
    if (!isDeepStrictEqual(actual, wanted)) this.differences.push(what);
  }
}

export function idOf(text: string): StreamId {
  const [ms, seq] = text.split('-').map(BigInt);
  const id = new StreamId();
  id.set(Number(BigInt.asIntN(32, ms! >> 32n)), Number(BigInt.asIntN(32, ms!)), Number(BigInt.asIntN(32, seq! >> 32n)), Number(BigInt.asIntN(32, seq!)));
  return id;
}

function someFields(random: Random): string[] {
  if (random.below(3) > 0) return ['temperature', String(random.below(1000) - 500)];
  const count = 1 + random.below(3);
  return Array.from({ length: count * 2 }, () => ['', 'f', '12', '-129', '40000', '9223372036854775807', 'x'.repeat(70), 'y'.repeat(5000)][random.below(8)]!);
}

export function sourceOf(fields: readonly string[]): FieldSource & { bytes: Buffer } {
  const bytes = Buffer.from(fields.join(''));
  const offsets = fields.map((_, i) => fields.slice(0, i).join('').length);
  return { bytes, offset: (i) => offsets[i]!, length: (i) => fields[i]!.length };
}

function entryOf({ u8 }: Arena, entry: StreamEntry): Entry {
  const fields: string[] = [];
  let field = entry.base + entry.masterFieldsPosition;
  let data = entry.base + entry.dataPosition;
  for (let i = 0; i < entry.fieldCount; i++) {
    fields.push(textAt(u8, entry.hasSameFields ? field : data));
    if (entry.hasSameFields) field += elementBytesAt(u8, field);
    else data += elementBytesAt(u8, data);
    fields.push(textAt(u8, data));
    data += elementBytesAt(u8, data);
  }
  return { id: entry.id.toString(), fields };
}

function textAt(u8: Uint8Array, at: number): string {
  const value = new ListpackValue();
  readElement(u8, at, value);
  const out = Buffer.alloc(value.byteLength());
  value.writeBytes(out, 0);
  return out.toString('latin1');
}
