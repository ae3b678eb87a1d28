/**
 * Bitwise operations over several strings, which may lie in several arenas. Shorter strings count as
 * padded with zeros.
 *
 * The result is worked out in pieces that stay in the processor's cache: each source's part is brought
 * there and accumulated a word at a time, and the result is copied to where it belongs.
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

type Accumulate = (wordCount: number) => void;

const pieceBytes = 16 * 1024;
/** The result so far. Loops are several times as fast over memory that is not shared as over an arena. */
const piece = new Int32Array(pieceBytes / 4);
const pieceAsBytes = new Uint8Array(piece.buffer);
/** The same part of a source, with zeros behind its end. */
const operand = new Int32Array(pieceBytes / 4);
const operandAsBytes = new Uint8Array(operand.buffer);
/** Bits that more than one source has. */
const repeated = new Int32Array(pieceBytes / 4);

/** Fills `length` bytes of `target` from `offset`, none of which belongs to a source, with the result. */
export function combineBits(operation: BitOperation, sources: readonly BitSource[], target: Uint8Array, offset: number, length: number): void {
  for (let from = 0; from < length; from += pieceBytes) {
    const bytes = Math.min(pieceBytes, length - from);
    // An int32, which Math.ceil does not give: the loops depend on it.
    combinePiece(operation, sources, from, (bytes + 3) >> 2);
    copyBytes(target, offset + from, pieceAsBytes, 0, bytes);
  }
}

/** Each operation as steps over the sources; the first source is special to some. */
function combinePiece(operation: BitOperation, sources: readonly BitSource[], from: number, wordCount: number): void {
  const [first, ...others] = sources as [BitSource, ...BitSource[]];
  switch (operation) {
    case 'and':
      accumulate(set, [first], from, wordCount);
      accumulate(and, others, from, wordCount);
      break;
    case 'or':
      accumulate(set, [first], from, wordCount);
      accumulate(or, others, from, wordCount);
      break;
    case 'xor':
      accumulate(set, [first], from, wordCount);
      accumulate(xor, others, from, wordCount);
      break;
    case 'not':
      piece.fill(-1, 0, wordCount);
      accumulate(xor, [first], from, wordCount);
      break;
    case 'diff':
      accumulate(set, [first], from, wordCount);
      accumulate(andNot, others, from, wordCount);
      break;
    case 'diff1':
      piece.fill(0, 0, wordCount);
      accumulate(or, others, from, wordCount);
      accumulate(andNot, [first], from, wordCount);
      break;
    case 'andor':
      piece.fill(0, 0, wordCount);
      accumulate(or, others, from, wordCount);
      accumulate(and, [first], from, wordCount);
      break;
    case 'one':
      accumulate(set, [first], from, wordCount);
      repeated.fill(0, 0, wordCount);
      accumulate(orCounting, others, from, wordCount);
      operand.set(repeated);
      andNot(wordCount);
      break;
  }
}

function accumulate(step: Accumulate, sources: readonly BitSource[], from: number, wordCount: number): void {
  for (const source of sources) {
    load(source, from, wordCount);
    step(wordCount);
  }
}

/** Makes the operand the words of a source from byte `from` on. */
function load({ arena, offset, length }: BitSource, from: number, wordCount: number): void {
  const present = Math.max(0, Math.min(length - from, wordCount * 4));
  copyBytes(operandAsBytes, 0, arena.u8, offset + from, present);
  if (present < wordCount * 4) operandAsBytes.fill(0, present, wordCount * 4);
}

function set(): void {
  piece.set(operand);
}

function and(wordCount: number): void {
  for (let i = 0; i < wordCount; i++) piece[i]! &= operand[i]!;
}

function andNot(wordCount: number): void {
  for (let i = 0; i < wordCount; i++) piece[i]! &= ~operand[i]!;
}

function or(wordCount: number): void {
  for (let i = 0; i < wordCount; i++) piece[i]! |= operand[i]!;
}

function xor(wordCount: number): void {
  for (let i = 0; i < wordCount; i++) piece[i]! ^= operand[i]!;
}

function orCounting(wordCount: number): void {
  for (let i = 0; i < wordCount; i++) {
    repeated[i]! |= piece[i]! & operand[i]!;
    piece[i]! |= operand[i]!;
  }
}
