/**
 * Words of a configuration line, by the quoting rules of Redis: blanks separate; "double quotes" take
 * \xHH, \n, \r, \t, \b, \a and \any; 'single quotes' take \' only; a closing quote ends its word.
 * Escapes name bytes, so a word is put together as bytes and then read as UTF-8.
 */

/** The words of `line`, or undefined when its quotes do not balance. */
export function splitWords(line: string): string[] | undefined {
  const bytes = Buffer.from(line, 'utf8').toString('latin1');
  const words: string[] = [];
  let at = skipBlanks(bytes, 0);
  while (at < bytes.length) {
    const word = readWord(bytes, at);
    if (word === undefined) return undefined;
    words.push(Buffer.from(word.bytes, 'latin1').toString('utf8'));
    at = skipBlanks(bytes, word.end);
  }
  return words;
}

/** `text` in double quotes, so that splitWords gives it back; bytes outside printable ASCII become \xHH. */
export function quoteWord(text: string): string {
  let quoted = '';
  for (const char of Buffer.from(text, 'utf8').toString('latin1')) {
    quoted += escapeByte(char);
  }
  return `"${quoted}"`;
}

/** `text` as it is when it reads back as one word, quoted otherwise. */
export function quoteIfNeeded(text: string): string {
  return /^[!#-&(-~]+$/.test(text) && !text.includes('\\') ? text : quoteWord(text);
}

interface Word {
  readonly bytes: string;
  readonly end: number;
}

/** As bytes: U+00A0 is no blank, nor is a byte of a letter. */
const blank = /[ \t-\r\0]/;

function skipBlanks(bytes: string, from: number): number {
  let at = from;
  while (at < bytes.length && blank.test(bytes[at]!)) at += 1;
  return at;
}

function readWord(bytes: string, start: number): Word | undefined {
  let word = '';
  let at = start;
  while (at < bytes.length && !blank.test(bytes[at]!)) {
    const char = bytes[at]!;
    if (char === '"' || char === "'") {
      const quoted = char === '"' ? readDoubleQuoted(bytes, at + 1) : readSingleQuoted(bytes, at + 1);
      if (quoted === undefined || (quoted.end < bytes.length && !blank.test(bytes[quoted.end]!))) return undefined;
      return { bytes: word + quoted.bytes, end: quoted.end };
    }
    word += char;
    at += 1;
  }
  return { bytes: word, end: at };
}

const letterEscapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function readDoubleQuoted(bytes: string, start: number): Word | undefined {
  let text = '';
  let at = start;
  while (at < bytes.length) {
    const char = bytes[at]!;
    if (char === '"') return { bytes: text, end: at + 1 };
    const hex = /^\\x([0-9a-fA-F]{2})/.exec(bytes.slice(at, at + 4));
    if (hex !== null) {
      text += String.fromCharCode(Number.parseInt(hex[1]!, 16));
      at += 4;
    } else if (char === '\\' && at + 1 < bytes.length) {
      text += letterEscapes[bytes[at + 1]!] ?? bytes[at + 1]!;
      at += 2;
    } else {
      text += char;
      at += 1;
    }
  }
  return undefined;
}

function readSingleQuoted(bytes: string, start: number): Word | undefined {
  let text = '';
  let at = start;
  while (at < bytes.length) {
    const char = bytes[at]!;
    if (char === "'") return { bytes: text, end: at + 1 };
    const isEscaped = char === '\\' && bytes[at + 1] === "'";
    text += isEscaped ? "'" : char;
    at += isEscaped ? 2 : 1;
  }
  return undefined;
}

const escapeNames: Record<string, string> = {
  '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\x07': '\\a',
};

function escapeByte(char: string): string {
  const named = escapeNames[char];
  if (named !== undefined) return named;
  if (char >= ' ' && char <= '~') return char;
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
