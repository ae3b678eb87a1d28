/**
 * How many nodes the radix tree of a stream has in Redis, which XINFO STREAM tells: it keeps the nodes'
 * ids as strings of 16 bytes, and packs a chain of bytes without branches into one node.
 *
 * A node of that tree is a branch, at the depth that the ids below it have in common, or a leaf at depth
 * 16; a chain leads to it unless the branch above is only a byte away. So an id that comes or goes changes
 * its own leaf and at most the branch right above. What that makes is found with a few searches, O(log n).
 */
import type { Arena } from '../../memory/arena.ts';
import type { IdOrder } from '../../structures/id-order.ts';
import type { OrderedTree } from '../../structures/ordered-tree.ts';
import { commonIdBytes, ID_BYTES, StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';

/** Of what no branch is above. */
const NO_DEPTH = -1;

export class RadixNodes {
  readonly #arena: Arena;
  readonly #tree: OrderedTree;
  readonly #probe: StreamId;
  readonly #cursor: TreeCursor;

  constructor(arena: Arena, tree: OrderedTree, order: IdOrder) {
    this.#arena = arena;
    this.#tree = tree;
    this.#probe = order.probe;
    this.#cursor = new TreeCursor(arena);
  }

  /** The nodes that there are because of the id of `node`, one of those in the tree at `root`: with it they come and go. */
  shareOf(root: number, node: number): number {
    const before = this.#neighbour(root, node, false);
    const after = this.#neighbour(root, node, true);
    const [depthBefore, depthAfter] = [this.#common(before, node), this.#common(node, after)];
    const depth = Math.max(depthBefore, depthAfter);
    const leaf = nodesAt(ID_BYTES, depth);
    if (depthBefore === depthAfter) return leaf;
    const isFirst = depthAfter > depthBefore;
    return leaf + this.#branchShare(root, isFirst ? after : before, depth, Math.min(depthBefore, depthAfter), isFirst);
  }

  /** The id is at one end of a branch at `depth`, which would not be there if its neighbour's side were the only other one. */
  #branchShare(root: number, neighbour: number, depth: number, depthOutside: number, isFirst: boolean): number {
    const end = this.#endBelow(root, neighbour, depth, isFirst);
    const below = end === neighbour ? ID_BYTES : this.#common(neighbour, end);
    if (below === depth) return 0;
    const above = Math.max(depthOutside, this.#common(end, this.#neighbour(root, end, isFirst)));
    return nodesAt(depth, above) + nodesAt(below, depth) - nodesAt(below, above);
  }

  /** The last or first of those that have `depth` bytes in common with `node`. */
  #endBelow(root: number, node: number, depth: number, isLast: boolean): number {
    this.#probe.load(this.#arena.i32, node * 2);
    this.#probe.fillFrom(depth, isLast ? -1 : 0);
    return this.#seek(root, isLast, !isLast);
  }

  /** The one next to `node`, or 0. */
  #neighbour(root: number, node: number, isAfter: boolean): number {
    this.#probe.load(this.#arena.i32, node * 2);
    return this.#seek(root, isAfter, isAfter);
  }

  /** Of those behind the probe, or behind those before it, the first; or the last of the others. 0 if there is none. */
  #seek(root: number, isUpper: boolean, takesFirst: boolean): number {
    const cursor = this.#cursor;
    const key = this.#probe.ms;
    if (isUpper) this.#tree.upperBoundOfProbe(root, key, cursor);
    else this.#tree.lowerBoundOfProbe(root, key, cursor);
    if (takesFirst) return cursor.onItem ? cursor.ref : 0;
    return cursor.prev() ? cursor.ref : 0;
  }

  #common(nodeA: number, nodeB: number): number {
    return nodeA === 0 || nodeB === 0 ? NO_DEPTH : commonIdBytes(this.#arena.i32, nodeA * 2, nodeB * 2);
  }
}

/** A leaf's or branch's node, with the chain to it. */
function nodesAt(depth: number, above: number): number {
  return depth > above + 1 ? 2 : 1;
}
