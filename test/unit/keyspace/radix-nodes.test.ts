/** The count of Redis's radix nodes, kept as nodes come and go, against a tree of bytes that is made anew. */
import { expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { createHead } from '../../../src/keyspace/streams/stream-head.ts';
import { Streams } from '../../../src/keyspace/streams/streams.ts';
import { defaultLimits } from '../../../src/keyspace/value-limits.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { commonIdBytes, ID_BYTES, StreamId } from '../../../src/structures/stream-id.ts';
import { sourceOf } from './streams-fixture.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const IDS = 300;

test.each([1, 2, 3, 5, 16])(`the count of radix nodes is that of a new tree, with ids that differ in up to %i bytes (TEST_SEED=${SEED})`, (places) => {
  const random = new Random(SEED + places);
  const arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 26 });
  const streams = new Streams(arena, defaultLimits);
  const head = createHead(arena);
  const source = sourceOf(['f', 'v']);
  const present = new Map<string, number>();
  for (const key of someIds(random, places)) {
    const id = new StreamId();
    id.loadBytes(Buffer.from(key, 'hex'), 0);
    const node = streams.nodes.create(id, source, 0, 1, 0);
    streams.linkNode(head, node);
    present.set(key, node);
    if (random.below(3) === 0) removeOne(random, streams, head, present);
    expect(streams.radixNodeCount(head)).toBe(countOf([...present.keys()]));
  }
  while (present.size > 0) {
    removeOne(random, streams, head, present);
    expect(streams.radixNodeCount(head)).toBe(countOf([...present.keys()]));
  }
});

test('ids have the bytes in common that their payloads have, and are filled from a byte on', () => {
  const a = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const words = new Int32Array(8);
  const id = new StreamId();
  for (let at = 0; at < ID_BYTES; at++) {
    const b = Buffer.from(a);
    b[at]! ^= 0x80;
    id.loadBytes(a, 0);
    id.store(words, 0);
    id.loadBytes(b, 0);
    id.store(words, 4);
    expect(commonIdBytes(words, 0, 4)).toBe(at);
    id.loadBytes(a, 0);
    id.fillFrom(at, -1);
    id.storeBytes(b, 0);
    expect(b.toString('hex')).toBe(a.toString('hex', 0, at).padEnd(ID_BYTES * 2, 'f'));
  }
});

/** Different ids in order, as hexadecimal bytes, which are all the same but at some places. */
function someIds(random: Random, places: number): string[] {
  const at = Array.from({ length: places }, (_, i) => (places === ID_BYTES ? i : random.below(ID_BYTES)));
  const ids = Array.from({ length: IDS }, () => {
    const bytes = Buffer.alloc(ID_BYTES, 7);
    for (const place of at) if (random.below(2) === 0) bytes[place] = [0, 6, 8, 255][random.below(4)]!;
    return bytes.toString('hex');
  });
  return [...new Set(ids)].toSorted();
}

function removeOne(random: Random, streams: Streams, head: number, present: Map<string, number>): void {
  const [key, node] = [...present][random.below(present.size)]!;
  streams.removeNode(head, node);
  present.delete(key);
}

/** The nodes of a tree of these ids in order: from `depth` on they go one byte after the other. */
function countOf(ids: readonly string[], depth = 0): number {
  if (ids.length === 0) return 1;
  if (ids.length === 1) return depth < ID_BYTES ? 2 : 1;
  let branch = depth;
  while (byteOf(ids[0]!, branch) === byteOf(ids.at(-1)!, branch)) branch++;
  const sides = Map.groupBy(ids, (id) => byteOf(id, branch));
  let nodes = branch > depth ? 2 : 1;
  for (const side of sides.values()) nodes += countOf(side, branch + 1);
  return nodes;
}

function byteOf(id: string, at: number): string {
  return id.slice(at * 2, at * 2 + 2);
}
