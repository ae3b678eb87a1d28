/**
 * Streams: entries in the order of their ids, in nodes of listpacks that an ordered tree finds, and
 * groups of consumers with what is pending for them (stream-groups.ts). A stream may be empty.
 *
 * Methods take the stream's head (stream-head.ts), which is at the entry's value address. After an
 * ArenaFullError all is as before.
 */
import type { Arena } from '../../memory/arena.ts';
import { Purpose } from '../../memory/arena.ts';
import { IdOrder } from '../../structures/id-order.ts';
import { OrderedTree } from '../../structures/ordered-tree.ts';
import { StreamEntry } from '../../structures/stream-entry.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { StreamNodes, type FieldSource } from '../../structures/stream-nodes.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { freeSomeOfTree } from '../../structures/tree-freeing.ts';
import { setValueAddress, valueAddress } from '../entry.ts';
import type { ValueKind } from '../value-kind.ts';
import type { ValueLimits } from '../value-limits.ts';
import { countAdded, createHead, HeadWord, lengthOf } from './stream-head.ts';
import { StreamCursor } from './stream-cursor.ts';
import { Producers } from './producers.ts';
import { RadixNodes } from './radix-nodes.ts';
import { StreamGroups } from './stream-groups.ts';

/** No node, and no entry's fields and values together, may be larger. */
export const ENTRY_BYTES_MAX = 2 ** 30;

export class Streams implements ValueKind {
  readonly arena: Arena;
  readonly groups: StreamGroups;
  readonly producers: Producers;
  readonly nodes: StreamNodes;
  readonly #limits: ValueLimits;
  readonly #order: IdOrder;
  readonly #tree: OrderedTree;
  readonly #radixNodes: RadixNodes;
  /** For commands that read entries; no method uses it. */
  readonly readCursor: StreamCursor;
  readonly #cursor: StreamCursor;
  readonly #nodeCursor: TreeCursor;
  readonly #entry: StreamEntry;
  readonly #id = new StreamId();

