/**
 * Geohashes as the scores of sorted sets: positions on the globe in 52 bits, 26 of the longitude
 * between 26 of the latitude, so that near positions mostly have near scores.
 *
 *     score    bit 51   50   49   48  …   1    0
 *              lon 25  lat  lon  lat  …  lon  lat 0
 *
 * A cell of step s is one of 2^s × 2^s equal parts of the map, which ends at ±85.05112878 degrees of
 * latitude (the square of Web Mercator). `x` counts cells from the west, `y` from the south. The
 * map's east and north edge are one cell further than all others: the cell 2^s, as in Redis.
 */
export const longitudeMax = 180;
export const latitudeMax = 85.05112878;
/** Steps of a score: halvings of each axis. */
export const stepMax = 26;

const alphabet = '0123456789bcdefghjkmnpqrstuvwxyz';
const textLength = 11;
const cellsMax = 2 ** stepMax;
const two32 = 2 ** 32;
const two63 = 2 ** 63;
const two64 = 2 ** 64;

/** The cell of a longitude or latitude on an axis from -max to max. */
export function cellOf(degrees: number, degreesMax: number, step: number): number {
  return Math.trunc(((degrees + degreesMax) / (degreesMax + degreesMax)) * 2 ** step);
}

/** Where a cell begins on its axis; the next cell's begin is its end. */
export function edgeOf(cell: number, degreesMax: number, step: number): number {
  return -degreesMax + (cell / 2 ** step) * (degreesMax + degreesMax);
}

/** The score of a position on the map. */
export function scoreOf(longitude: number, latitude: number): number {
  return cellScore(cellOf(longitude, longitudeMax, stepMax), cellOf(latitude, latitudeMax, stepMax), stepMax, 0);
}

/** The least score of a cell; or, `further` cells behind it in the order of scores, of that one. */
export function cellScore(x: number, y: number, step: number, further: number): number {
  const low = (spread(y) | (spread(x) << 1)) >>> 0;
  const high = (spread(y >>> 16) | (spread(x >>> 16) << 1)) >>> 0;
  return (high * two32 + (low + further)) * 2 ** (2 * (stepMax - step));
}

/** A position that is read from a score. */
export class GeoPosition {
  longitude = 0;
  latitude = 0;

  /** Any double has a position, since any member may be asked for: it is cut as C casts it. */
  setScore(score: number): void {
    const whole = Math.trunc(score);
    const isInRange = whole < two64 && whole >= -two63;
    const high = isInRange ? Math.floor(whole / two32) | 0 : beyondRange(score);
    const low = isInRange ? whole % two32 | 0 : 0;
    this.longitude = middleOf(gather(low >>> 1) + gather(high >>> 1) * 0x10000, longitudeMax);
    this.latitude = middleOf(gather(low) + gather(high) * 0x10000, latitudeMax);
  }
}

/** The geohash of a position as text, as the rest of the world writes it: with latitudes up to 90. */
export function geohashText({ longitude, latitude }: GeoPosition): string {
  const x = cellOf(longitude, longitudeMax, stepMax);
  const y = cellOf(latitude, 90, stepMax);
  let text = '';
  // 52 bits are ten characters and a rest, for which there is a 0.
  for (let at = 0; at < textLength - 1; at++) {
    let digit = 0;
    for (let bit = at * 5; bit < at * 5 + 5; bit++) {
      const axis = bit % 2 === 0 ? x : y;
      digit = digit * 2 + ((axis >>> (stepMax - 1 - (bit >> 1))) & 1);
    }
    text += alphabet[digit]!;
  }
  return `${text}0`;
}

/** The high word of doubles that no uint64 holds, as x86-64 converts them. */
function beyondRange(score: number): number {
  return score < 0 ? 0x8000_0000 | 0 : 0;
}

/** The middle of a cell of step 26, kept on the map. */
function middleOf(cell: number, degreesMax: number): number {
  // Two times edgeOf, whose power costs as much as all the rest.
  const span = degreesMax + degreesMax;
  const begin = -degreesMax + (cell / cellsMax) * span;
  const end = -degreesMax + ((cell + 1) / cellsMax) * span;
  const middle = (begin + end) / 2;
  return middle > degreesMax ? degreesMax : middle < -degreesMax ? -degreesMax : middle;
}

/** The low 16 bits with a zero above each. */
function spread(value: number): number {
  let bits = value & 0xffff;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** Every second bit from bit 0 on, closed up to 16 bits. */
function gather(value: number): number {
  let bits = value & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}
