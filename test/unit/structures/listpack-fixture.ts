/** A listpack beside a naive model of it: an array of byte strings, and an encoder that is as plain as the format allows. */
import * as fc from 'fast-check';
import { assert } from '../../../src/base/assert.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { Listpack } from '../../../src/structures/listpack.ts';
import { ListpackValue } from '../../../src/structures/listpack-value.ts';

const INT64_LIMIT = 2n ** 63n;

/** Where an integer's encoding changes, and what lies beside it. */
export const edgeIntegers: readonly bigint[] = [0n, 127n, 4095n, 2n ** 15n, 2n ** 23n, 2n ** 31n, 2n ** 32n, 2n ** 52n, 2n ** 53n, INT64_LIMIT]
  .flatMap((edge) => [-2n, -1n, 0n, 1n, 2n].flatMap((delta) => [edge + delta, -edge + delta]))
  .filter((value) => value >= -INT64_LIMIT && value < INT64_LIMIT);

/** Where a string's encoding, or the length behind it, changes: of 126 bytes and of 125 the whole has 128 and 127, and so on. */
export const edgeLengths: readonly number[] = [0, 1, 62, 63, 64, 65, 124, 125, 126, 127, 128, 4094, 4095, 4096, 4097, 16377, 16378, 16379, 16380];

/** What only looks like an integer. */
export const lookalikes: readonly string[] = [
  '', '-', '+1', '-0', '00', '01', '-01', ' 1', '1 ', '1.0', '1e3', '0x10', '--1', '1-', '/', ':', '-:', '1:', '12345678901234567:',
  '9223372036854775808', '-9223372036854775809', '9999999999999999999', '18446744073709551616', '10000000000000000000', '-99999999999999999999',
];

export const anyElement: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -200, max: 200 }).map((integer) => Buffer.from(String(integer))) },
  { weight: 3, arbitrary: fc.constantFrom(...edgeIntegers).map((integer) => Buffer.from(String(integer))) },
  { weight: 2, arbitrary: fc.constantFrom(...lookalikes).map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 70 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...edgeLengths), fc.nat({ max: 255 })).map(([length, fill]) => Buffer.alloc(length, fill)) },
);

export class ListpackFixture {
  readonly arena: Arena;
  readonly listpack: Listpack;
  readonly value = new ListpackValue();
  readonly model: Buffer[] = [];
  addr: number;
  readonly #baselineBytes: number;

  constructor(arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 28 })) {
    this.arena = arena;
    this.listpack = new Listpack(arena);
    this.#baselineBytes = arena.usedBytes;
    this.addr = this.listpack.create();
  }

  /** The value of an element, somewhere inside of other bytes. */
  valueOf(element: Uint8Array): ListpackValue {
    const bytes = Buffer.concat([Buffer.from('-7'), element, Buffer.from('8')]);
    this.value.setBytes(bytes, 2, element.length);
    return this.value;
  }

  append(element: Buffer): void {
    this.addr = this.listpack.append(this.addr, this.valueOf(element));
    this.model.push(element);
  }

  prepend(element: Buffer): void {
    this.addr = this.listpack.prepend(this.addr, this.valueOf(element));
    this.model.unshift(element);
  }

  insertBefore(index: number, element: Buffer): void {
    this.addr = this.listpack.insertBefore(this.addr, this.listpack.seek(this.addr, index), this.valueOf(element));
    this.model.splice(index, 0, element);
  }

  insertAfter(index: number, element: Buffer): void {
    this.addr = this.listpack.insertAfter(this.addr, this.listpack.seek(this.addr, index), this.valueOf(element));
    this.model.splice(index + 1, 0, element);
  }

  replace(index: number, element: Buffer): void {
    this.addr = this.listpack.replace(this.addr, this.listpack.seek(this.addr, index), this.valueOf(element));
    this.model[index] = element;
  }

  delete(index: number): void {
    const p = this.listpack.seek(this.addr, index);
    this.addr = this.listpack.delete(this.addr, p);
    this.model.splice(index, 1);
    assert(this.listpack.isEnd(this.addr, p) === (index === this.model.length), 'the next element, or the end, is where one was removed');
  }

  deleteRange(index: number, count: number): void {
    this.addr = this.listpack.deleteRange(this.addr, index, count);
    const start = index < 0 ? index + this.model.length : index;
    if (start >= 0) this.model.splice(start, count);
  }

  /** Splits at `index` and puts the halves together again. */
  splitAndConcat(index: number): void {
    const { listpack, model } = this;
    const p = index === model.length ? listpack.totalBytes(this.addr) - 1 : listpack.seek(this.addr, index);
    const rest = listpack.copyFrom(this.addr, p);
    this.addr = listpack.truncate(this.addr, p);
    assert(this.bytesAt(this.addr).equals(naiveListpack(model.slice(0, index))), 'the first half has the elements before');
    assert(this.bytesAt(rest).equals(naiveListpack(model.slice(index))), 'the second half has the others');
    this.addr = listpack.concat(this.addr, rest);
  }

  /** The address of another listpack, of these elements, which are put into the model too. */
  fromNaive(elements: readonly Buffer[]): number {
    const bytes = naiveListpack(elements);
    this.model.push(...elements);
    return this.listpack.fromBytes(Buffer.concat([Buffer.from('ab'), bytes]), 2, bytes.length);
  }

  bytesAt(addr: number): Buffer {
    return Buffer.from(this.arena.u8.slice(addr * 8, addr * 8 + this.listpack.totalBytes(addr)));
  }

  get bytes(): Buffer {
    return this.bytesAt(this.addr);
  }

  /** The element at a position, as text. */
  elementAt(p: number): Buffer {
    this.listpack.read(this.addr, p, this.value);
    return textOf(this.value);
  }

  /** Compares byte for byte, then all that reads. */
  compare(): void {
    const { listpack, addr, model } = this;
    assert(this.bytes.equals(naiveListpack(model)), 'a listpack has the bytes that Redis would give it');
    assert(listpack.count(addr) === model.length, 'a listpack counts its elements');
    this.compareWalks();
    for (const index of [-model.length - 1, model.length]) assert(listpack.seek(addr, index) === 0, 'other indexes have no element');
  }

  compareWalks(): void {
    const { listpack, addr, model } = this;
    let index = 0;
    for (let p = listpack.first(addr); p !== 0; p = listpack.next(addr, p)) this.#compareAt(p, index++);
    assert(index === model.length, 'a walk comes to the end');
    for (let p = listpack.last(addr); p !== 0; p = listpack.prev(addr, p)) this.#compareAt(p, --index);
    assert(index === 0, 'a walk comes back to the beginning');
  }

  /** Frees the listpack; the bytes in use beyond those at first. */
  free(): number {
    this.listpack.free(this.addr);
    this.arena.check();
    return this.arena.usedBytes - this.#baselineBytes;
  }

  #compareAt(p: number, index: number): void {
    const { listpack, addr, model } = this;
    assert(listpack.seek(addr, index) === p && listpack.seek(addr, index - model.length) === p, 'an index has its position');
    assert(this.elementAt(p).equals(model[index]!), 'an element reads as it was written');
    assert(listpack.equals(addr, p, this.valueOf(model[index]!)), 'an element equals itself');
  }
}

