/** Random commands about lists: few keys, elements around the limits of small nodes. */
import type { Random } from '../../../../src/base/random.ts';

const keys = ['a', 'key:1', 'key:2', '{key:1}x', 'key:7'];
const elements = ['a', 'b', 'c', '', '0', '7', '127', '128', '-1', '01', '4096', '-70000', '9223372036854775807', '-9223372036854775808', '\0\r\n\xff'];
const longElements = [20, 63, 64, 200, 900, 1300].map((length) => 'e'.repeat(length));
const indexes = ['0', '1', '2', '3', '5', '9', '-1', '-2', '-4', '100', '-100', '9223372036854775807', '-9223372036854775808', 'x'];
const counts = ['0', '1', '2', '3', '10', '-1', 'x'];

export interface ListWords {
  /** LMOVEM, which the reference has not. */
  readonly withNewer: boolean;
  readonly withInsert: boolean;
  /** The most elements of a push. */
  readonly pushMax: number;
}

export function listCommand(random: Random, { withNewer, withInsert, pushMax }: ListWords): string[] {
  const of = <T>(all: readonly T[]): T => all[random.below(all.length)]!;
  const key = (): string => of(keys);
  const element = (): string => of(random.below(8) === 0 ? longElements : elements);
  const several = (most: number): string[] => Array.from({ length: 1 + random.below(most) }, element);
  const side = (): string => of(['LEFT', 'RIGHT', 'left', 'UP'].slice(0, random.below(12) === 0 ? 4 : 2));
  const makers: readonly (readonly [number, () => string[]])[] = [
    [14, () => [of(['LPUSH', 'RPUSH']), key(), ...several(pushMax)]],
    [3, () => [of(['LPUSHX', 'RPUSHX']), key(), ...several(3)]],
    [4, () => [of(['LPOP', 'RPOP']), key()]],
    [2, () => [of(['LPOP', 'RPOP']), key(), of(counts)]],
    [withInsert ? 10 : 0, () => ['LINSERT', key(), of(['BEFORE', 'AFTER']), of(elements), element()]],
    [5, () => ['LSET', key(), of(indexes), element()]],
    [3, () => ['LREM', key(), of(counts), of(elements)]],
    [1, () => ['LTRIM', key(), of(indexes), of(indexes)]],
    [2, () => ['LTRIM', key(), of(['0', '1', '2']), of(['-1', '-2', '20'])]],
    [4, () => ['LMOVE', key(), key(), side(), side()]],
    [2, () => ['RPOPLPUSH', key(), key()]],
    [1, () => ['LMPOP', '2', key(), key(), side(), ...of([[], ['COUNT', of(counts)]])]],
    [3, () => ['LRANGE', key(), of(indexes), of(indexes)]],
    [2, () => ['LINDEX', key(), of(indexes)]],
    [1, () => ['LLEN', key()]],
    [2, () => ['LPOS', key(), of(elements), ...of([[], ['COUNT', '0'], ['RANK', '-2', 'COUNT', '2'], ['MAXLEN', '3', 'RANK', '2']])]],
    [1, () => [of(['RENAME', 'COPY']), key(), key(), ...of([[], ['REPLACE']])]],
    [0.4, () => ['DEL', key()]],
    [0.3, () => ['SET', key(), 'text']],
    [withNewer ? 3 : 0, () => ['LMOVEM', key(), key(), side(), side(), of(['COUNT', 'EXACTLY']), of(['1', '2', '3', '9', '0']), of(['OBO', 'BULK'])]],
    [withNewer ? 1 : 0, () => ['LMOVEM', key(), key(), side(), side()]],
  ];
  let left = (random.below(1 << 24) / (1 << 24)) * makers.reduce((sum, [weight]) => sum + weight, 0);
  return makers.find(([weight]) => (left -= weight) < 0)![1]();
}
