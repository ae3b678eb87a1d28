/** Stream ids against pairs of big integers. */
import { array, assert, bigInt, constantFrom, oneof, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { ID_TEXT_BYTES, StreamId } from '../../../src/structures/stream-id.ts';

const MAX = 2n ** 64n - 1n;
const part = oneof(bigInt({ min: 0n, max: MAX }), constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, MAX));
const pair = tuple(part, part);

function idOf([ms, seq]: readonly [bigint, bigint]): StreamId {
  const id = new StreamId();
  id.set(word(ms >> 32n), word(ms), word(seq >> 32n), word(seq));
  return id;
}

function word(n: bigint): number {
  return Number(BigInt.asIntN(32, n));
}

function numberOf([ms, seq]: readonly [bigint, bigint]): bigint {
  return (ms << 64n) | seq;
}

test('ids are compared as unsigned numbers, in memory as well', () => {
  assert(property(pair, pair, (a, b) => {
    const wanted = Math.sign(Number(numberOf(a) - numberOf(b)));
    const words = new Int32Array(6);
    idOf(b).store(words, 2);
    expect([Math.sign(idOf(a).compare(idOf(b))), Math.sign(idOf(a).compareAt(words, 2))]).toEqual([wanted, wanted]);
  }));
});

test('ids are printed as two unsigned numbers', () => {
  assert(property(pair, ([ms, seq]) => {
    const text = Buffer.alloc(ID_TEXT_BYTES + 2);
    const end = idOf([ms, seq]).writeText(text, 1);
    expect([text.toString('latin1', 1, end), idOf([ms, seq]).toString()]).toEqual([`${ms}-${seq}`, `${ms}-${seq}`]);
  }));
});

test('ids go to the next and the one before, and say where there is none', () => {
  assert(property(pair, (given) => {
    const wanted = numberOf(given);
    const [next, before] = [idOf(given), idOf(given)];
    expect([next.increment(), before.decrement()]).toEqual([wanted !== (1n << 128n) - 1n, wanted !== 0n]);
    expect([numberFrom(next), numberFrom(before)]).toEqual([BigInt.asUintN(128, wanted + 1n), BigInt.asUintN(128, wanted - 1n)]);
  }));
});

test('ids survive words and bytes, and their milliseconds ascend as numbers', () => {
  assert(property(array(pair, { minLength: 1, maxLength: 20 }), (pairs) => {
    const ids = pairs.toSorted((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1)).map(idOf);
    const bytes = new Uint8Array(20);
    for (const id of ids) {
      id.storeBytes(bytes, 3);
      const copy = new StreamId();
      copy.loadBytes(bytes, 3);
      expect(copy).toEqual(id);
    }
    const numbers = ids.map(({ ms }) => ms);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
  }));
});

function numberFrom({ msHi, msLo, seqHi, seqLo }: StreamId): bigint {
  return [msHi, msLo, seqHi, seqLo].reduce((number, next) => (number << 32n) | BigInt(next >>> 0), 0n);
}
