/**
 * A place among the entries of a stream, owned by the caller and used again and again. It stands on an
 * entry that is not deleted, or outside. Any change of the stream makes it invalid until it is placed again.
 */
import type { Arena } from '../../memory/arena.ts';
import type { IdOrder } from '../../structures/id-order.ts';
import type { OrderedTree } from '../../structures/ordered-tree.ts';
import { StreamEntry } from '../../structures/stream-entry.ts';
import type { StreamId } from '../../structures/stream-id.ts';
import type { StreamNodes } from '../../structures/stream-nodes.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { HeadWord } from './stream-head.ts';

export class StreamCursor {
  readonly entry: StreamEntry;
  readonly #nodes: StreamNodes;
  readonly #tree: OrderedTree;
  readonly #order: IdOrder;
  readonly #cursor: TreeCursor;

  constructor(arena: Arena, nodes: StreamNodes, tree: OrderedTree, order: IdOrder) {
    this.entry = new StreamEntry(arena);
    this.#nodes = nodes;
    this.#tree = tree;
    this.#order = order;
    this.#cursor = new TreeCursor(arena);
  }

  /** The node that the entry is in. */
  get node(): number {
    return this.#cursor.ref;
  }

  /** Places the cursor on the first entry whose id is not below `id`; false when there is none. */
  seek(head: number, id: StreamId): boolean {
    if (!this.#seekNode(head, id)) return false;
    let position = this.entry.firstPosition;
    for (;;) {
      if (!this.entry.read(position)) {
        if (!this.#openNext()) return false;
        position = this.entry.firstPosition;
        continue;
      }
      if (!this.entry.isDeleted && this.entry.id.compare(id) >= 0) return true;
      position = this.entry.nextPosition();
    }
  }

  /** Steps to the next entry; false at the end. */
  next(): boolean {
    let position = this.entry.nextPosition();
    for (;;) {
      if (!this.entry.read(position)) {
        if (!this.#openNext()) return false;
        position = this.entry.firstPosition;
        continue;
      }
      if (!this.entry.isDeleted) return true;
      position = this.entry.nextPosition();
    }
  }

  /** Places the cursor on the last entry whose id is not above `id`; false when there is none. */
  seekBack(head: number, id: StreamId): boolean {
    if (!this.#seekNode(head, id)) return false;
    return this.#back(this.entry.endPosition, id);
  }

  /** Steps to the entry before; false at the beginning. */
  prev(): boolean {
    return this.#back(this.entry.position, undefined);
  }

  /** Opens the node that would hold the id: the last one that does not begin behind it, or the first. */
  #seekNode(head: number, id: StreamId): boolean {
    this.#order.probe.copy(id);
    this.#tree.upperBoundOfProbe(head * 2 + HeadWord.nodes, id.ms, this.#cursor);
    if (!this.#cursor.prev() && !this.#cursor.next()) return false;
    this.#nodes.open(this.#cursor.ref, this.entry);
    return true;
  }

  #openNext(): boolean {
    if (!this.#cursor.next()) return false;
    this.#nodes.open(this.#cursor.ref, this.entry);
    return true;
  }

  #back(from: number, most: StreamId | undefined): boolean {
    let position = from;
    for (;;) {
      if (!this.entry.readBefore(position)) {
        if (!this.#cursor.prev()) return false;
        this.#nodes.open(this.#cursor.ref, this.entry);
        position = this.entry.endPosition;
        continue;
      }
      if (!this.entry.isDeleted && (most === undefined || this.entry.id.compare(most) <= 0)) return true;
      position = this.entry.position;
    }
  }
}