export function textOf(value: ListpackValue): Buffer {
  const text = Buffer.alloc(value.byteLength() + 2, '#');
  assert(value.writeBytes(text, 1) === text.length - 1 && text[0] === 0x23 && text.at(-1) === 0x23, 'a value is as long as it says');
  return text.subarray(1, -1);
}

/** The bytes of a listpack of these elements. */
export function naiveListpack(elements: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(elements.map(naiveElement));
  const header = Buffer.alloc(6);
  header.writeUInt32LE(body.length + 7, 0);
  header.writeUInt16LE(Math.min(elements.length, 65535), 4);
  return Buffer.concat([header, body, Buffer.from([0xff])]);
}

function naiveElement(element: Uint8Array): Buffer {
  const text = Buffer.from(element).toString('latin1');
  const integer = /^(?:0|-?[1-9][0-9]{0,18})$/.test(text) ? BigInt(text) : INT64_LIMIT;
  const encoded = integer >= -INT64_LIMIT && integer < INT64_LIMIT ? naiveInteger(integer) : naiveString(element);
  return Buffer.concat([encoded, naiveBacklength(encoded.length)]);
}

function naiveInteger(integer: bigint): Buffer {
  if (integer >= 0n && integer < 128n) return Buffer.from([Number(integer)]);
  if (integer >= -4096n && integer < 4096n) {
    const bits = Number(BigInt.asUintN(13, integer));
    return Buffer.from([0b1100_0000 + Math.floor(bits / 256), bits % 256]);
  }
  const size = [2, 3, 4, 8].find((bytes) => BigInt.asIntN(bytes * 8, integer) === integer)!;
  const bits = Buffer.alloc(8);
  bits.writeBigInt64LE(integer);
  return Buffer.concat([Buffer.from([{ 2: 0xf1, 3: 0xf2, 4: 0xf3, 8: 0xf4 }[size]!]), bits.subarray(0, size)]);
}

function naiveString(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  if (length < 64) return Buffer.concat([Buffer.from([0b1000_0000 + length]), bytes]);
  if (length < 4096) return Buffer.concat([Buffer.from([0b1110_0000 + Math.floor(length / 256), length % 256]), bytes]);
  const head = Buffer.from([0xf0, 0, 0, 0, 0]);
  head.writeUInt32LE(length, 1);
  return Buffer.concat([head, bytes]);
}

function naiveBacklength(length: number): Buffer {
  const byteCount = length <= 127 ? 1 : length < 2 ** 14 - 1 ? 2 : length < 2 ** 21 - 1 ? 3 : length < 2 ** 28 - 1 ? 4 : 5;
  return Buffer.from(Array.from({ length: byteCount }, (_, index) => {
    const sevenBits = Math.floor(length / 128 ** (byteCount - 1 - index)) % 128;
    return index === 0 ? sevenBits : sevenBits + 128;
  }));
}
