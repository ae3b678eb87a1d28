/** The key specifications that most rows share. */
import type { KeySpec } from './command.ts';

/** One key at argument `index` (default 1). */
export function oneKey(flags: string, index = 1): readonly KeySpec[] {
  return [{ begin: { index }, find: { lastKey: 0, step: 1, limit: 0 }, flags: flags.split(' ') }];
}

/** Every argument from `index` on is a key, or every `step`-th. */
export function allKeys(flags: string, step = 1, index = 1): readonly KeySpec[] {
  return [{ begin: { index }, find: { lastKey: -1, step, limit: 0 }, flags: flags.split(' ') }];
}

/** Arguments `first` to `last`, both keys. */
export function keyRange(flags: string, first: number, last: number): readonly KeySpec[] {
  return [{ begin: { index: first }, find: { lastKey: last - first, step: 1, limit: 0 }, flags: flags.split(' ') }];
}

/** A count at argument `index`, the keys behind it. */
export function countedKeys(flags: string, index = 1, step = 1): readonly KeySpec[] {
  return [{ begin: { index }, find: { keyNumIndex: 0, firstKey: 1, step }, flags: flags.split(' ') }];
}
