/**
 * The producers of a stream that give their entries ids of their own, so that an entry which is sent twice
 * is added once (Redis 8.6's IDMP). Per producer the latest such ids are kept, with the entries' ids: not
 * more than `maxSize`, and not longer than `durationSeconds` after the entry was made. Int32 words:
 *
 *     state      0         1         2  3           4  5    6  7
 *     (head's    duration  max size  producer tree  added   duplicates
 *     producers)
 *     producer   0            1      2  3           4  5             name
 *                name length  free   by own id      by entry id
 *     record     0-3          4            5        own id
 *                entry id     id length    free
 *
 * What is too old is removed when an entry is recorded, by that entry's time: so a replay does the same. Of
 * other producers than the entry's it is removed now and then, when there are twice as many as before.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import { Purpose, type Arena } from '../../memory/arena.ts';
import type { IdOrder } from '../../structures/id-order.ts';
import { nameKey, NameOrder } from '../../structures/name-order.ts';
import { OrderedTree } from '../../structures/ordered-tree.ts';
import { ID_WORDS, msAt, StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { freeSomeOfTree } from '../../structures/tree-freeing.ts';
import { incrementLong, readLong } from './group-records.ts';
import { HeadWord } from './stream-head.ts';

export const StateWord = { duration: 0, maxSize: 1, producers: 2, added: 4, duplicates: 6 } as const;
export const ProducerWord = { nameLength: 0, byOwnId: 2, byEntryId: 4 } as const;
export const PRODUCER_BYTES = 24;
export const RECORD_BYTES = 24;
export const RECORD_LENGTH = ID_WORDS;

const STATE_WORDS = 8;
const DURATION_DEFAULT_SECONDS = 100;
const MAX_SIZE_DEFAULT = 100;
const manyRecords = 65;

/** A range of bytes: a producer's name or an id of its own. */
export interface Name {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

export class Producers {
  readonly #arena: Arena;
  readonly #byEntryId: OrderedTree;
  readonly #producerOrder: NameOrder;
  readonly #producers: OrderedTree;
  readonly #ownOrder: NameOrder;
  readonly #byOwnId: OrderedTree;
  readonly #cursor: TreeCursor;
  readonly #id = new StreamId();

  constructor(arena: Arena, idOrder: IdOrder) {
    this.#arena = arena;
    this.#byEntryId = new OrderedTree(arena, idOrder);
    this.#producerOrder = new NameOrder(arena, PRODUCER_BYTES);
    this.#producers = new OrderedTree(arena, this.#producerOrder);
    this.#ownOrder = new NameOrder(arena, RECORD_BYTES, RECORD_LENGTH);
    this.#byOwnId = new OrderedTree(arena, this.#ownOrder);
    this.#cursor = new TreeCursor(arena);
  }

  /** The state of a stream whose producers are known, or 0. */
  stateOf(head: number): number {
    return this.#arena.i32[head * 2 + HeadWord.producers]!;
  }

  /** As `stateOf`, made if need be. */
  stateForWrite(head: number): number {
    const known = this.stateOf(head);
    if (known !== 0) return known;
    const state = this.#arena.alloc(STATE_WORDS * 4, Purpose.structure);
    const { i32 } = this.#arena;
    i32.fill(0, state * 2, state * 2 + STATE_WORDS);
    i32[state * 2 + StateWord.duration] = DURATION_DEFAULT_SECONDS;
    i32[state * 2 + StateWord.maxSize] = MAX_SIZE_DEFAULT;
    i32[head * 2 + HeadWord.producers] = state;
    return state;
  }

  count(state: number): number {
    return this.#producers.count(state * 2 + StateWord.producers);
  }

  /** Places the cursor on the first producer. */
  first(state: number, cursor: TreeCursor): boolean {
    return this.#producers.first(state * 2 + StateWord.producers, cursor);
  }

  recordCount(producer: number): number {
    return this.#byEntryId.count(producer * 2 + ProducerWord.byEntryId);
  }

  /** Places the cursor on the producer's oldest record. */
  firstRecord(producer: number, cursor: TreeCursor): boolean {
    return this.#byEntryId.first(producer * 2 + ProducerWord.byEntryId, cursor);
  }

