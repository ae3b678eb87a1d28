/**
 * Which scores a geo search has to look at: the cell of its center and the neighbours of that, of a
 * size that covers the shape. Sizes, corrections and the order of cells are Redis's, because the order
 * of results that nobody asked to be sorted is the order of cells.
 */
import { cellOf, cellScore, edgeOf, latitudeMax, longitudeMax, stepMax } from './geohash.ts';
import type { GeoBounds, GeoPoint, GeoShape } from './geo-shape.ts';

/** Scores s with `from` ≤ s < `to`. */
export interface ScoreRange {
  readonly from: number;
  readonly to: number;
}

/** Half the map's width: half of the equator. */
const halfEquatorMeters = 20_037_726.37;
/** Neighbours as steps to the east and north, the cell itself first, in the order of the search. */
const neighbours = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]] as const;

interface Cell {
  readonly x: number;
  readonly y: number;
}

/** At most nine ranges, in the order in which they are searched. They may overlap where the map is small. */
export function scoreRangesOf(shape: GeoShape): ScoreRange[] {
  const { center, bounds } = shape;
  let step = estimateStep(shape.reachMeters, center.latitude);
  let cell = cellAt(center, step);
  if (step > 1 && !neighboursCover(cell, step, bounds)) cell = cellAt(center, --step);
  const ranges: ScoreRange[] = [];
  let last: Cell | undefined;
  for (const [east, north] of neighbours) {
    if (step >= 2 && !isNeeded(cell, step, bounds, east, north)) continue;
    const searched = neighbour(cell, step, east, north);
    // Large cells have the same neighbour on both sides, which is searched once. Only the center's cell is not remembered.
    if (last !== undefined && last.x === searched.x && last.y === searched.y) continue;
    if (ranges.length > 0) last = searched;
    ranges.push({ from: cellScore(searched.x, searched.y, step, 0), to: cellScore(searched.x, searched.y, step, 1) });
  }
  return ranges;
}

/** The step whose cells are at least about as wide as the shape. */
function estimateStep(reachMeters: number, latitude: number): number {
  if (reachMeters === 0) return stepMax;
  let step = -1;
  for (let meters = reachMeters; meters < halfEquatorMeters; meters *= 2) step++;
  // Cells become narrow towards the poles.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.min(stepMax, Math.max(1, step));
}

/** A polygon's center may be off the map; then the search begins in the first cell. */
function cellAt({ longitude, latitude }: GeoPoint, step: number): Cell {
  if (Math.abs(longitude) > longitudeMax || Math.abs(latitude) > latitudeMax) return { x: 0, y: 0 };
  return { x: cellOf(longitude, longitudeMax, step), y: cellOf(latitude, latitudeMax, step) };
}

/** The map has no edge here: behind its last cell comes its first. */
function neighbour({ x, y }: Cell, step: number, east: number, north: number): Cell {
  const mask = 2 ** step - 1;
  return { x: east === 0 ? x : (x + east) & mask, y: north === 0 ? y : (y + north) & mask };
}

function neighboursCover(cell: Cell, step: number, { west, south, east, north }: GeoBounds): boolean {
  const lineOf = (rows: number): number => neighbour(cell, step, 0, rows).y;
  const columnOf = (columns: number): number => neighbour(cell, step, columns, 0).x;
  // Bounds of an endless shape are no numbers, and covered.
  const isBeyond = edgeOf(lineOf(1) + 1, latitudeMax, step) < north || edgeOf(lineOf(-1), latitudeMax, step) > south
    || edgeOf(columnOf(1) + 1, longitudeMax, step) < east || edgeOf(columnOf(-1), longitudeMax, step) > west;
  return !isBeyond;
}

/** Whether the shape reaches out of the center's cell to a neighbour. */
function isNeeded({ x, y }: Cell, step: number, bounds: GeoBounds, east: number, north: number): boolean {
  if (north < 0 && edgeOf(y, latitudeMax, step) < bounds.south) return false;
  if (north > 0 && edgeOf(y + 1, latitudeMax, step) > bounds.north) return false;
  if (east < 0 && edgeOf(x, longitudeMax, step) < bounds.west) return false;
  return !(east > 0 && edgeOf(x + 1, longitudeMax, step) > bounds.east);
}
