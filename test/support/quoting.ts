/**
 * The quoting of redis-cli: words separated by spaces, "double quotes" with \n \r \t \a \b \xHH \" \\,
 * 'single quotes' with \' only. Used to write commands and to print any bytes as text.
 */

/** The words of a line as bytes; throws when a quote is left open. */
export function splitWords(line: string): Buffer[] {
  const words: Buffer[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ') at++;
    if (at >= line.length) return words;
    const [word, end] = readWord(line, at);
    words.push(word);
    at = end;
  }
}

/** Bytes in double quotes when they need them, so that splitWords gives them back. */
export function quoteWord(bytes: Uint8Array): string {
  const text = escapeBytes(bytes);
  return text.length > 0 && /^[^\s"'\\!#]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
}

/** Printable ASCII as it is, everything else (and the backslash) escaped; quotes are left alone. */
export function escapeBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte) : escapeByte(byte);
  return text;
}

/** What escapeBytes wrote, as bytes again. */
export function unescapeBytes(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) at = readEscape(text, at, bytes);
  return Buffer.from(bytes);
}

function readWord(line: string, start: number): [Buffer, number] {
  const bytes: number[] = [];
  let at = start;
  let quote = '';
  while (at < line.length) {
    const char = line[at]!;
    if (quote === '' && char === ' ') break;
    if (char === quote) {
      quote = '';
      at++;
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      at++;
    } else if (quote === "'" && line.startsWith("\\'", at)) {
      bytes.push(0x27);
      at += 2;
    } else if (quote === '"') at = readEscape(line, at, bytes);
    else {
      bytes.push(...Buffer.from(char));
      at++;
    }
  }
  if (quote !== '') throw new Error(`quote left open: ${line}`);
  return [Buffer.from(bytes), at];
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8 };

function readEscape(text: string, at: number, bytes: number[]): number {
  if (text[at] !== '\\') {
    bytes.push(...Buffer.from(text[at]!));
    return at + 1;
  }
  const hex = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(at, at + 4));
  if (hex !== null) {
    bytes.push(Number.parseInt(hex[1]!, 16));
    return at + 4;
  }
  const next = text[at + 1] ?? '\\';
  bytes.push(ESCAPES[next] ?? next.charCodeAt(0));
  return at + 2;
}

function escapeByte(byte: number): string {
  for (const [letter, value] of Object.entries(ESCAPES)) if (value === byte) return `\\${letter}`;
  return byte === 0x5c ? '\\\\' : `\\x${byte.toString(16).padStart(2, '0')}`;
}
