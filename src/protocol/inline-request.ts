/**
 * Splits an inline command as Redis does, decoding it in place: what an argument means is never
 * longer than how it was written, so it is stored from the argument's own first byte.
 *
 *   SET  greeting  "tab\tand \x00 NUL"   'it\'s'      ->  SET | greeting | tab<TAB>and <NUL> NUL | it's
 *
 * A quote may open within a word, and what follows a closing quote must be a space.
 */
export const UNBALANCED = -1;

/** Where the arguments go: pairs of offset and length. */
export interface ArgumentTable {
  args: Int32Array;
}

const BACKSLASH = 0x5c;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const LOWER_X = 0x78;
const NO_DIGIT = -1;

/** Fills `table` with offsets from `start` and returns the number of arguments, or UNBALANCED. */
export function splitInline(table: ArgumentTable, bytes: Uint8Array, start: number, end: number): number {
  let argc = 0;
  let at = start;
  for (;;) {
    while (at < end && isSpace(bytes[at]!)) at++;
    if (at === end) return argc;
    const argumentStart = at;
    let written = at;
    let quote = 0;
    while (at < end) {
      const byte = bytes[at]!;
      if (quote === 0) {
        if (endsWord(byte)) break;
        at++;
        if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) quote = byte;
        else bytes[written++] = byte;
      } else if (byte === quote) {
        at++;
        if (at < end && !isSpace(bytes[at]!)) return UNBALANCED;
        quote = 0;
        break;
      } else {
        const sourceLength = byte === BACKSLASH ? escapeLength(bytes, at, end, quote) : 1;
        bytes[written++] = sourceLength === 1 ? byte : escapedByte(bytes, at, sourceLength, quote);
        at += sourceLength;
      }
    }
    if (quote !== 0) return UNBALANCED;
    append(table, argc++, argumentStart - start, written - argumentStart);
  }
}

/** How many bytes the escape at `at` takes: 4 for \xHH, 2 for others, 1 when it is a plain backslash. */
function escapeLength(bytes: Uint8Array, at: number, end: number, quote: number): number {
  if (at + 1 >= end) return 1;
  if (quote === SINGLE_QUOTE) return bytes[at + 1] === SINGLE_QUOTE ? 2 : 1;
  const hexadecimal =
    bytes[at + 1] === LOWER_X &&
    at + 3 < end &&
    hexDigit(bytes[at + 2]!) !== NO_DIGIT &&
    hexDigit(bytes[at + 3]!) !== NO_DIGIT;
  return hexadecimal ? 4 : 2;
}

function escapedByte(bytes: Uint8Array, at: number, length: number, quote: number): number {
  if (length === 4) return (hexDigit(bytes[at + 2]!) << 4) | hexDigit(bytes[at + 3]!);
  const letter = bytes[at + 1]!;
  if (quote === SINGLE_QUOTE) return letter;
  switch (letter) {
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    case 0x62: // b
      return 0x08;
    case 0x61: // a
      return 0x07;
    default:
      return letter;
  }
}

function append(table: ArgumentTable, index: number, offset: number, length: number): void {
  if (2 * index >= table.args.length) {
    const wider = new Int32Array(table.args.length * 2);
    wider.set(table.args);
    table.args = wider;
  }
  table.args[2 * index] = offset;
  table.args[2 * index + 1] = length;
}

/** Space, \t, \n, \v, \f, \r. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** \v and \f separate words only in front of them. */
function endsWord(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NO_DIGIT;
}
