/**
 * Whether two answers to one step agree. By default their bytes are equal; the script's rules loosen it:
 *
 *   bytes      equal
 *   unordered  equal once the elements of every aggregate are sorted
 *   pairs      as unordered, with RESP2's flat name-value arrays kept in pairs
 *   shape      equal in types and element counts, values free
 *   numbers    as bytes, but doubles, also those in bulk strings, count by their values
 *   scored     as pairs, with doubles by their values
 *   about      as bytes, but integers may differ by the tolerance unless they are negative
 *   encoding   as bytes, but where the reference names a form for many elements ours may be a compact one:
 *              small sets and lists are listpacks since 7.2, and what is copied takes the form it needs
 *   defect     as bytes, but where the reference gives one certain reply for a defect of its own any will do
 */
import { splitElements } from '../support/resp-reply.ts';
import type { Rule } from './script.ts';

const isLarge = /^\$\d+\r\n(hashtable|skiplist|quicklist)\r\n$/;
const isCompact = /^\$\d+\r\n(intset|listpack)\r\n$/;

/** True when `actual` is what `expected` asks for. */
export function agrees(rule: Rule, expected: Buffer, actual: Buffer): boolean {
  if (expected.equals(actual)) return true;
  switch (rule.kind) {
    case 'bytes':
      return false;
    case 'numbers':
      return byValue(expected) === byValue(actual);
    case 'scored':
      return normal('pairs', expected, true) === normal('pairs', actual, true);
    case 'about':
      return agreesAbout(expected, actual, rule.tolerance);
    case 'defect':
      return expected.toString('latin1') === rule.reply;
    case 'encoding':
      return isLarge.test(expected.toString('latin1')) && isCompact.test(actual.toString('latin1'));
    default:
      return normal(rule.kind, expected) === normal(rule.kind, actual);
  }
}

/** The answer with its values emptied as far as the rule does not look at them: what a recording keeps. */
export function essence(rule: Rule, answer: Buffer): Buffer {
  return rule.kind === 'shape' ? Buffer.from(emptied(answer), 'latin1') : answer;
}

function agreesAbout(expected: Buffer, actual: Buffer, tolerance: number): boolean {
  const [wanted, given] = [numbersOf(expected), numbersOf(actual)];
  if (wanted.rest !== given.rest) return false;
  return wanted.numbers.every((number, i) => {
    const other = given.numbers[i]!;
    return number === other || (number >= 0 && other >= 0 && Math.abs(number - other) <= tolerance);
  });
}

function numbersOf(answer: Buffer): { numbers: number[]; rest: string } {
  const numbers: number[] = [];
  const rest = answer.toString('latin1').replaceAll(/:-?\d+\r\n/g, (text) => {
    numbers.push(Number(text.slice(1, -2)));
    return ':';
  });
  return { numbers, rest };
}

/** The answer with every double in one spelling. */
function byValue(answer: Buffer): string {
  const split = splitElements(answer);
  if (split !== undefined) return split.header + split.elements.map(byValue).join('');
  const text = answer.toString('latin1');
  const digits = /^(?:,|\$\d+\r\n)(-?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|inf))\r\n$/.exec(text)?.[1];
  return digits === undefined ? text : `${text[0]}${Number(digits.replace('inf', 'Infinity'))}\r\n`;
}

function normal(kind: 'unordered' | 'pairs' | 'shape', answer: Buffer, hasNumbers = false): string {
  const split = splitElements(answer);
  if (split === undefined) return kind === 'shape' ? leafShape(answer) : hasNumbers ? byValue(answer) : answer.toString('latin1');
  const parts = split.elements.map((element) => normal(kind, element, hasNumbers));
  if (kind === 'shape') return split.header + parts.join('');
  const paired = split.header.startsWith('%') || (kind === 'pairs' && split.header.startsWith('*'));
  const units = paired ? pairUp(parts) : parts;
  return split.header + units.toSorted().join('');
}

function pairUp(parts: readonly string[]): string[] {
  const pairs: string[] = [];
  for (let i = 0; i < parts.length; i += 2) pairs.push(parts[i]! + (parts[i + 1] ?? ''));
  return pairs;
}

function emptied(answer: Buffer): string {
  const split = splitElements(answer);
  if (split !== undefined) return split.header + split.elements.map(emptied).join('');
  const shape = leafShape(answer);
  if (shape.startsWith('=')) return `=4\r\n${shape.slice(-4)}\r\n`;
  if (shape === '$') return '$0\r\n\r\n';
  return shape.length > 1 ? shape : `${shape}0\r\n`;
}

function leafShape(answer: Buffer): string {
  const text = answer.toString('latin1');
  if (text.startsWith('-') || text.startsWith('_') || text.startsWith('$-1')) return text;
  return text.startsWith('=') ? `=${text.slice(text.indexOf('\n') + 1, text.indexOf('\n') + 5)}` : text[0]!;
}
