/**
 * Byte ranges of an arena as sequences of bits. Bit 0 is the highest bit of the first byte, as Redis
 * numbers them. Ranges may begin at any byte; long ones are counted a word at a time.
 */
import type { Arena } from '../memory/arena.ts';

/** Up to here a loop over bytes is as quick. */
const shortBytes = 128;
const pieceBytes = 4096;
const leastPieceBytes = 64;
const zeros = new Uint8Array(pieceBytes);
const fulls = new Uint8Array(pieceBytes).fill(0xff);
const nativeCompare = Buffer.prototype.compare as (
  this: Uint8Array, target: Uint8Array, targetStart: number, targetEnd: number, sourceStart: number, sourceEnd: number,
) => number;
const bitsOfByte = Uint8Array.from({ length: 256 }, (_, byte) => countWord(byte));

/** How many bits are set. */
export function countBits({ u8, i32 }: Arena, offset: number, length: number): number {
  const end = offset + length;
  if (length < shortBytes) return countBytes(u8, offset, end);
  const wordsFrom = Math.ceil(offset / 4);
  const wordsTo = Math.floor(end / 4);
  // A part of its own is indexed by int32, wherever in the arena it lies.
  return countBytes(u8, offset, wordsFrom * 4) + countWords(i32.subarray(wordsFrom, wordsTo)) + countBytes(u8, wordsTo * 4, end);
}

/** How many of the bits `first` to `last`, counted from `offset`, are set. */
export function countBitsBetween(arena: Arena, offset: number, first: number, last: number): number {
  const [from, to] = [Math.floor(first / 8), Math.floor(last / 8)];
  const before = bitsOfByte[arena.u8[offset + from]! & ~(0xff >>> first % 8)]!;
  const behind = bitsOfByte[arena.u8[offset + to]! & (0x7f >>> last % 8)]!;
  return countBits(arena, offset + from, to - from + 1) - before - behind;
}

/** The first of the bits `first` to `last`, counted from `offset`, that is `bit`, or -1. */
export function findBit({ u8 }: Arena, offset: number, first: number, last: number, bit: number): number {
  const otherByte = bit === 1 ? 0 : 0xff;
  const lastByte = offset + Math.floor(last / 8);
  let at = offset + Math.floor(first / 8);
  let found = (u8[at]! ^ otherByte) & (0xff >>> first % 8);
  if (found === 0 && at < lastByte) {
    at = skipBytes(u8, at + 1, lastByte, otherByte);
    found = u8[at]! ^ otherByte;
  }
  const position = (at - offset) * 8 + Math.clz32(found) - 24;
  return found === 0 || position > last ? -1 : position;
}

/** The first byte from `start` that is not `byte` (0 or 255), or `end`. Long stretches are skipped by native comparisons. */
function skipBytes(u8: Uint8Array, start: number, end: number, byte: number): number {
  if (start === end || u8[start] !== byte) return start;
  const piece = byte === 0 ? zeros : fulls;
  let at = start;
  for (let bytes = pieceBytes; bytes >= leastPieceBytes; bytes /= 8) {
    while (at + bytes <= end && nativeCompare.call(u8, piece, 0, bytes, at, at + bytes) === 0) at += bytes;
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
function countWords(words: Int32Array): number {
  let [eights, fours, twos, ones] = [0, 0, 0, 0];
  let at = 0;
  for (const last = words.length - 8; at <= last; at += 8) {
    const a = words[at]!;
    const b = words[at + 1]!;
    const c = words[at + 2]!;
    const d = words[at + 3]!;
    const e = words[at + 4]!;
    const f = words[at + 5]!;
    const g = words[at + 6]!;
    const h = words[at + 7]!;
    let half = ones ^ a;
    const twosA = (ones & a) | (half & b);
    ones = half ^ b;
    half = ones ^ c;
    const twosB = (ones & c) | (half & d);
    ones = half ^ d;
    half = twos ^ twosA;
    const foursA = (twos & twosA) | (half & twosB);
    twos = half ^ twosB;
    half = ones ^ e;
    const twosC = (ones & e) | (half & f);
    ones = half ^ f;
    half = ones ^ g;
    const twosD = (ones & g) | (half & h);
    ones = half ^ h;
    half = twos ^ twosC;
    const foursB = (twos & twosC) | (half & twosD);
    twos = half ^ twosD;
    half = fours ^ foursA;
    eights += countWord((fours & foursA) | (half & foursB));
    fours = half ^ foursB;
  }
  let count = 8 * eights + 4 * countWord(fours) + 2 * countWord(twos) + countWord(ones);
  for (; at < words.length; at++) count += countWord(words[at]!);
  return count;
}
