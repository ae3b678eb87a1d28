/**
 * The request protocol read the simple way: the whole input as a string, regular expressions, no
 * state. It defines what the real parser must find, whatever the pieces the input comes in.
 */
import { EMPTY } from './feed-parser.ts';
import type { Event } from './feed-parser.ts';

export interface NaiveLimits {
  readonly maxBulkBytes: number;
  readonly maxArguments: number;
  readonly maxInlineBytes: number;
}

/** How far one command reaches, or why it does not. */
type Step = { readonly event: Event; readonly rest: string } | 'incomplete';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

export function naiveParse(input: string, limits: NaiveLimits): Event[] {
  const events: Event[] = [];
  let rest = input;
  while (rest !== '') {
    const step = rest.startsWith('*') ? multibulk(rest, limits) : inline(rest, limits);
    if (step === 'incomplete') break;
    events.push(step.event);
    if (typeof step.event === 'string' && step.event !== EMPTY) break;
    rest = step.rest;
  }
  return events;
}

function multibulk(input: string, limits: NaiveLimits): Step {
  const header = line(input, limits, 'too big mbulk count string');
  if (header === 'incomplete' || 'event' in header) return header;
  const count = int64(header.text.slice(1));
  if (count === undefined || count > BigInt(limits.maxArguments)) return failure('invalid multibulk length');
  if (count <= 0n) return { event: EMPTY, rest: header.rest };
  const words: string[] = [];
  let { rest } = header;
  while (words.length < Number(count)) {
    const prefix = line(rest, limits, 'too big bulk count string');
    if (prefix === 'incomplete' || 'event' in prefix) return prefix;
    if (!rest.startsWith('$')) return failure(`expected '$', got '${rest[0]}'`);
    const length = int64(prefix.text.slice(1));
    if (length === undefined || length < 0n || length > BigInt(limits.maxBulkBytes)) return failure('invalid bulk length');
    const bytes = Number(length);
    if (prefix.rest.length < bytes + 2) return 'incomplete';
    words.push(prefix.rest.slice(0, bytes));
    rest = prefix.rest.slice(bytes + 2);
  }
  return { event: words, rest };
}

function line(input: string, limits: NaiveLimits, tooLong: string): Step | { readonly text: string; readonly rest: string } {
  const text = /^[^\r\0]*/.exec(input)![0];
  if (input[text.length] !== '\r') return input.length > limits.maxInlineBytes ? failure(tooLong) : 'incomplete';
  if (text.length > limits.maxInlineBytes) return failure(tooLong);
  if (input.length < text.length + 2) return 'incomplete';
  return { text, rest: input.slice(text.length + 2) };
}

function inline(input: string, limits: NaiveLimits): Step {
  const text = /^[^\n\0]*/.exec(input)![0];
  const complete = input[text.length] === '\n';
  if ((complete ? text : input).length > limits.maxInlineBytes) return failure('too big inline request');
  if (!complete) return 'incomplete';
  const words = splitWords(text.replace(/\r$/, ''));
  if (words === undefined) return failure('unbalanced quotes in request');
  return { event: words.length === 0 ? EMPTY : words, rest: input.slice(text.length + 1) };
}

function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  const word = /[ \t\n\v\f\r]*([^ \t\n\r"']*)(?:"((?:\\[^]|[^"\\])*)"|'((?:\\'|(?!\\')[^'])*)')?/y;
  const end = text.search(/[ \t\n\v\f\r]*$/);
  while (word.lastIndex < end) {
    const [, plain, double, single] = word.exec(text)!;
    if (/[^ \t\n\v\f\r]/.test(text[word.lastIndex] ?? '')) return undefined;
    words.push(plain! + unescapeDouble(double ?? '') + (single ?? '').replaceAll("\\'", "'"));
  }
  return words;
}

function unescapeDouble(text: string): string {
  const letters: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
  return text.replaceAll(/\\x([0-9a-fA-F]{2})|\\([^])/g, (_, hex: string | undefined, letter: string | undefined) =>
    hex === undefined ? (letters[letter!] ?? letter!) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function int64(text: string): bigint | undefined {
  if (text.length > 20 || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= INT64_MIN && value <= INT64_MAX ? value : undefined;
}

function failure(reason: string): Step {
  return { event: `-ERR Protocol error: ${reason}`, rest: '' };
}
