/** A picture of square tiles cut along a diagonal, symmetric left to right and top to bottom. */
import type { Random } from '../../base/random.ts';

/** A tile and what it becomes in a mirror that stands upright, or lies below it. */
const tiles: ReadonlyMap<string, { readonly sideways: string; readonly upended: string }> = new Map([
  ['◢', { sideways: '◣', upended: '◥' }],
  ['◣', { sideways: '◢', upended: '◤' }],
  ['◥', { sideways: '◤', upended: '◢' }],
  ['◤', { sideways: '◥', upended: '◣' }],
  ['■', { sideways: '■', upended: '■' }],
  ['□', { sideways: '□', upended: '□' }],
  ['◇', { sideways: '◇', upended: '◇' }],
]);
const faces = [...tiles.keys()];

/** `columns` and `rows` of a quarter. Lines end with a line feed. */
export function mosaic(columns: number, rows: number, random: Random): string {
  const quarter = Array.from({ length: rows }, () => Array.from({ length: columns }, () => faces[random.below(faces.length)]!));
  const upper = quarter.map((row) => [...row, ...row.toReversed().map((tile) => tiles.get(tile)!.sideways)]);
  const lower = upper.toReversed().map((row) => row.map((tile) => tiles.get(tile)!.upended));
  return [...upper, ...lower].map((row) => `${row.join('')}\n`).join('');
}
