/**
 * Matches option names against the patterns of CONFIG GET: `*`, `?`, `[abc]`, `[^a-z]` and `\` before a literal,
 * without regard to case. Backtracks only to the last star, so a pattern costs at most its length times the
 * name's.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const elements = parsePattern(pattern.toLowerCase());
  const text = name.toLowerCase();
  let element = 0;
  let at = 0;
  let starElement = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = elements[element];
    if (current === 'star') {
      starElement = element;
      starAt = at;
      element += 1;
    } else if (current !== undefined && current(text[at]!)) {
      element += 1;
      at += 1;
    } else if (starElement >= 0) {
      starAt += 1;
      at = starAt;
      element = starElement + 1;
    } else {
      return false;
    }
  }
  while (elements[element] === 'star') element += 1;
  return element === elements.length;
}

export function isPattern(name: string): boolean {
  return /[[*?]/.test(name);
}

type Element = 'star' | ((char: string) => boolean);

function parsePattern(pattern: string): Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < pattern.length) {
    const char = pattern[at]!;
    if (char === '*') {
      elements.push('star');
    } else if (char === '?') {
      elements.push(() => true);
    } else if (char === '[') {
      const close = findClass(pattern, at + 1);
      elements.push(parseClass(pattern.slice(at + 1, close)));
      at = close;
    } else {
      if (char === '\\' && at + 1 < pattern.length) at += 1;
      const literal = pattern[at]!;
      elements.push((other) => other === literal);
    }
    at += 1;
  }
  return elements;
}

/** Index of the closing bracket; a class that is not closed reaches to the end. */
function findClass(pattern: string, from: number): number {
  let at = from;
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return Math.min(at, pattern.length);
}

function parseClass(body: string): (char: string) => boolean {
  const negated = body.startsWith('^');
  const ranges: [string, string][] = [];
  let at = negated ? 1 : 0;
  while (at < body.length) {
    if (body[at] === '\\' && at + 1 < body.length) at += 1;
    const isRange = body[at + 1] === '-' && at + 2 < body.length;
    const first = body[at]!;
    const last = isRange ? body[at + 2]! : first;
    ranges.push(first <= last ? [first, last] : [last, first]);
    at += isRange ? 3 : 1;
  }
  return (char) => ranges.some(([first, last]) => char >= first && char <= last) !== negated;
}
