/**
 * Redis's glob patterns over byte ranges: KEYS, SCAN MATCH, CONFIG GET, PSUBSCRIBE, ACL.
 *
 *   *  any bytes, also none      ?  one byte      \x  the byte x
 *   [abc] [a-z] [^a]  one byte of the class, or outside it; \x inside stands for x, case kept
 *
 * The catches are Redis's, kept exactly: a class left open ends with the pattern; a range may be
 * written backwards; `-` takes even `]` as the end of its range; bytes above 127 are less than
 * the others in a range (its char is signed); no pattern but the empty one matches the empty text.
 *
 * Every element but `*` takes exactly one byte, so only the last `*` passed ever needs to take one
 * byte more: O(pattern × text), never exponential, and nothing is allocated.
 */
const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;
const BACKSLASH = 0x5c;

/** Whether the pattern matches the whole text. `ignoreCase` folds ASCII letters. */
export function globMatch(
  pattern: Uint8Array,
  patternOffset: number,
  patternLength: number,
  text: Uint8Array,
  textOffset: number,
  textLength: number,
  ignoreCase = false,
): boolean {
  const patternEnd = patternOffset + patternLength;
  const textEnd = textOffset + textLength;
  if (textLength === 0) return patternLength === 0;
  let at = textOffset;
  let next = patternOffset;
  let afterStar = -1;
  let starText = 0;
  for (;;) {
    if (next < patternEnd && pattern[next] === STAR) {
      next = skipStars(pattern, next, patternEnd);
      if (next === patternEnd) return true;
      afterStar = next;
      starText = at;
    }
    if (next < patternEnd && matchesByte(pattern, next, patternEnd, text[at]!, ignoreCase)) {
      next = elementEnd(pattern, next, patternEnd);
      at++;
    } else {
      if (afterStar < 0) return false;
      next = afterStar;
      at = ++starText;
    }
    if (at === textEnd) return skipStars(pattern, next, patternEnd) === patternEnd;
  }
}

function skipStars(pattern: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && pattern[at] === STAR) at++;
  return at;
}

/** Whether the element at `at`, not a star, takes `byte`. */
function matchesByte(pattern: Uint8Array, at: number, end: number, byte: number, ignoreCase: boolean): boolean {
  const first = pattern[at]!;
  if (first === QUESTION) return true;
  if (first === OPEN) return matchesClass(pattern, at + 1, end, byte, ignoreCase);
  return sameByte(first === BACKSLASH && at + 1 < end ? pattern[at + 1]! : first, byte, ignoreCase);
}

/** `start` is behind the bracket. */
function matchesClass(pattern: Uint8Array, start: number, end: number, byte: number, ignoreCase: boolean): boolean {
  const negated = start < end && pattern[start] === CARET;
  let found = false;
  let at = negated ? start + 1 : start;
  while (at < end && pattern[at] !== CLOSE) {
    const first = pattern[at]!;
    const left = end - at;
    if (first === BACKSLASH && left >= 2) found ||= pattern[at + 1] === byte;
    else if (isRange(pattern, at, end)) found ||= isWithin(byte, first, pattern[at + 2]!, ignoreCase);
    else found ||= sameByte(first, byte, ignoreCase);
    at = classMemberEnd(pattern, at, end);
  }
  return found !== negated;
}

/** Where the element at `at`, not a star, ends. */
function elementEnd(pattern: Uint8Array, at: number, end: number): number {
  if (pattern[at] === BACKSLASH) return Math.min(at + 2, end);
  if (pattern[at] !== OPEN) return at + 1;
  let next = at + 1;
  if (next < end && pattern[next] === CARET) next++;
  while (next < end && pattern[next] !== CLOSE) next = classMemberEnd(pattern, next, end);
  return Math.min(next + 1, end);
}

function classMemberEnd(pattern: Uint8Array, at: number, end: number): number {
  if (pattern[at] === BACKSLASH && end - at >= 2) return at + 2;
  return isRange(pattern, at, end) ? at + 3 : at + 1;
}

function isRange(pattern: Uint8Array, at: number, end: number): boolean {
  return end - at >= 3 && pattern[at + 1] === DASH;
}

function isWithin(byte: number, from: number, to: number, ignoreCase: boolean): boolean {
  let least = Math.min(signedByte(from), signedByte(to));
  let greatest = Math.max(signedByte(from), signedByte(to));
  let wanted = signedByte(byte);
  if (ignoreCase) {
    least = lowerCase(least);
    greatest = lowerCase(greatest);
    wanted = lowerCase(wanted);
  }
  return wanted >= least && wanted <= greatest;
}

function sameByte(a: number, b: number, ignoreCase: boolean): boolean {
  return a === b || (ignoreCase && lowerCase(a) === lowerCase(b));
}

function signedByte(byte: number): number {
  return (byte << 24) >> 24;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
