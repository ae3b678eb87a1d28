/**
 * Streams of requests, some spoilt, against the request parser. Promised: no crash; the same events
 * however the stream is cut; those of the naive parser; and of a good stream every command, none lost.
 */
import { isDeepStrictEqual } from 'node:util';
import { assert } from '../../src/base/assert.ts';
import type { Random } from '../../src/base/random.ts';
import { defaultRequestLimits } from '../../src/protocol/request-limits.ts';
import { EMPTY, feedParser } from '../unit/protocol/feed-parser.ts';
import type { Event } from '../unit/protocol/feed-parser.ts';
import { frame } from '../unit/protocol/frame.ts';
import { naiveParse } from '../unit/protocol/naive-parser.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const COMMANDS_MAX = 40;
const CUTS_MAX = 30;
/** Bytes that mean something somewhere in the protocol. */
const SPOILERS = '\r\n*$0129- "\'\\x\0\xff';

export const requestParserTarget: FuzzTarget = {
  name: 'request-parser',
  run(random) {
    const { text, events } = goodStream(random);
    compare('a good stream', feedParser(text, cuts(random, text.length)), events);
    const spoilt = spoil(random, text);
    const limits = random.below(2) === 0 ? defaultRequestLimits() : tightLimits(random);
    const found = feedParser(spoilt, cuts(random, spoilt.length), { limits });
    compare('a spoilt stream', found, naiveParse(spoilt, limits));
    compare('the same cut otherwise', feedParser(spoilt, cuts(random, spoilt.length), { limits }), found);
  },
};

/** Commands and what must come out of them. */
function goodStream(random: Random): { readonly text: string; readonly events: readonly Event[] } {
  let text = '';
  const events: Event[] = [];
  for (let left = random.below(COMMANDS_MAX); left > 0; left--) {
    const kind = random.below(12);
    if (kind === 0) {
      text += pick(random, ['*0\r\n', '*-1\r\n', '\r\n', '\n', ' \t\r\n']);
      events.push(EMPTY);
      continue;
    }
    const inline = kind === 1;
    const many = !inline && random.below(20) === 0;
    const lengthMax = inline || many ? 100 : 20_000;
    const words = Array.from({ length: 1 + random.below(many ? 2000 : 8) }, () => word(random, lengthMax));
    text += inline ? `${words.map(quote).join(' ')}\n` : frame(...words);
    events.push(words);
  }
  return { text, events };
}

function word(random: Random, lengthMax: number): string {
  const length = random.below(pick(random, [4, 12, 100, 100, lengthMax]));
  if (random.below(2) === 0) return pick(random, ['x', '\r', '$9\r\n', '*']).repeat(length).slice(0, length);
  return String.fromCharCode(...Array.from({ length: Math.min(length, 200) }, () => random.below(256)));
}

/** A word as an inline command writes it. */
function quote(text: string): string {
  const escaped = text.replaceAll(/[^ !#-[\]-~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped}"`;
}

function spoil(random: Random, text: string): string {
  let spoilt = text;
  for (let left = random.below(4); left > 0; left--) {
    const at = random.below(spoilt.length + 1);
    const removed = random.below(3) === 0 ? random.below(20) : 1;
    const added = pick(random, ['', pick(random, [...SPOILERS]), `${random.below(2 ** 40)}`]);
    spoilt = spoilt.slice(0, at) + added + spoilt.slice(at + removed);
  }
  return spoilt;
}

function tightLimits(random: Random): ReturnType<typeof defaultRequestLimits> {
  return { maxBulkBytes: random.below(200), maxArguments: 1 + random.below(20), maxInlineBytes: 8 + random.below(100) };
}

function cuts(random: Random, length: number): number[] {
  return Array.from({ length: random.below(CUTS_MAX) }, () => random.below(length + 1)).toSorted((a, b) => a - b);
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}

function compare(what: string, found: readonly Event[], expected: readonly Event[]): void {
  if (isDeepStrictEqual(found, expected)) return;
  const at = expected.findIndex((event, i) => !isDeepStrictEqual(event, found[i]));
  assert(false, `${what}: event ${at} of ${expected.length} is ${show(found[at])}, not ${show(expected[at])}`);
}

function show(event: Event | undefined): string {
  return (JSON.stringify(event) ?? 'nothing').slice(0, 300);
}
