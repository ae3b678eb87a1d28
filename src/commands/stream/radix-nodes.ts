/**
 * How many nodes the radix tree of a stream has in Redis, which XINFO STREAM tells: it keeps the nodes'
 * ids as strings of 16 bytes, and packs a chain of bytes without branches into one node.
 */
import { StreamId } from '../../structures/stream-id.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';

const ID_BYTES = 16;

export function radixNodeCount(streams: Streams, head: number): number {
  const commonLengths = commonLengthsOf(streams, head);
  if (commonLengths.length === 0) return streams.nodeCount(head) + 1;
  return leafNodes(commonLengths) + branchNodes(commonLengths);
}

/** How many bytes each id has in common with the next. */
function commonLengthsOf(streams: Streams, head: number): number[] {
  const lengths: number[] = [];
  const id = new StreamId();
  let before = new Uint8Array(ID_BYTES);
  let bytes = new Uint8Array(ID_BYTES);
  let isFirst = true;
  streams.forEachNode(head, (node) => {
    id.load(streams.arena.i32, node * 2);
    id.storeBytes(bytes, 0);
    if (!isFirst) lengths.push(bytes.findIndex((byte, i) => byte !== before[i]));
    isFirst = false;
    [before, bytes] = [bytes, before];
  });
  return lengths;
}

/** A leaf for each id, and a chain to it unless its branch is only a byte away. */
function leafNodes(commonLengths: readonly number[]): number {
  let nodes = 0;
  for (let i = 0; i <= commonLengths.length; i++) {
    const branch = Math.max(commonLengths[i - 1] ?? 0, commonLengths[i] ?? 0);
    nodes += branch + 1 < ID_BYTES ? 2 : 1;
  }
  return nodes;
}

/** Branches, each with a chain to it from the branch above unless that is only a byte away. */
function branchNodes(commonLengths: readonly number[]): number {
  let nodes = 0;
  const open: number[] = [];
  for (const length of [...commonLengths, -1]) {
    while (open.length > 0 && open.at(-1)! > length) {
      const branch = open.pop()!;
      const above = Math.max(length, open.at(-1) ?? -1);
      nodes += branch > above + 1 ? 2 : 1;
    }
    if (open.at(-1) !== length) open.push(length);
  }
  return nodes;
}