  constructor(arena: Arena, limits: ValueLimits) {
    this.arena = arena;
    this.#limits = limits;
    this.nodes = new StreamNodes(arena);
    this.#order = new IdOrder(arena);
    this.#tree = new OrderedTree(arena, this.#order);
    this.#radixNodes = new RadixNodes(arena, this.#tree, this.#order);
    this.readCursor = this.#newCursor();
    this.#cursor = this.#newCursor();
    this.#nodeCursor = new TreeCursor(arena);
    this.#entry = new StreamEntry(arena);
    this.groups = new StreamGroups(arena, this.#order, this.#tree);
    this.producers = new Producers(arena, this.#order);
  }

  // As a kind of value.

  /** Gives a prepared entry an empty stream; its head. */
  create(entry: number): number {
    const head = createHead(this.arena);
    setValueAddress(this.arena, entry, head);
    return head;
  }

  headOf(entry: number): number {
    return valueAddress(this.arena, entry);
  }

  free(entry: number): void {
    if (this.headOf(entry) !== 0) this.freeSome(entry, Infinity);
  }

  blockCount(entry: number): number {
    const head = this.headOf(entry);
    return head === 0 ? 0 : 2 * this.nodeCount(head) + this.groups.blockCount(head) + this.producers.blockCount(head);
  }

  freeSome(entry: number, budget: number): boolean {
    const head = this.headOf(entry);
    const nodesFreed = 2 * freeSomeOfTree(this.arena, head * 2 + HeadWord.nodes, budget / 2, (node) => this.nodes.free(node));
    if (nodesFreed >= budget || !this.groups.freeSome(head, budget - nodesFreed) || !this.producers.freeSome(head, budget - nodesFreed)) return false;
    this.arena.free(head, Purpose.structure);
    return true;
  }

  usedBytes(entry: number): number {
    const head = this.headOf(entry);
    let bytes = this.arena.capacityBytes(head) + this.#tree.usedBytes(head * 2 + HeadWord.nodes) + this.groups.usedBytes(head);
    bytes += this.producers.usedBytes(head);
    this.forEachNode(head, (node) => {
      bytes += this.nodes.usedBytes(node);
    });
    return bytes;
  }

  length(entry: number): number {
    return lengthOf(this.arena, this.headOf(entry));
  }

  encodingName(): string {
    return 'stream';
  }

  // Facts.

  nodeCount(head: number): number {
    return this.#tree.count(head * 2 + HeadWord.nodes);
  }

  /** How many nodes Redis's radix tree for the same nodes has: one when it is empty. */
  radixNodeCount(head: number): number {
    return Math.max(this.arena.i32[head * 2 + HeadWord.radixNodes]!, 1);
  }

  forEachNode(head: number, visit: (node: number) => void): void {
    const cursor = new TreeCursor(this.arena);
    for (let on = this.#tree.first(head * 2 + HeadWord.nodes, cursor); on; on = cursor.next()) visit(cursor.ref);
  }

  /** The id of the last entry that is not deleted, 0-0 when there is none. */
  lastLiveId(head: number, out: StreamId): void {
    this.#id.setMax();
    if (this.#cursor.seekBack(head, this.#id)) out.copy(this.#cursor.entry.id);
    else out.setZero();
  }

  /** Whether there is an entry behind the id. */
  hasAfter(head: number, id: StreamId): boolean {
    const { i32 } = this.arena;
    if (i32[head * 2 + HeadWord.length] === 0 || id.compareAt(i32, head * 2 + HeadWord.lastId) >= 0) return false;
    this.lastLiveId(head, this.#id);
    return this.#id.compare(id) > 0;
  }

  /** Whether there is an entry with this id. */
  has(head: number, id: StreamId): boolean {
    return this.#cursor.seek(head, id) && this.#cursor.entry.id.compare(id) === 0;
  }

  /** The number of entries from `start` to `end`, at most `limit`. Of nodes that lie between them only the count is read. */
  countRange(head: number, start: StreamId, end: StreamId, limit: number): number {
    const { i32 } = this.arena;
    const nodes = this.#nodeCursor;
    const reachesLast = end.compareAt(i32, head * 2 + HeadWord.lastId) >= 0;
    let count = 0;
    let node = this.#seekNode(head, start);
    while (node !== 0 && count < limit) {
      const next = nodes.next() ? nodes.ref : 0;
      const isWhole = start.compareAt(i32, node * 2) <= 0 && (next === 0 ? reachesLast : end.compareAt(i32, next * 2) >= 0);
      count += isWhole ? this.nodes.liveCount(node) : this.#countIn(node, start, end, limit - count);
      if (next !== 0 && end.compareAt(i32, next * 2) < 0) break;
      node = next;
    }
    return Math.min(count, limit);
  }

  // Changes.

  /**
   * Appends an entry whose id is above all others, with the fields and values of `pairCount` pairs from
   * argument `first` on, which have `argumentBytes` together.
   */
  add(head: number, id: StreamId, source: FieldSource, first: number, pairCount: number, argumentBytes: number): void {
    const { arena, nodes } = this;
    const tail = this.#tailFor(head, id);
    let node = tail;
    let hasSameFields = true;
    if (tail === 0 || this.#isFull(tail, argumentBytes)) {
      node = this.#addNode(head, tail, id, source, first, pairCount);
    } else {
      hasSameFields = nodes.hasFields(node, source, first, pairCount);
      nodes.reserve(node, id, source, first, pairCount, hasSameFields);
    }
    nodes.append(node, id, source, first, pairCount, hasSameFields);
    const { i32 } = arena;
    const at = head * 2;
    i32[at + HeadWord.length]! += 1;
    countAdded(i32, head);
    id.store(i32, at + HeadWord.lastId);
    if (i32[at + HeadWord.length] === 1) id.store(i32, at + HeadWord.firstId);
  }

  /** Links a node that comes behind all others, with the entries that it has. */
  linkNode(head: number, node: number): void {
    const { i32 } = this.arena;
    this.#id.load(i32, node * 2);
    const root = head * 2 + HeadWord.nodes;
    this.#tree.append(root, this.#id.ms, node);
    this.arena.i32[head * 2 + HeadWord.tail] = node;
    this.arena.i32[head * 2 + HeadWord.radixNodes]! += this.#radixNodes.shareOf(root, node);
  }

  /** Deletes the entry with this id; false when there is none. The first id and the greatest deleted one are the caller's. */
  delete(head: number, id: StreamId): boolean {
    const cursor = this.#cursor;
    if (!cursor.seek(head, id) || cursor.entry.id.compare(id) !== 0) return false;
    const { node } = cursor;
    if (this.nodes.liveCount(node) === 1) {
      this.removeNode(head, node);
    } else {
      this.nodes.markDeleted(node, cursor.entry.position);
      this.nodes.countDeleted(node, 1);
    }
    this.arena.i32[head * 2 + HeadWord.length]! -= 1;
    return true;
  }

  /** As `delete`, and sees to the stream's greatest deleted id and its first one. */
  deleteAndNote(head: number, id: StreamId): boolean {
    if (!this.delete(head, id)) return false;
    this.noteDeleted(head, id);
    if (id.compareAt(this.arena.i32, head * 2 + HeadWord.firstId) === 0) this.settleFirstId(head);
    return true;
  }

  /** The entry with this id has been deleted, with others before it left. */
  noteDeleted(head: number, id: StreamId): void {
    const at = head * 2 + HeadWord.maxDeletedId;
    if (id.compareAt(this.arena.i32, at) > 0) id.store(this.arena.i32, at);
  }

  /** Unlinks and frees a node. The entries that it had are the caller's to count. */
  removeNode(head: number, node: number): void {
    const { i32 } = this.arena;
    const root = head * 2 + HeadWord.nodes;
    i32[head * 2 + HeadWord.radixNodes]! -= this.#radixNodes.shareOf(root, node);
    this.#id.load(i32, node * 2);
    this.#tree.remove(root, this.#id.ms, node);
    if (i32[head * 2 + HeadWord.tail] === node) {
      i32[head * 2 + HeadWord.tail] = this.#tree.last(root, this.#nodeCursor) ? this.#nodeCursor.ref : 0;
    }
    this.nodes.free(node);
  }

  /** Finds out the id of the first entry that is not deleted. */
  settleFirstId(head: number): void {
    const { i32 } = this.arena;
    this.#id.setZero();
    if (i32[head * 2 + HeadWord.length] !== 0 && this.#cursor.seek(head, this.#id)) this.#id.copy(this.#cursor.entry.id);
    this.#id.store(i32, head * 2 + HeadWord.firstId);
  }

  /** The first node, or 0. */
  firstNode(head: number): number {
    return this.#tree.first(head * 2 + HeadWord.nodes, this.#nodeCursor) ? this.#nodeCursor.ref : 0;
  }

  /** The node behind another one, or 0. */
  nodeAfter(head: number, node: number): number {
    this.#order.probe.load(this.arena.i32, node * 2);
    this.#tree.upperBoundOfProbe(head * 2 + HeadWord.nodes, this.#order.probe.ms, this.#nodeCursor);
    return this.#nodeCursor.onItem ? this.#nodeCursor.ref : 0;
  }

  /** The id of a node's last entry, deleted or not. */
  lastIdOf(node: number, out: StreamId): void {
    this.nodes.open(node, this.#entry);
    this.#entry.readBefore(this.#entry.endPosition);
    out.copy(this.#entry.id);
  }

  #newCursor(): StreamCursor {
    return new StreamCursor(this.arena, this.nodes, this.#tree, this.#order);
  }

  /** Places the node cursor on the node that would hold the id, which it returns. */
  #seekNode(head: number, id: StreamId): number {
    this.#order.probe.copy(id);
    this.#tree.upperBoundOfProbe(head * 2 + HeadWord.nodes, id.ms, this.#nodeCursor);
    return this.#nodeCursor.prev() || this.#nodeCursor.next() ? this.#nodeCursor.ref : 0;
  }

  #countIn(node: number, start: StreamId, end: StreamId, limit: number): number {
    const entry = this.#entry;
    this.nodes.open(node, entry);
    let count = 0;
    for (let position = entry.firstPosition; count < limit && entry.read(position); position = entry.nextPosition()) {
      if (entry.isDeleted) continue;
      if (entry.id.compare(end) > 0) break;
      if (entry.id.compare(start) >= 0) count++;
    }
    return count;
  }

  /** The last node, or 0. Nodes whose id is not below `id` have only deleted entries (XSETID can go back) and are removed. */
  #tailFor(head: number, id: StreamId): number {
    let tail = this.arena.i32[head * 2 + HeadWord.tail]!;
    while (tail !== 0 && id.compareAt(this.arena.i32, tail * 2) <= 0) {
      this.removeNode(head, tail);
      tail = this.arena.i32[head * 2 + HeadWord.tail]!;
    }
    return tail;
  }

  #isFull(node: number, argumentBytes: number): boolean {
    const { streamNodeMaxBytes, streamNodeMaxEntries } = this.#limits;
    const maxBytes = streamNodeMaxBytes === 0 ? ENTRY_BYTES_MAX : Math.min(streamNodeMaxBytes, ENTRY_BYTES_MAX);
    if (this.nodes.totalBytes(node) + argumentBytes >= maxBytes) return true;
    return streamNodeMaxEntries > 0 && this.nodes.liveCount(node) + this.nodes.deletedCount(node) >= streamNodeMaxEntries;
  }

  /** Adds a node for one entry; it is likely to become as large as the one before, whose spare memory is given back. */
  #addNode(head: number, tail: number, id: StreamId, source: FieldSource, first: number, pairCount: number): number {
    const { nodes } = this;
    const expectedBytes = tail === 0 ? 0 : Math.min(nodes.totalBytes(tail), this.#limits.streamNodeMaxBytes);
    const node = nodes.create(id, source, first, pairCount, expectedBytes);
    try {
      this.linkNode(head, node);
    } catch (error) {
      nodes.free(node);
      throw error;
    }
    if (tail !== 0) nodes.shrink(tail);
    return node;
  }
}