  /** The record of a producer's own id that is not too old at `nowMs` (0: at any time), or 0. */
  find(state: number, producer: Name, own: Name, nowMs: number): number {
    const known = this.#findProducer(state, producer);
    const record = known === 0 ? 0 : this.#findRecord(known, own);
    if (record === 0 || nowMs === 0) return record;
    return msAt(this.#arena.i32, record * 2) > nowMs - this.#durationMs(state) ? record : 0;
  }

  /** Notes which entry has the producer's own id; the record. A record of the same own id, too old to be found, is replaced. */
  record(state: number, name: Name, own: Name, id: StreamId): number {
    const producer = this.#findProducer(state, name) || this.#create(state, name);
    try {
      const old = this.#findRecord(producer, own);
      if (old !== 0) this.#removeRecord(producer, old);
      return this.#addRecord(producer, own, id);
    } catch (error) {
      if (this.recordCount(producer) === 0) this.#remove(state, producer);
      throw error;
    }
  }

  /** Takes the record back. */
  forget(state: number, name: Name, record: number): void {
    const producer = this.#findProducer(state, name);
    this.#removeRecord(producer, record);
    if (this.recordCount(producer) === 0) this.#remove(state, producer);
  }

  /** Counts a recorded entry and removes what is too old by its time or too much. */
  settle(state: number, name: Name, id: StreamId): void {
    const { i32 } = this.#arena;
    incrementLong(i32, state * 2 + StateWord.added);
    const producer = this.#findProducer(state, name);
    while (this.recordCount(producer) > i32[state * 2 + StateWord.maxSize]!) this.#removeOldest(producer);
    this.#removeUntil(producer, id.ms - this.#durationMs(state));
    const producers = this.count(state);
    if (this.recordCount(producer) === 1 && (producers & (producers - 1)) === 0) this.#sweep(state, id.ms);
  }

  countDuplicate(state: number): void {
    incrementLong(this.#arena.i32, state * 2 + StateWord.duplicates);
  }

  configOf(head: number): { readonly durationSeconds: number; readonly maxSize: number } {
    const state = this.stateOf(head);
    if (state === 0) return { durationSeconds: DURATION_DEFAULT_SECONDS, maxSize: MAX_SIZE_DEFAULT };
    const { i32 } = this.#arena;
    return { durationSeconds: i32[state * 2 + StateWord.duration]!, maxSize: i32[state * 2 + StateWord.maxSize]! };
  }

  /** Sets how much is kept and for how long. What was kept so far goes. */
  configure(state: number, durationSeconds: number, maxSize: number): void {
    this.clear(state);
    this.#arena.i32[state * 2 + StateWord.duration] = durationSeconds;
    this.#arena.i32[state * 2 + StateWord.maxSize] = maxSize;
  }

  /** Whether no producer was ever known, and nothing was configured. */
  isPlain(head: number): boolean {
    const state = this.stateOf(head);
    if (state === 0) return true;
    const { durationSeconds, maxSize } = this.configOf(head);
    const { i32 } = this.#arena;
    const isUsed = this.count(state) > 0 || readLong(i32, state * 2 + StateWord.added) !== 0 || readLong(i32, state * 2 + StateWord.duplicates) !== 0;
    return !isUsed && durationSeconds === DURATION_DEFAULT_SECONDS && maxSize === MAX_SIZE_DEFAULT;
  }

  /** How many producers have records that are not too old at `nowMs`, and how many records that are. */
  tracked(state: number, nowMs: number): { producers: number; records: number } {
    const counts = { producers: 0, records: 0 };
    const cursor = new TreeCursor(this.#arena);
    const records = new TreeCursor(this.#arena);
    for (let on = this.first(state, cursor); on; on = cursor.next()) {
      const root = cursor.ref * 2 + ProducerWord.byEntryId;
      const fresh = this.#byEntryId.count(root) - this.#byEntryId.upperBound(root, nowMs - this.#durationMs(state), records);
      counts.records += fresh;
      if (fresh > 0) counts.producers++;
    }
    return counts;
  }

  /** Removes all producers with their records. */
  clear(state: number): void {
    const cursor = new TreeCursor(this.#arena);
    for (let on = this.first(state, cursor); on; on = cursor.next()) this.#freeProducer(cursor.ref);
    this.#producers.clear(state * 2 + StateWord.producers);
  }

  /** More than 64 if there is a producer, which may have many records. */
  blockCount(head: number): number {
    const state = this.stateOf(head);
    return state === 0 ? 0 : manyRecords * this.#producers.count(state * 2 + StateWord.producers);
  }

  /** Frees about `budget` records of producers that are only freed from then on; true when all is gone. */
  freeSome(head: number, budget: number): boolean {
    const arena = this.#arena;
    const state = this.stateOf(head);
    if (state === 0) return true;
    const cursor = new TreeCursor(arena);
    for (let left = budget; this.first(state, cursor);) {
      const at = cursor.ref * 2;
      left -= 1 + freeSomeOfTree(arena, at + ProducerWord.byOwnId, left, (record) => arena.free(record, Purpose.structure));
      if (left > 0) left -= freeSomeOfTree(arena, at + ProducerWord.byEntryId, left);
      if (left <= 0) return false;
      this.#remove(state, cursor.ref);
    }
    arena.free(state, Purpose.structure);
    return true;
  }

  usedBytes(head: number): number {
    const state = this.stateOf(head);
    if (state === 0) return 0;
    let bytes = this.#arena.capacityBytes(state) + this.#producers.usedBytes(state * 2 + StateWord.producers);
    const cursor = new TreeCursor(this.#arena);
    const records = new TreeCursor(this.#arena);
    for (let on = this.first(state, cursor); on; on = cursor.next()) {
      bytes += this.#arena.capacityBytes(cursor.ref);
      bytes += this.#byOwnId.usedBytes(cursor.ref * 2 + ProducerWord.byOwnId) + this.#byEntryId.usedBytes(cursor.ref * 2 + ProducerWord.byEntryId);
      for (let has = this.firstRecord(cursor.ref, records); has; has = records.next()) bytes += this.#arena.capacityBytes(records.ref);
    }
    return bytes;
  }

  #durationMs(state: number): number {
    return this.#arena.i32[state * 2 + StateWord.duration]! * 1000;
  }

  #findProducer(state: number, { bytes, offset, length }: Name): number {
    const key = this.#producerOrder.setProbe(bytes, offset, length);
    this.#producers.lowerBoundOfProbe(state * 2 + StateWord.producers, key, this.#cursor);
    return this.#cursor.onItem && this.#cursor.key === key && this.#producerOrder.compareProbe(this.#cursor.ref) === 0 ? this.#cursor.ref : 0;
  }

  #findRecord(producer: number, { bytes, offset, length }: Name): number {
    const key = this.#ownOrder.setProbe(bytes, offset, length);
    this.#byOwnId.lowerBoundOfProbe(producer * 2 + ProducerWord.byOwnId, key, this.#cursor);
    return this.#cursor.onItem && this.#cursor.key === key && this.#ownOrder.compareProbe(this.#cursor.ref) === 0 ? this.#cursor.ref : 0;
  }

  #create(state: number, { bytes, offset, length }: Name): number {
    const producer = this.#arena.alloc(PRODUCER_BYTES + length, Purpose.structure);
    const { i32, u8 } = this.#arena;
    i32.fill(0, producer * 2, producer * 2 + PRODUCER_BYTES / 4);
    i32[producer * 2] = length;
    copyBytes(u8, producer * 8 + PRODUCER_BYTES, bytes, offset, length);
    try {
      this.#producers.insert(state * 2 + StateWord.producers, nameKey(bytes, offset, length), producer);
    } catch (error) {
      this.#arena.free(producer, Purpose.structure);
      throw error;
    }
    return producer;
  }

  #addRecord(producer: number, { bytes, offset, length }: Name, id: StreamId): number {
    const record = this.#arena.alloc(RECORD_BYTES + length, Purpose.structure);
    id.store(this.#arena.i32, record * 2);
    this.#arena.i32[record * 2 + RECORD_LENGTH] = length;
    copyBytes(this.#arena.u8, record * 8 + RECORD_BYTES, bytes, offset, length);
    const key = nameKey(bytes, offset, length);
    let isHalf = false;
    try {
      this.#byOwnId.insert(producer * 2 + ProducerWord.byOwnId, key, record);
      isHalf = true;
      this.#byEntryId.insert(producer * 2 + ProducerWord.byEntryId, id.ms, record);
    } catch (error) {
      if (isHalf) this.#byOwnId.remove(producer * 2 + ProducerWord.byOwnId, key, record);
      this.#arena.free(record, Purpose.structure);
      throw error;
    }
    return record;
  }

  #removeRecord(producer: number, record: number): void {
    const { i32, u8 } = this.#arena;
    this.#byOwnId.remove(producer * 2 + ProducerWord.byOwnId, nameKey(u8, record * 8 + RECORD_BYTES, i32[record * 2 + RECORD_LENGTH]!), record);
    this.#id.load(i32, record * 2);
    this.#byEntryId.remove(producer * 2 + ProducerWord.byEntryId, this.#id.ms, record);
    this.#arena.free(record, Purpose.structure);
  }

  #removeOldest(producer: number): void {
    if (this.firstRecord(producer, this.#cursor)) this.#removeRecord(producer, this.#cursor.ref);
  }

  #removeUntil(producer: number, ms: number): void {
    while (this.firstRecord(producer, this.#cursor) && msAt(this.#arena.i32, this.#cursor.ref * 2) <= ms) this.#removeOldest(producer);
  }

  /** Forgets the producers that have not sent anything for long. */
  #sweep(state: number, nowMs: number): void {
    const gone: number[] = [];
    const cursor = new TreeCursor(this.#arena);
    for (let on = this.first(state, cursor); on; on = cursor.next()) {
      this.#removeUntil(cursor.ref, nowMs - this.#durationMs(state));
      if (this.recordCount(cursor.ref) === 0) gone.push(cursor.ref);
    }
    for (const producer of gone) this.#remove(state, producer);
  }

  #remove(state: number, producer: number): void {
    const { i32, u8 } = this.#arena;
    this.#producers.remove(state * 2 + StateWord.producers, nameKey(u8, producer * 8 + PRODUCER_BYTES, i32[producer * 2]!), producer);
    this.#freeProducer(producer);
  }

  #freeProducer(producer: number): void {
    const cursor = new TreeCursor(this.#arena);
    for (let on = this.firstRecord(producer, cursor); on; on = cursor.next()) this.#arena.free(cursor.ref, Purpose.structure);
    this.#byOwnId.clear(producer * 2 + ProducerWord.byOwnId);
    this.#byEntryId.clear(producer * 2 + ProducerWord.byEntryId);
    this.#arena.free(producer, Purpose.structure);
  }
}
