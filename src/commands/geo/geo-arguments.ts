/**
 * Arguments that several geo commands take: positions, units, distances. What cannot be read has been
 * answered with an error when a function returns undefined.
 */
import { parseDouble } from '../../base/parse-double.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { formatFixed } from '../../protocol/format-fixed.ts';
import { latitudeMax, longitudeMax } from '../../structures/geo/geohash.ts';
import type { GeoPoint } from '../../structures/geo/geo-shape.ts';
import type { Call } from '../call.ts';

const units = [['m', 1], ['km', 1000], ['ft', 0.3048], ['mi', 1609.34]] as const;
const unitWords = units.map(([word, meters]) => ({ word: wordBytes(word), meters }));

/** Longitude and latitude in the arguments `i` and `i + 1`. */
export function readPosition(call: Call, i: number): GeoPoint | undefined {
  const longitude = readDouble(call, i, errors.notFloat);
  const latitude = longitude === undefined ? undefined : readDouble(call, i + 1, errors.notFloat);
  if (longitude === undefined || latitude === undefined) return undefined;
  if (Math.abs(longitude) <= longitudeMax && Math.abs(latitude) <= latitudeMax) return { longitude, latitude };
  return refuse(call, errors.invalidPosition(formatFixed(longitude, 6), formatFixed(latitude, 6)));
}

/** The meters of the unit that argument `i` names. */
export function readUnit(call: Call, i: number): number | undefined {
  const unit = unitWords.find(({ word }) => call.is(i, word));
  return unit === undefined ? refuse(call, errors.unsupportedUnit) : unit.meters;
}

export function readDouble(call: Call, i: number, error: string): number | undefined {
  const value = parseDouble(call.bytes, call.offset(i), call.length(i));
  return Number.isNaN(value) ? refuse(call, error) : value;
}

export function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
