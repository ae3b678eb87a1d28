/** Streams of requests for property tests: good ones, and good ones with a few bytes spoilt. */
import * as fc from 'fast-check';
import { frame } from './frame.ts';

const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 60 });
const protocolText = fc.string({ unit: fc.constantFrom('\r', '\n', '$', '*', '0', '1', '-', 'a', '\0', ' '), maxLength: 20 });
const word = fc.oneof(text, protocolText, fc.constantFrom('GET', 'k', '', 'x'.repeat(300), '9'.repeat(1200)));
const multibulk = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => frame(...words));
const inlineUnit = fc.constantFrom('a', 'b', '"', "'", '\\', 'x', '4', 'f', 'n', ' ', '\t', '\v', '\r', '\xe9');
const inline = fc
  .tuple(fc.string({ unit: inlineUnit, maxLength: 24 }), fc.constantFrom('\r\n', '\n'))
  .map(([line, end]) => line + end);
const header = fc
  .tuple(fc.constantFrom('*', '$', '*1\r\n$', '*2\r\n$1\r\na\r\n$'), fc.oneof(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String), protocolText))
  .map(([prefix, number]) => `${prefix}${number}\r\n`);
const valid = fc.array(fc.oneof({ weight: 4, arbitrary: multibulk }, inline, fc.constantFrom('*0\r\n', '*-1\r\n', '\r\n')), { maxLength: 6 });

const spoilt = fc
  .tuple(valid, fc.array(fc.tuple(fc.nat(), fc.constantFrom('\r', '\n', '$', '*', '0', '9', '-', '"', '\0', '\xff')), { minLength: 1, maxLength: 3 }))
  .map(([parts, spots]) => {
    const bytes = [...parts.join('')];
    for (const [place, byte] of spots) if (bytes.length > 0) bytes[place % bytes.length] = byte;
    return bytes.join('');
  });

/** Any stream of requests, as latin1 text. */
export const inputs: fc.Arbitrary<string> = fc.oneof(
  valid.map((parts) => parts.join('')),
  spoilt,
  fc.tuple(valid, header).map(([parts, last]) => parts.join('') + last),
  protocolText,
);
