/**
 * Patterns and texts over few bytes, so that they meet often; and how redis-server is asked which
 * texts a pattern matches: KEYS for exact case, COMMAND LIST FILTERBY PATTERN for any case.
 */
import { globMatch } from '../../../src/structures/glob.ts';
import type { Random } from '../../../src/base/random.ts';
import type { RespClient } from '../../support/resp-client.ts';

export const edgePatterns: readonly string[] = [
  '', '**', '***', '?', '??', '*?', '?*', 'a*', '*a', '*a*', 'a*b*c', 'a**b', '*a*a*a*',
  '[', '[^', '[]', '[^]', '[]a]', '[^]a]', '[a', '[^a', '[ab', '[a-', '[a-]', '[a-c', '[a-c]', '[c-a]', '[^c-a]',
  '[-a]', '[a-b-c]', '[a\\-c]', '[\\]', '[\\]]', '[\\]a]', '[\\^a]', '[^\\^a]', '[\\', '[a\\', '[a-\\]]', '[\\a-c]',
  '\\', 'a\\', '\\\\', '\\*', '\\?', '\\[', '\\a', '[*]', '[?]', '*[a]', '*[^a]', '[a]*', '[a]*[b]', '*[', '*[a', '*\\', '*\\a',
  '[\u0001-\u00ff]', '[\u0080-\u007f]', '[a-\u00e9]', '\u00e9', '[\u00e9]', '[^\u00e9]', '[\u0000-a]', '\0', '[\0]', '*\0*', '*]', 'a]', '*-*',
];

export function randomPattern(random: Random): string {
  return randomText(random, '**??[[]]^--\\\\aabbccABC\u00e9\u0080\0', 8);
}

export function randomKey(random: Random): string {
  return randomText(random, 'aaabbbcccABC*?[]^-\\\u00e9\u0080\0', 6);
}

/** Which of `texts` the pattern matches, as latin1. */
export function ourMatches(pattern: string, texts: readonly string[], ignoreCase = false): string[] {
  const bytes = Buffer.from(`<${pattern}]`, 'latin1');
  return texts.filter((text) => {
    const textBytes = Buffer.from(`*${text}*`, 'latin1');
    return globMatch(bytes, 1, bytes.length - 2, textBytes, 1, textBytes.length - 2, ignoreCase);
  });
}

/** The same for the keys of `texts`, as redis-server has it. KEYS has a way of its own for the pattern `*`. */
export async function redisMatches(client: RespClient, patterns: readonly string[], texts: readonly string[]): Promise<string[][]> {
  await client.pipeline([['FLUSHALL'], ...texts.map((text) => ['SET', Buffer.from(text, 'latin1'), ''])]);
  const replies = await client.pipeline(patterns.map((pattern) => ['KEYS', Buffer.from(pattern, 'latin1')]));
  return replies.map((keys) => texts.filter((text) => (keys as string[]).includes(text)));
}

export async function redisMatchesInAnyCase(
  client: RespClient,
  patterns: readonly string[],
): Promise<{ names: string[]; matches: string[][] }> {
  const names = ((await client.call('COMMAND', 'LIST')) as string[]).toSorted();
  const replies = await client.pipeline(patterns.map((pattern) => ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', Buffer.from(pattern, 'latin1')]));
  return { names, matches: replies.map((found) => (found as string[]).toSorted()) };
}

/** A command name or a piece of one with letters changed to other cases, neighbours and wildcards. */
export function randomNamePattern(random: Random): string {
  const name = ['get', 'hgetall', 'xautoclaim', 'restore-asking', 'zrange', 'client', 'set', 'lpos', 'geosearch'][random.below(9)]!;
  const parts = [...name].map((letter) => {
    const upper = letter.toUpperCase();
    return [letter, upper, '?', `[${upper}]`, `[A-${upper}]`, `[${upper}-z]`, `[z-${upper}]`, `[^${upper}q]`, `\\${upper}`, `[\\${upper}]`, '*', letter][random.below(12)]!;
  });
  return parts.slice(0, 1 + random.below(parts.length)).join('') + ['', '*'][random.below(2)]!;
}

function randomText(random: Random, letters: string, lengthMax: number): string {
  return Array.from({ length: random.below(lengthMax + 1) }, () => letters[random.below(letters.length)]!).join('');
}
