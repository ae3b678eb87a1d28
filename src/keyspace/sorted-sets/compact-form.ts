/**
 * A small sorted set as one listpack, byte for byte as Redis has it: member, score, member, score, ...
 * in the order of scores, among equal ones of the members' bytes. A score is an integer element up to
 * 2^62, else the text of formatDouble; -0 becomes 0.
 *
 * The value address of the entry is the listpack's. A place is the position of a member in it; 0 is
 * none. After an ArenaFullError all is as before.
 */
import { compareBytes } from '../../base/compare-bytes.ts';
import { DOUBLE_TEXT_BYTES_MAX, writeDouble } from '../../base/format-double.ts';
import { parseDouble } from '../../base/parse-double.ts';
import type { Arena } from '../../memory/arena.ts';
import { Listpack } from '../../structures/listpack.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { setValueAddress, valueAddress } from '../entry.ts';

const LARGEST_INTEGER_SCORE = 2 ** 62;
const INTEGER_TEXT_BYTES = 20;

export class CompactForm {
  readonly listpack: Listpack;
  readonly #arena: Arena;
  readonly #wanted = new ListpackValue();
  readonly #score = new ListpackValue();
  readonly #read = new ListpackValue();
  readonly #integerText = new Uint8Array(INTEGER_TEXT_BYTES);
  readonly #scoreText = new Uint8Array(DOUBLE_TEXT_BYTES_MAX);

  constructor(arena: Arena) {
    this.#arena = arena;
    this.listpack = new Listpack(arena);
  }

