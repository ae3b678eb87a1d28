/** A quicklist beside an array of its elements. */
import * as fc from 'fast-check';
import { assert } from '../../../src/base/assert.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { countOf, isPlain, ListChunks, sizeOf } from '../../../src/structures/list-chunk.ts';
import { ListCursor } from '../../../src/structures/list-cursor.ts';
import { ListpackValue } from '../../../src/structures/listpack-value.ts';
import { Quicklist } from '../../../src/structures/quicklist.ts';
import { QuicklistChange } from '../../../src/structures/quicklist-change.ts';
import { textOf } from './listpack-fixture.ts';

/** Sizes around the limits of small fills, and integers. */
export const anyListElement = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', '', '0', '127', '-1', '4096', '-9223372036854775808', '9223372036854775807') },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(30, 63, 64, 500, 1300, 4000, 4080, 4096, 4097, 8180, 9000), fc.constantFrom('x', 'y')).map(([n, c]) => c.repeat(n)) },
);

export class QuicklistFixture {
  readonly arena: Arena;
  readonly chunks: ListChunks;
  readonly lists: Quicklist;
  readonly change: QuicklistChange;
  readonly list: number;
  readonly model: string[] = [];
  readonly #value = new ListpackValue();
  readonly #cursor: ListCursor;
  readonly #baselineBytes: number;

  constructor(fill: number, arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 28 })) {
    this.arena = arena;
    this.chunks = new ListChunks(arena);
    this.lists = new Quicklist(arena, this.chunks);
    this.change = new QuicklistChange(arena, this.lists);
    this.#cursor = new ListCursor(arena, this.lists);
    this.#baselineBytes = arena.usedBytes;
    this.list = this.lists.create(fill);
  }

  push(isLeft: boolean, element: string): void {
    this.lists.push(this.list, isLeft, this.#valueOf(element));
    if (isLeft) this.model.unshift(element);
    else this.model.push(element);
  }

  insert(index: number, isAfter: boolean, element: string): void {
    this.change.insert(this.list, index, isAfter, this.#valueOf(element));
    this.model.splice(index + Number(isAfter), 0, element);
  }

  replace(index: number, element: string): void {
    this.change.replace(this.list, index, this.#valueOf(element));
    this.model[index] = element;
  }

  removeRange(index: number, count: number): void {
    this.lists.removeRange(this.list, index, count);
    this.model.splice(index, count);
  }

  removeEqual(element: string, limit: number, fromTail: boolean): void {
    const removed = this.lists.removeEqual(this.list, this.#valueOf(element), limit, fromTail);
    let left = limit;
    const { model } = this;
    const before = model.length;
    for (let i = fromTail ? model.length - 1 : 0; i >= 0 && i < model.length && left > 0;) {
      const isEqual = model[i] === element;
      if (isEqual) model.splice(i, 1);
      if (isEqual) left--;
      i += fromTail ? -1 : Number(!isEqual);
    }
    assert(removed === before - model.length, 'a removal tells how many elements it has taken');
  }

  /** Sizes and counts of the chunks, for comparisons. */
  layout(): string[] {
    const layout: string[] = [];
    this.lists.each(this.list, (chunk) => {
      const { i32 } = this.arena;
      layout.push(`${isPlain(i32, chunk) ? 'plain ' : ''}${countOf(i32, chunk)}/${sizeOf(i32, chunk)}`);
    });
    return layout;
  }

  /** Asserts that walks in both directions and every index give the elements of the array. */
  compare(): void {
    const { lists, list, model } = this;
    this.arena.check();
    assert(lists.count(list) === model.length, 'a list counts its elements');
    assert(this.layout().every((chunk) => !chunk.startsWith('0')), 'no chunk is empty');
    assert(lists.usedBytes(list) === this.arena.usedBytes - this.#baselineBytes, 'a list knows its memory');
    if (model.length === 0) return;
    const cursor = this.#cursor;
    cursor.seek(list, 0);
    for (let index = 0; index < model.length; index++, cursor.next()) this.#compareAt(index);
    cursor.seek(list, model.length - 1);
    for (let index = model.length - 1; index >= 0; index--, cursor.prev()) this.#compareAt(index);
    for (let index = 0; index < model.length; index += 1 + (model.length >> 6)) {
      cursor.seek(list, index);
      this.#compareAt(index);
    }
  }

  /** Frees the list; the bytes in use beyond those at first. */
  free(): number {
    this.lists.free(this.list);
    this.arena.check();
    return this.arena.usedBytes - this.#baselineBytes;
  }

  #compareAt(index: number): void {
    const cursor = this.#cursor;
    cursor.read(this.#value);
    assert(cursor.index === index, 'a cursor knows its index');
    assert(textOf(this.#value).toString('latin1') === this.model[index], 'an element reads as it was written');
    assert(cursor.equals(this.#valueOf(this.model[index]!)), 'an element equals itself');
    assert(!cursor.equals(this.#valueOf(`${this.model[index]!}?`)), 'an element equals nothing else');
  }

  /** The value of an element, somewhere inside of other bytes. */
  #valueOf(element: string): ListpackValue {
    this.#value.setBytes(Buffer.from(`-7${element}8`, 'latin1'), 2, element.length);
    return this.#value;
  }
}
