import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seed } from '../base/seed.ts';
import { anyElement, edgeIntegers, edgeLengths, ListpackFixture, lookalikes, naiveListpack } from './listpack-fixture.ts';

const anyOperation = fc.record({
  kind: fc.constantFrom('append', 'prepend', 'insertBefore', 'insertAfter', 'replace', 'delete', 'deleteRange', 'splitAndConcat'),
  element: anyElement,
  place: fc.nat({ max: 1000 }),
  count: fc.nat({ max: 9 }),
});
type Operation = typeof anyOperation extends fc.Arbitrary<infer T> ? T : never;

describe(`a listpack agrees with an array, byte for byte (seed ${seed})`, () => {
  test('through any changes, with any elements', () => {
    fc.assert(
      fc.property(fc.array(anyOperation, { maxLength: 120, size: 'max' }), (operations) => {
        const fixture = new ListpackFixture();
        for (const operation of operations) {
          change(fixture, operation);
          fixture.compareWalks();
        }
        fixture.compare();
        expect(fixture.free()).toBe(0);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('with each edge of each encoding alone, first, last and in the middle', () => {
    const small = Buffer.from('m');
    for (const element of edgeElements()) {
      const fixture = new ListpackFixture();
      fixture.append(element);
      fixture.compare();
      fixture.append(small);
      fixture.prepend(small);
      fixture.compare();
      fixture.insertAfter(1, element);
      fixture.insertBefore(0, element);
      fixture.append(element);
      fixture.compare();
      while (fixture.model.length > 0) {
        fixture.delete(fixture.model.length >> 1);
        fixture.compare();
      }
      expect(fixture.free()).toBe(0);
    }
  });

  test('when an element of each size takes the place of one of another', () => {
    const elements = [0, 1, 64, 126, 4096, 16379].map((length) => Buffer.alloc(length, 'x'));
    elements.push(...['5', '-5', '30000', '100000', '-2147483648', '9223372036854775807'].map((text) => Buffer.from(text)));
    const fixture = new ListpackFixture();
    for (const text of ['first', '17', 'last']) fixture.append(Buffer.from(text));
    for (const before of elements) {
      for (const after of elements) {
        fixture.replace(1, before);
        fixture.replace(1, after);
        fixture.compare();
      }
    }
    fixture.deleteRange(0, 3);
    fixture.compare();
    expect(fixture.free()).toBe(0);
  });

  test('with an element of so many bytes that the length behind takes four', () => {
    for (const length of [2 ** 21 - 7, 2 ** 21 - 6, 2 ** 21 - 5]) {
      const fixture = new ListpackFixture();
      fixture.append(Buffer.from('before'));
      fixture.append(Buffer.alloc(length, 'y'));
      fixture.append(Buffer.from('1'));
      fixture.compare();
      fixture.delete(1);
      fixture.compare();
      expect(fixture.free()).toBe(0);
    }
  });
});

describe('find', () => {
  test('gives the first equal element of those that are not passed over, from a position on', () => {
    const fewElements = fc.array(fc.constantFrom('1', '2', '-1', 'a', 'ab', '', '300', 'x'.repeat(70), 'x'.repeat(5000)), { maxLength: 40 });
    fc.assert(
      fc.property(fewElements, fc.nat({ max: 3 }), fc.nat({ max: 39 }), fc.constantFrom('1', 'a', '300', '2', 'absent', '', '70000'), (texts, skip, from, wanted) => {
        const fixture = new ListpackFixture();
        for (const text of texts) fixture.append(Buffer.from(text));
        const { listpack, addr } = fixture;
        const expected = texts.findIndex((text, index) => text === wanted && index >= from && (index - from) % (skip + 1) === 0);
        const found = listpack.find(addr, listpack.seek(addr, from), fixture.valueOf(Buffer.from(wanted)), skip);
        expect(found).toBe(expected < 0 ? 0 : listpack.seek(addr, expected));
      }),
      { seed, numRuns: 500 },
    );
  });

  test('tells an integer from each other edge, and from every string', () => {
    const fixture = new ListpackFixture();
    const elements = distinct([...edgeElements(), ...lookalikes.map((text) => Buffer.from(text))]);
    for (const element of elements) fixture.append(element);
    const { listpack, addr } = fixture;
    elements.forEach((element, index) => {
      expect(listpack.find(addr, listpack.first(addr), fixture.valueOf(element), 0)).toBe(listpack.seek(addr, index));
    });
  });

  test('finds an integer that is given as a number or as words', () => {
    const fixture = new ListpackFixture();
    for (const integer of edgeIntegers) fixture.append(Buffer.from(String(integer)));
    const { listpack, addr, value } = fixture;
    edgeIntegers.forEach((integer, index) => {
      value.setInt64(integer);
      expect(listpack.equals(addr, listpack.seek(addr, index), value)).toBe(true);
      if (!Number.isSafeInteger(Number(integer))) return;
      value.setInteger(Number(integer));
      expect(listpack.equals(addr, listpack.seek(addr, index), value)).toBe(true);
    });
  });
});

describe('a listpack', () => {
  test('that is new is empty', () => {
    const fixture = new ListpackFixture();
    const { listpack, addr } = fixture;
    fixture.compare();
    expect([listpack.first(addr), listpack.last(addr), listpack.seek(addr, 0), listpack.seek(addr, -1), listpack.count(addr)]).toEqual([0, 0, 0, 0, 0]);
    expect(listpack.find(addr, listpack.first(addr), fixture.valueOf(Buffer.from('a')), 0)).toBe(0);
    expect(listpack.deleteRange(addr, 0, 5)).toBe(addr);
    fixture.compare();
  });

  test('of 65,535 elements and more is counted one by one, and stays so until somebody counts fewer', () => {
    const fixture = new ListpackFixture();
    const elements = Array.from({ length: 65_537 }, (_, index) => Buffer.from(String(index % 100)));
    fixture.addr = fixture.listpack.concat(fixture.addr, fixture.fromNaive(elements.slice(0, 65_534)));
    expect(statedCount(fixture)).toBe(65_534);
    const { listpack } = fixture;
    for (const element of elements.slice(65_534)) fixture.append(element);
    expect(statedCount(fixture)).toBe(65_535);
    expect(listpack.count(fixture.addr)).toBe(65_537);
    expect(fixture.elementAt(listpack.seek(fixture.addr, 65_536))).toEqual(elements[65_536]);
    expect(fixture.elementAt(listpack.seek(fixture.addr, -65_537))).toEqual(elements[0]);
    expect([listpack.seek(fixture.addr, 65_537), listpack.seek(fixture.addr, -65_538)]).toEqual([0, 0]);
    for (let left = 65_536; left >= 65_533; left--) fixture.delete(3);
    expect(statedCount(fixture)).toBe(65_535);
    expect(listpack.count(fixture.addr)).toBe(65_533);
    expect(statedCount(fixture)).toBe(65_533);
    expect(fixture.bytes.equals(naiveListpack(fixture.model))).toBe(true);
    expect(fixture.free()).toBe(0);
  });

  test('keeps integers and strings that spell one apart only when it was told to', () => {
    const fixture = new ListpackFixture();
    fixture.value.setString(Buffer.from('12'), 0, 2);
    fixture.addr = fixture.listpack.append(fixture.addr, fixture.value);
    expect(fixture.bytes.toString('hex')).toBe('0b000000010082313203ff');
    expect(fixture.elementAt(6).toString()).toBe('12');
    expect(fixture.value.isInteger).toBe(false);
  });

  test('is not added to itself', () => {
    const { listpack, addr } = new ListpackFixture();
    expect(() => listpack.concat(addr, addr)).toThrow('a listpack is not added to itself');
  });
});

function change(fixture: ListpackFixture, { kind, element, place, count }: Operation): void {
  const { length } = fixture.model;
  const index = length === 0 ? 0 : place % length;
  if (kind === 'append') fixture.append(element);
  else if (kind === 'prepend') fixture.prepend(element);
  else if (kind === 'splitAndConcat') fixture.splitAndConcat(place % (length + 1));
  else if (kind === 'deleteRange') fixture.deleteRange(place % 2 === 0 ? index : -1 - index, count);
  else if (length > 0) {
    if (kind === 'delete') fixture.delete(index);
    else fixture[kind](index, element);
  }
}

function edgeElements(): Buffer[] {
  return [
    ...edgeIntegers.map((integer) => Buffer.from(String(integer))),
    ...edgeLengths.map((length) => Buffer.alloc(length, 'z')),
  ];
}

function distinct(elements: readonly Buffer[]): Buffer[] {
  return [...new Map(elements.map((element) => [element.toString('latin1'), element])).values()];
}

function statedCount({ arena, addr }: ListpackFixture): number {
  return arena.u8[addr * 8 + 4]! | arena.u8[addr * 8 + 5]! << 8;
}