  count(entry: number): number {
    return this.listpack.count(valueAddress(this.#arena, entry)) >>> 1;
  }

  /** The place of a member. */
  find(entry: number, bytes: Uint8Array, offset: number, length: number): number {
    const addr = valueAddress(this.#arena, entry);
    this.#wanted.setBytes(bytes, offset, length);
    return this.listpack.find(addr, this.listpack.first(addr), this.#wanted, 1);
  }

  scoreAt(entry: number, place: number): number {
    const addr = valueAddress(this.#arena, entry);
    return this.#scoreOf(addr, this.listpack.next(addr, place));
  }

  /** Adds a member that is not there. The bytes are not the listpack's own. */
  insert(entry: number, score: number, bytes: Uint8Array, offset: number, length: number): void {
    const addr = valueAddress(this.#arena, entry);
    const place = this.#placeFor(addr, score, bytes, offset, length);
    this.#insertAt(entry, place, score, bytes, offset, length);
  }

  /** Gives the member at a place another score. The bytes are the member's, but not those in the listpack. */
  setScore(entry: number, place: number, score: number, bytes: Uint8Array, offset: number, length: number): void {
    const { listpack } = this;
    const addr = valueAddress(this.#arena, entry);
    const scoreAt = listpack.next(addr, place);
    const target = this.#placeFor(addr, score, bytes, offset, length);
    if (target === place || target === this.#behind(addr, scoreAt)) {
      this.#setScoreValue(score);
      setValueAddress(this.#arena, entry, listpack.replace(addr, scoreAt, this.#score));
      return;
    }
    const before = listpack.totalBytes(addr);
    this.#insertAt(entry, target, score, bytes, offset, length);
    const grown = valueAddress(this.#arena, entry);
    const moved = target < place ? place + listpack.totalBytes(grown) - before : place;
    setValueAddress(this.#arena, entry, listpack.deleteFrom(grown, moved, 2));
  }

  remove(entry: number, place: number): void {
    setValueAddress(this.#arena, entry, this.listpack.deleteFrom(valueAddress(this.#arena, entry), place, 2));
  }

  removeRange(entry: number, rank: number, count: number): void {
    if (count > 0) this.#removeFrom(entry, this.listpack.seek(valueAddress(this.#arena, entry), rank * 2), count);
  }

  /** The number of members before a place. */
  rankOf(entry: number, place: number): number {
    const addr = valueAddress(this.#arena, entry);
    let rank = 0;
    for (let p = this.listpack.first(addr); p !== place; p = this.#nextPair(addr, p)) rank++;
    return rank;
  }

  /** The number of members whose score is below `score`, or not above it. */
  rankOfScore(entry: number, score: number, isIncluded: boolean): number {
    const addr = valueAddress(this.#arena, entry);
    let rank = 0;
    for (let p = this.listpack.first(addr); p !== 0; p = this.#nextPair(addr, p), rank++) {
      const other = this.#scoreOf(addr, this.listpack.next(addr, p));
      if (isIncluded ? other > score : other >= score) break;
    }
    return rank;
  }

  /** The number of members before the first one that is not before these bytes, or is after them. */
  rankOfBytes(entry: number, bytes: Uint8Array, offset: number, length: number, isIncluded: boolean): number {
    const addr = valueAddress(this.#arena, entry);
    let rank = 0;
    for (let p = this.listpack.first(addr); p !== 0; p = this.#nextPair(addr, p), rank++) {
      const order = this.#compare(addr, p, bytes, offset, length);
      if (isIncluded ? order > 0 : order >= 0) break;
    }
    return rank;
  }

  /** Reads the score element at a position. */
  #scoreOf(addr: number, p: number): number {
    const read = this.#read;
    this.listpack.read(addr, p, read);
    return read.isInteger ? read.integer : parseDouble(read.bytes, read.offset, read.length);
  }

  #insertAt(entry: number, place: number, score: number, bytes: Uint8Array, offset: number, length: number): void {
    const { listpack } = this;
    this.#wanted.setBytes(bytes, offset, length);
    const addr = listpack.insertBefore(valueAddress(this.#arena, entry), place, this.#wanted);
    setValueAddress(this.#arena, entry, addr);
    this.#setScoreValue(score);
    try {
      setValueAddress(this.#arena, entry, listpack.insertAfter(addr, place, this.#score));
    } catch (error) {
      setValueAddress(this.#arena, entry, listpack.delete(addr, place));
      throw error;
    }
  }

  #removeFrom(entry: number, place: number, count: number): void {
    setValueAddress(this.#arena, entry, this.listpack.deleteFrom(valueAddress(this.#arena, entry), place, count * 2));
  }

  /** Where (score, member) belongs: the place of the first pair that comes behind it, or the end's position. */
  #placeFor(addr: number, score: number, bytes: Uint8Array, offset: number, length: number): number {
    const { listpack } = this;
    let p = listpack.first(addr);
    while (p !== 0) {
      const scoreAt = listpack.next(addr, p);
      const other = this.#scoreOf(addr, scoreAt);
      if (other > score || (other === score && this.#compare(addr, p, bytes, offset, length) > 0)) return p;
      p = listpack.next(addr, scoreAt);
    }
    return listpack.totalBytes(addr) - 1;
  }

  /** The order of the member at p to these bytes. */
  #compare(addr: number, p: number, bytes: Uint8Array, offset: number, length: number): number {
    const read = this.#read;
    this.listpack.read(addr, p, read);
    if (!read.isInteger) return compareBytes(read.bytes, read.offset, read.length, bytes, offset, length);
    return compareBytes(this.#integerText, 0, read.writeText(this.#integerText, 0), bytes, offset, length);
  }

  #setScoreValue(score: number): void {
    if (Number.isInteger(score) && score >= -LARGEST_INTEGER_SCORE && score <= LARGEST_INTEGER_SCORE) this.#score.setInteger(score + 0);
    else this.#score.setBytes(this.#scoreText, 0, writeDouble(this.#scoreText, 0, score));
  }

  #nextPair(addr: number, p: number): number {
    return this.listpack.next(addr, this.listpack.next(addr, p));
  }

  /** The position behind a score: of the next pair or the end. */
  #behind(addr: number, scoreAt: number): number {
    return this.listpack.next(addr, scoreAt) || this.listpack.totalBytes(addr) - 1;
  }
}
