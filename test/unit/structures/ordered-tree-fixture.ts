/** An ordered tree beside a naive model of it: a sorted array. Refs stand for names that decide among equal keys. */
import { assert } from '../../../src/base/assert.ts';
import { Arena, Purpose } from '../../../src/memory/arena.ts';
import { OrderedTree } from '../../../src/structures/ordered-tree.ts';
import { TreeCursor } from '../../../src/structures/tree-cursor.ts';
import { Order } from '../../../src/structures/tree-search.ts';

export interface Item {
  readonly key: number;
  readonly name: number;
  ref: number;
}

/** Orders refs by the names that they stand for; the probe is a name. */
export class NameOrder extends Order {
  readonly names = new Map<number, number>();
  probe = 0;

  override compare(refA: number, refB: number): number {
    return this.#nameOf(refA) - this.#nameOf(refB);
  }

  override compareProbe(ref: number): number {
    return this.probe - this.#nameOf(ref);
  }

  #nameOf(ref: number): number {
    const name = this.names.get(ref);
    assert(name !== undefined, 'a tree compares refs of items that it holds');
    return name;
  }
}

export class OrderedTreeFixture {
  readonly arena: Arena;
  readonly order = new NameOrder();
  readonly tree: OrderedTree;
  readonly cursor: TreeCursor;
  readonly root: number;
  readonly model: Item[] = [];
  readonly #baselineBytes: number;
  #nextRef = 1;

  constructor(maxBytes = 2 ** 28) {
    this.arena = Arena.create({ initialBytes: 2 ** 20, maxBytes });
    this.tree = new OrderedTree(this.arena, this.order);
    this.cursor = new TreeCursor(this.arena);
    this.root = this.arena.rootIndex + 8;
    this.arena.i32[this.root + 2] = 0x0ffe;
    this.arena.i32[this.root + 3] = -1;
    this.#baselineBytes = this.arena.usedBytes;
  }

