/**
 * A stream's groups of consumers, and the entries that are pending: delivered, but not acknowledged.
 * Groups and a group's consumers are in the order of their names. An entry that is pending has one record,
 * which is in two trees: its group's and its consumer's. group-records.ts has their layouts.
 *
 * Records are named by their addresses, which do not change. After an ArenaFullError all is as before;
 * taking away never fails.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import { Purpose, type Arena } from '../../memory/arena.ts';
import type { IdOrder } from '../../structures/id-order.ts';
import { nameKey, NameOrder } from '../../structures/name-order.ts';
import { OrderedTree } from '../../structures/ordered-tree.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { freeSomeOfTree } from '../../structures/tree-freeing.ts';
import { CONSUMER_BYTES, ConsumerWord, consumerOf, GROUP_BYTES, GroupWord, PENDING_BYTES, PendingWord, writeLong } from './group-records.ts';
import { HeadWord } from './stream-head.ts';

const manyBlocks = 64;

export class StreamGroups {
  readonly #arena: Arena;
  readonly #idOrder: IdOrder;
  readonly #byId: OrderedTree;
  readonly #groupOrder: NameOrder;
  readonly #byGroupName: OrderedTree;
  readonly #consumerOrder: NameOrder;
  readonly #byConsumerName: OrderedTree;
  readonly #cursor: TreeCursor;
  readonly #id = new StreamId();

  constructor(arena: Arena, idOrder: IdOrder, byId: OrderedTree) {
    this.#arena = arena;
    this.#idOrder = idOrder;
    this.#byId = byId;
    this.#groupOrder = new NameOrder(arena, GROUP_BYTES);
    this.#byGroupName = new OrderedTree(arena, this.#groupOrder);
    this.#consumerOrder = new NameOrder(arena, CONSUMER_BYTES);
    this.#byConsumerName = new OrderedTree(arena, this.#consumerOrder);
    this.#cursor = new TreeCursor(arena);
  }

  // Groups.

  count(head: number): number {
    return this.#byGroupName.count(head * 2 + HeadWord.groups);
  }

  /** The group of a name, or 0. */
  find(head: number, name: Uint8Array, offset: number, length: number): number {
    return this.#findNamed(this.#byGroupName, this.#groupOrder, head * 2 + HeadWord.groups, name, offset, length);
  }

  /** Places the cursor on the first group; its refs are groups. */
  first(head: number, cursor: TreeCursor): boolean {
    return this.#byGroupName.first(head * 2 + HeadWord.groups, cursor);
  }

  /** A new group, whose name no other has. */
  create(head: number, name: Uint8Array, offset: number, length: number, lastId: StreamId, entriesRead: number): number {
    const group = this.#createNamed(this.#byGroupName, head * 2 + HeadWord.groups, GROUP_BYTES, name, offset, length);
    lastId.store(this.#arena.i32, group * 2 + GroupWord.lastId);
    writeLong(this.#arena.i32, group * 2 + GroupWord.entriesRead, entriesRead);
    return group;
  }

  destroy(head: number, group: number): void {
    this.#removeNamed(this.#byGroupName, head * 2 + HeadWord.groups, GROUP_BYTES, group);
    this.#freeGroup(group);
  }

  /** About how many blocks the groups take; more than `manyBlocks` where there are many. */
  blockCount(head: number): number {
    let count = 0;
    const cursor = new TreeCursor(this.#arena);
    for (let on = this.first(head, cursor); on && count <= manyBlocks; on = cursor.next()) {
      count += 1 + this.#byConsumerName.count(cursor.ref * 2 + GroupWord.consumers) + this.pendingCount(cursor.ref);
    }
    return count;
  }

  /** Frees about `budget` blocks of groups that are only freed from then on; true when none is left. */
  freeSome(head: number, budget: number): boolean {
    const cursor = new TreeCursor(this.#arena);
    for (let left = budget; this.first(head, cursor);) {
      left -= 1 + this.#emptySome(cursor.ref, left);
      if (left <= 0) return false;
      this.destroy(head, cursor.ref);
    }
    return true;
  }

  // Consumers.

  consumerCount(group: number): number {
    return this.#byConsumerName.count(group * 2 + GroupWord.consumers);
  }

  findConsumer(group: number, name: Uint8Array, offset: number, length: number): number {
    return this.#findNamed(this.#byConsumerName, this.#consumerOrder, group * 2 + GroupWord.consumers, name, offset, length);
  }

  firstConsumer(group: number, cursor: TreeCursor): boolean {
    return this.#byConsumerName.first(group * 2 + GroupWord.consumers, cursor);
  }

  /** A new consumer, whose name no other of the group has; it has been seen at no time, and was never active. */
  createConsumer(group: number, name: Uint8Array, offset: number, length: number): number {
    const consumer = this.#createNamed(this.#byConsumerName, group * 2 + GroupWord.consumers, CONSUMER_BYTES, name, offset, length);
    writeLong(this.#arena.i32, consumer * 2 + ConsumerWord.activeAt, -1);
    return consumer;
  }

  /** Removes a consumer with what is pending for it. */
  removeConsumer(group: number, consumer: number): void {
    const own = consumer * 2 + ConsumerWord.pending;
    for (let on = this.#byId.first(own, this.#cursor); on; on = this.#cursor.next()) {
      const pending = this.#cursor.ref;
      this.#byId.remove(group * 2 + GroupWord.pending, this.#keyOf(pending), pending);
      this.#arena.free(pending, Purpose.structure);
    }
    this.#byId.clear(own);
    this.#removeNamed(this.#byConsumerName, group * 2 + GroupWord.consumers, CONSUMER_BYTES, consumer);
    this.#arena.free(consumer, Purpose.structure);
  }

  // Pending entries.

  pendingCount(group: number): number {
    return this.#byId.count(group * 2 + GroupWord.pending);
  }

  pendingCountOf(consumer: number): number {
    return this.#byId.count(consumer * 2 + ConsumerWord.pending);
  }

  /** The pending entry with this id, or 0. */
  findPending(group: number, id: StreamId): number {
    if (!this.#seek(group * 2 + GroupWord.pending, id, this.#cursor)) return 0;
    const pending = this.#cursor.ref;
    return id.compareAt(this.#arena.i32, pending * 2) === 0 ? pending : 0;
  }

  /** Places the cursor on the group's first pending entry whose id is not below `id`. */
  seekPending(group: number, id: StreamId, cursor: TreeCursor): boolean {
    return this.#seek(group * 2 + GroupWord.pending, id, cursor);
  }

  seekPendingOf(consumer: number, id: StreamId, cursor: TreeCursor): boolean {
    return this.#seek(consumer * 2 + ConsumerWord.pending, id, cursor);
  }

  lastPending(group: number, cursor: TreeCursor): boolean {
    return this.#byId.last(group * 2 + GroupWord.pending, cursor);
  }

  /** A new pending entry, which the group has not got yet, delivered 0 times at time 0. `consumer` 0: it is no one's. */
  addPending(group: number, consumer: number, id: StreamId): number {
    const pending = this.#arena.alloc(PENDING_BYTES, Purpose.structure);
    const { i32 } = this.#arena;
    i32.fill(0, pending * 2, pending * 2 + PENDING_BYTES / 4);
    id.store(i32, pending * 2);
    try {
      this.#insert(group * 2 + GroupWord.pending, pending);
    } catch (error) {
      this.#arena.free(pending, Purpose.structure);
      throw error;
    }
    try {
      if (consumer !== 0) this.#insert(consumer * 2 + ConsumerWord.pending, pending);
    } catch (error) {
      this.#byId.remove(group * 2 + GroupWord.pending, this.#keyOf(pending), pending);
      this.#arena.free(pending, Purpose.structure);
      throw error;
    }
    this.#arena.i32[pending * 2 + PendingWord.consumer] = consumer;
    if (consumer === 0) this.#arena.i32[group * 2 + GroupWord.unowned]! += 1;
    return pending;
  }

  /** Hands a pending entry to another consumer, 0 for none. */
  assign(group: number, pending: number, consumer: number): void {
    const before = consumerOf(this.#arena, pending);
    if (before === consumer) return;
    if (consumer !== 0) this.#insert(consumer * 2 + ConsumerWord.pending, pending);
    this.#letGo(group, pending, before);
    this.#arena.i32[pending * 2 + PendingWord.consumer] = consumer;
    if (consumer === 0) this.#arena.i32[group * 2 + GroupWord.unowned]! += 1;
  }

  removePending(group: number, pending: number): void {
    this.#letGo(group, pending, consumerOf(this.#arena, pending));
    this.#byId.remove(group * 2 + GroupWord.pending, this.#keyOf(pending), pending);
    this.#arena.free(pending, Purpose.structure);
  }

  usedBytes(head: number): number {
    let bytes = this.#byGroupName.usedBytes(head * 2 + HeadWord.groups);
    const cursor = new TreeCursor(this.#arena);
    for (let on = this.first(head, cursor); on; on = cursor.next()) bytes += this.#groupBytes(cursor.ref);
    return bytes;
  }

  // Helpers.

  #letGo(group: number, pending: number, consumer: number): void {
    if (consumer !== 0) this.#byId.remove(consumer * 2 + ConsumerWord.pending, this.#keyOf(pending), pending);
    else this.#arena.i32[group * 2 + GroupWord.unowned]! -= 1;
  }

  #insert(root: number, pending: number): void {
    this.#byId.insert(root, this.#keyOf(pending), pending);
  }

  #keyOf(pending: number): number {
    this.#id.load(this.#arena.i32, pending * 2);
    return this.#id.ms;
  }

  #seek(root: number, id: StreamId, cursor: TreeCursor): boolean {
    this.#idOrder.probe.copy(id);
    this.#byId.lowerBoundOfProbe(root, id.ms, cursor);
    return cursor.onItem;
  }

  #findNamed(tree: OrderedTree, order: NameOrder, root: number, name: Uint8Array, offset: number, length: number): number {
    const key = order.setProbe(name, offset, length);
    tree.lowerBoundOfProbe(root, key, this.#cursor);
    if (!this.#cursor.onItem || this.#cursor.key !== key) return 0;
    return order.compareProbe(this.#cursor.ref) === 0 ? this.#cursor.ref : 0;
  }

  #createNamed(tree: OrderedTree, root: number, headerBytes: number, name: Uint8Array, offset: number, length: number): number {
    const record = this.#arena.alloc(headerBytes + length, Purpose.structure);
    const { i32, u8 } = this.#arena;
    i32.fill(0, record * 2, record * 2 + headerBytes / 4);
    i32[record * 2] = length;
    copyBytes(u8, record * 8 + headerBytes, name, offset, length);
    try {
      tree.insert(root, nameKey(name, offset, length), record);
    } catch (error) {
      this.#arena.free(record, Purpose.structure);
      throw error;
    }
    return record;
  }

  #removeNamed(tree: OrderedTree, root: number, headerBytes: number, record: number): void {
    const { i32, u8 } = this.#arena;
    tree.remove(root, nameKey(u8, record * 8 + headerBytes, i32[record * 2]!), record);
  }

  #freeGroup(group: number): void {
    this.#emptySome(group, Infinity);
    this.#arena.free(group, Purpose.structure);
  }

  /** Frees about `budget` pending entries and consumers of a group; less when it has no more. */
  #emptySome(group: number, budget: number): number {
    const arena = this.#arena;
    const cursor = new TreeCursor(arena);
    let freed = freeSomeOfTree(arena, group * 2 + GroupWord.pending, budget, (pending) => arena.free(pending, Purpose.structure));
    for (; freed < budget && this.firstConsumer(group, cursor); freed++) {
      const consumer = cursor.ref;
      freed += freeSomeOfTree(arena, consumer * 2 + ConsumerWord.pending, budget - freed);
      if (freed >= budget) return freed;
      this.#removeNamed(this.#byConsumerName, group * 2 + GroupWord.consumers, CONSUMER_BYTES, consumer);
      arena.free(consumer, Purpose.structure);
    }
    return freed;
  }

  #groupBytes(group: number): number {
    const arena = this.#arena;
    let bytes = arena.capacityBytes(group) + this.#byConsumerName.usedBytes(group * 2 + GroupWord.consumers);
    bytes += this.#byId.usedBytes(group * 2 + GroupWord.pending);
    const cursor = new TreeCursor(arena);
    for (let on = this.firstConsumer(group, cursor); on; on = cursor.next()) {
      bytes += arena.capacityBytes(cursor.ref) + this.#byId.usedBytes(cursor.ref * 2 + ConsumerWord.pending);
    }
    // All records of pending entries are of one size.
    if (this.#byId.first(group * 2 + GroupWord.pending, cursor)) bytes += arena.capacityBytes(cursor.ref) * this.pendingCount(group);
    return bytes;
  }
}
