/**
 * Byte ranges of an arena as sequences of bits. Bit 0 is the highest bit of the first byte, as Redis
 * numbers them. Long ranges are worked through a word at a time; they may begin at any byte.
 */
import type { Arena } from '../memory/arena.ts';

const bitsOfByte = Uint8Array.from({ length: 256 }, (_, byte) => countWord(byte));

/** How many bits are set. */
export function countBits({ u8, i32 }: Arena, offset: number, length: number): number {
  const end = offset + length;
  const wordsFrom = Math.min(end, Math.ceil(offset / 4) * 4);
  const wordsTo = Math.max(wordsFrom, Math.floor(end / 4) * 4);
  return countBytes(u8, offset, wordsFrom) + countWords(i32, wordsFrom / 4, wordsTo / 4) + countBytes(u8, wordsTo, end);
}

/** How many of the bits `first` to `last`, counted from `offset`, are set. */
export function countBitsBetween(arena: Arena, offset: number, first: number, last: number): number {
  const [from, to] = [Math.floor(first / 8), Math.floor(last / 8)];
  const before = bitsOfByte[arena.u8[offset + from]! & ~(0xff >>> first % 8)]!;
  const behind = bitsOfByte[arena.u8[offset + to]! & (0x7f >>> last % 8)]!;
  return countBits(arena, offset + from, to - from + 1) - before - behind;
}

/** The first of the bits `first` to `last`, counted from `offset`, that is `bit`, or -1. */
export function findBit({ u8, i32 }: Arena, offset: number, first: number, last: number, bit: number): number {
  const otherByte = bit === 1 ? 0 : 0xff;
  const lastByte = offset + Math.floor(last / 8);
  let at = offset + Math.floor(first / 8);
  let found = (u8[at]! ^ otherByte) & (0xff >>> first % 8);
  if (found === 0 && at < lastByte) {
    at = skipBytes(u8, i32, at + 1, lastByte, otherByte);
    found = u8[at]! ^ otherByte;
  }
  const position = (at - offset) * 8 + Math.clz32(found) - 24;
  return found === 0 || position > last ? -1 : position;
}

/** The first byte from `start` that is not `byte` (0 or 255), or `end`. */
function skipBytes(u8: Uint8Array, i32: Int32Array, start: number, end: number, byte: number): number {
  let at = start;
  while (at < end && at % 4 !== 0 && u8[at] === byte) at++;
  if (at % 4 === 0) {
    const otherWord = byte === 0 ? 0 : -1;
    const wordsTo = Math.floor(end / 4);
    let word = at / 4;
    while (word < wordsTo && i32[word] === otherWord) word++;
    at = word * 4;
  }
  while (at < end && u8[at] === byte) at++;
  return at;
}

/** How many of a word's bits are set. */
export function countWord(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  sums = (sums + (sums >>> 4)) & 0x0f0f0f0f;
  return Math.imul(sums, 0x01010101) >>> 24;
}

function countBytes(u8: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) count += bitsOfByte[u8[at]!]!;
  return count;
}

/**
 * Adds the words up in carry-save form, column by column, so that only one word in eight has its bits
 * counted (Harley and Seal; H. S. Warren, "Hacker's Delight", 5-1).
 */
function countWords(i32: Int32Array, start: number, end: number): number {
  let [eights, fours, twos, ones] = [0, 0, 0, 0];
  let at = start;
  for (const last = end - 8; at <= last; at += 8) {
    let half = ones ^ i32[at]!;
    const twosA = (ones & i32[at]!) | (half & i32[at + 1]!);
    ones = half ^ i32[at + 1]!;
    half = ones ^ i32[at + 2]!;
    const twosB = (ones & i32[at + 2]!) | (half & i32[at + 3]!);
    ones = half ^ i32[at + 3]!;
    half = twos ^ twosA;
    const foursA = (twos & twosA) | (half & twosB);
    twos = half ^ twosB;
    half = ones ^ i32[at + 4]!;
    const twosC = (ones & i32[at + 4]!) | (half & i32[at + 5]!);
    ones = half ^ i32[at + 5]!;
    half = ones ^ i32[at + 6]!;
    const twosD = (ones & i32[at + 6]!) | (half & i32[at + 7]!);
    ones = half ^ i32[at + 7]!;
    half = twos ^ twosC;
    const foursB = (twos & twosC) | (half & twosD);
    twos = half ^ twosD;
    half = fours ^ foursA;
    eights += countWord((fours & foursA) | (half & foursB));
    fours = half ^ foursB;
  }
  let count = 8 * eights + 4 * countWord(fours) + 2 * countWord(twos) + countWord(ones);
  for (; at < end; at++) count += countWord(i32[at]!);
  return count;
}
