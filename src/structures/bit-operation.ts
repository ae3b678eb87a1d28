/**
 * Bitwise operations over several strings, which may lie in several arenas. Shorter strings count as
 * padded with zeros.
 *
 * The result is worked out in pieces that stay in the processor's cache: a piece is accumulated source
 * by source, a word at a time, and then copied to where it belongs.
 */
import { copyBytes } from '../base/copy-bytes.ts';
import type { Arena } from '../memory/arena.ts';

export type BitOperation = 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one';

/** A string's bytes; an absent string has none. */
export interface BitSource {
  readonly arena: Arena;
  readonly offset: number;
  readonly length: number;
}

type Accumulate = (words: Int32Array, at: number, count: number) => void;

const pieceBytes = 16 * 1024;
const piece = new Int32Array(pieceBytes / 4);
const pieceAsBytes = new Uint8Array(piece.buffer);
/** Bits that more than one source has. */
const repeated = new Int32Array(pieceBytes / 4);
/** A part of a source that does not lie on whole words, brought there. */
const aligned = new Int32Array(pieceBytes / 4);
const alignedAsBytes = new Uint8Array(aligned.buffer);

/** Fills `length` bytes of `target` from `offset`, none of which belongs to a source, with the result. */
export function combineBits(operation: BitOperation, sources: readonly BitSource[], target: Uint8Array, offset: number, length: number): void {
  for (let from = 0; from < length; from += pieceBytes) {
    const bytes = Math.min(pieceBytes, length - from);
    const wordCount = Math.ceil(bytes / 4);
    piece.fill(0, 0, wordCount);
    combinePiece(operation, sources, from, bytes, wordCount);
    copyBytes(target, offset + from, pieceAsBytes, 0, bytes);
  }
}

/** Each operation as steps over the sources; the first source is special to some. */
function combinePiece(operation: BitOperation, sources: readonly BitSource[], from: number, bytes: number, wordCount: number): void {
  const [first, ...others] = sources as [BitSource, ...BitSource[]];
  const each = (some: readonly BitSource[], accumulate: Accumulate): void => {
    for (const source of some) step(accumulate, source, from, bytes);
  };
  switch (operation) {
    case 'and':
      each([first], or);
      each(others, and);
      break;
    case 'or':
      each(sources, or);
      break;
    case 'xor':
      each(sources, xor);
      break;
    case 'not':
      piece.fill(-1, 0, wordCount);
      each([first], andNot);
      break;
    case 'diff':
      each([first], or);
      each(others, andNot);
      break;
    case 'diff1':
      each(others, or);
      each([first], andNot);
      break;
    case 'andor':
      each(others, or);
      each([first], and);
      break;
    case 'one':
      repeated.fill(0, 0, wordCount);
      each(sources, orCounting);
      andNot(repeated, 0, wordCount);
      break;
  }
}

/** Accumulates the part of a source that belongs to the piece of `bytes` bytes from `from`. */
function step(accumulate: Accumulate, { arena, offset, length }: BitSource, from: number, bytes: number): void {
  const present = Math.max(0, Math.min(length - from, bytes));
  const start = offset + from;
  if (start % 4 === 0 && present % 4 === 0 && (present === bytes || accumulate !== and)) {
    accumulate(arena.i32, start / 4, present / 4);
    return;
  }
  const wordCount = Math.ceil(bytes / 4);
  aligned.fill(0, 0, wordCount);
  copyBytes(alignedAsBytes, 0, arena.u8, start, present);
  accumulate(aligned, 0, wordCount);
}

function and(words: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) piece[i]! &= words[at + i]!;
}

function andNot(words: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) piece[i]! &= ~words[at + i]!;
}

function or(words: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) piece[i]! |= words[at + i]!;
}

function xor(words: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) piece[i]! ^= words[at + i]!;
}

function orCounting(words: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const word = words[at + i]!;
    repeated[i]! |= piece[i]! & word;
    piece[i]! |= word;
  }
}