  /** The place of (key, name) in the model, or where it would be. */
  placeOf(key: number, name: number): number {
    let [low, high] = [0, this.model.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.model[middle]!, key, name)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(key: number, name: number): boolean {
    const item = this.model[this.placeOf(key, name)];
    return item !== undefined && item.key === key && item.name === name;
  }

  insert(key: number, name: number): void {
    const ref = this.#newRef(name);
    try {
      this.tree.insert(this.root, key, ref);
    } catch (error) {
      this.order.names.delete(ref);
      throw error;
    }
    this.model.splice(this.placeOf(key, name), 0, { key: key + 0, name, ref });
  }

  removeAt(place: number): void {
    const { key, ref } = this.model[place]!;
    assert(this.tree.remove(this.root, key, ref), 'an item that is there is removed');
    this.#forget(place, 1);
  }

  removeRange(place: number, count: number): void {
    this.tree.removeRange(this.root, place, count);
    this.#forget(place, count);
  }

  replaceAt(place: number): void {
    const item = this.model[place]!;
    const ref = this.#newRef(item.name);
    assert(this.tree.replaceRef(this.root, item.key, item.ref, ref), 'an item that is there is replaced');
    this.order.names.delete(item.ref);
    item.ref = ref;
  }

  /** Gives the tree items in order, all at once. */
  build(items: ReadonlyArray<readonly [key: number, name: number]>): void {
    const sorted = items.map(([key, name]) => ({ key: key + 0, name, ref: this.#newRef(name) }))
      .toSorted((a, b) => (isBefore(a, b.key, b.name) ? -1 : 1));
    this.tree.build(this.root, Float64Array.from(sorted, ({ key }) => key), Int32Array.from(sorted, ({ ref }) => ref), sorted.length);
    this.model.push(...sorted);
  }

  clear(): void {
    this.tree.clear(this.root);
    this.#forget(0, this.model.length);
  }

  /** Compares the tree with the model item by item and checks its structure. */
  compare(): void {
    const { tree, cursor, root, model } = this;
    this.check();
    assert(tree.count(root) === model.length, 'a tree counts its items');
    let place = 0;
    for (let more = tree.first(root, cursor); more; more = cursor.next()) this.expectAt(place++);
    assert(place === model.length && !cursor.onItem && cursor.rank === place, 'a walk comes to the end');
    while (cursor.prev()) this.expectAt(--place);
    assert(place === 0 && cursor.rank === -1 && cursor.next() === model.length > 0, 'a walk comes back to the beginning');
    assert(tree.last(root, cursor) === model.length > 0, 'a tree with items has a last one');
    if (model.length > 0) this.expectAt(model.length - 1);
  }

  /** Compares everything that can be asked about the place of each item, or of every `step`th one. */
  comparePlaces(step = 1): void {
    const { tree, cursor, root, model } = this;
    for (let place = 0; place < model.length; place += step) {
      const { key, name, ref } = model[place]!;
      assert(tree.rank(root, key, ref) === place, 'an item has its rank');
      assert(tree.at(root, place, cursor), 'a rank has its item');
      this.expectAt(place);
      this.compareBounds(key, name);
    }
    assert(!tree.at(root, -1, cursor) && !tree.at(root, model.length, cursor), 'other ranks have none');
  }

  /** Compares all four bounds of a key and a probe, and where they place the cursor. */
  compareBounds(key: number, name: number): void {
    const { tree, cursor, root, model } = this;
    this.order.probe = name;
    const isThere = this.has(key, name);
    const expected = this.placeOf(key, name);
    const bounds = [
      [tree.lowerBound(root, key, cursor), this.placeOf(key, -Infinity)],
      [tree.upperBound(root, key, cursor), this.placeOf(key, Infinity)],
      [tree.lowerBoundOfProbe(root, key, cursor), expected],
      [tree.upperBoundOfProbe(root, key, cursor), expected + Number(isThere)],
    ] as const;
    for (const [rank, place] of bounds) assert(rank === place, 'a bound has its rank');
    const last = expected + Number(isThere);
    assert(cursor.rank === last && cursor.onItem === last < model.length, 'a bound places the cursor');
    if (cursor.onItem) this.expectAt(last);
  }

  /** Looks an item up that is not there. */
  expectAbsent(key: number, name: number): void {
    this.order.names.set(0, name);
    assert(this.tree.rank(this.root, key, 0) === -1, 'an item that is not there has no rank');
    assert(!this.tree.remove(this.root, key, 0) && !this.tree.replaceRef(this.root, key, 0, -1), 'nor can it be changed');
    this.compareBounds(key, name);
  }

  expectAt(place: number): void {
    const { cursor } = this;
    const item = this.model[place];
    assert(item !== undefined && cursor.onItem && cursor.rank === place, 'a cursor stands on an item');
    assert(Object.is(cursor.key, item.key) && cursor.ref === item.ref, 'a cursor shows its item');
  }

  check(): void {
    this.tree.check(this.root);
    assert(this.arena.i32[this.root + 2] === 0x0ffe && this.arena.i32[this.root + 3] === -1, 'the owner\'s words are untouched');
    assert(this.arena.usedBytesOf(Purpose.structure) === this.tree.usedBytes(this.root), 'no memory of the tree is lost');
  }

  /** Sees that the tree is empty and the arena as it was at first; the items left. */
  expectNothingLeft(): number {
    this.compare();
    this.arena.check();
    assert(this.arena.i32[this.root] === 0 && this.arena.i32[this.root + 1] === 0, 'an empty tree is all zero');
    assert(this.arena.usedBytes === this.#baselineBytes, 'nothing leaks');
    return this.tree.count(this.root);
  }

  #newRef(name: number): number {
    const ref = this.#nextRef++;
    this.order.names.set(ref, name);
    return ref;
  }

  /** Takes items out of the model; a tree that compares them later on fails. */
  #forget(place: number, count: number): void {
    for (const { ref } of this.model.splice(place, count)) this.order.names.delete(ref);
  }
}

function isBefore(item: Item, key: number, name: number): boolean {
  return item.key < key || (item.key === key && item.name < name);
}
