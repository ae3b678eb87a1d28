/**
 * The shapes that geo searches look in: circles, boxes and polygons. A shape tells whether a position
 * is in it and how far that is from its center, and how large it is: `bounds` in degrees and
 * `reachMeters` from the center, from which the search finds the cells to look at (geo-search.ts).
 */
import { distanceMeters, earthRadiusMeters, meridianMeters, toDegrees, toRadians } from './geo-distance.ts';

/** Degrees. */
export interface GeoBounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

export interface GeoPoint {
  readonly longitude: number;
  readonly latitude: number;
}

export interface GeoShape {
  readonly center: GeoPoint;
  readonly bounds: GeoBounds;
  readonly reachMeters: number;
  /** Meters from the center, or -1 for a position outside. NaN for the very other side of the globe, which is in a circle. */
  distanceTo(longitude: number, latitude: number): number;
}

export const outside = -1;

export class GeoCircle implements GeoShape {
  readonly center: GeoPoint;
  readonly bounds: GeoBounds;
  readonly reachMeters: number;

  /** A little more, so that no rounding matters. */
  readonly #reachForSure: number;

  constructor(center: GeoPoint, radiusMeters: number) {
    this.center = center;
    this.reachMeters = radiusMeters;
    this.#reachForSure = radiusMeters * 1.000001 + 1;
    this.bounds = boundsAround(center, radiusMeters, radiusMeters);
  }

  distanceTo(longitude: number, latitude: number): number {
    // No way is shorter than the one straight north or south, and that is found without a sine.
    if (meridianMeters(latitude, this.center.latitude) > this.#reachForSure) return outside;
    const meters = distanceMeters(this.center.longitude, this.center.latitude, longitude, latitude);
    return meters > this.reachMeters ? outside : meters;
  }
}

/** `width` and `height` in a unit of `unitMeters`. */
export class GeoBox implements GeoShape {
  readonly center: GeoPoint;
  readonly bounds: GeoBounds;
  readonly reachMeters: number;
  readonly #halfWidthMeters: number;
  readonly #halfHeightMeters: number;

  constructor(center: GeoPoint, width: number, height: number, unitMeters: number) {
    this.center = center;
    this.#halfWidthMeters = (width * unitMeters) / 2;
    this.#halfHeightMeters = (height * unitMeters) / 2;
    this.reachMeters = Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2)) * unitMeters;
    this.bounds = boundsAround(center, this.#halfWidthMeters, this.#halfHeightMeters);
  }

  distanceTo(longitude: number, latitude: number): number {
    const { center } = this;
    if (meridianMeters(latitude, center.latitude) > this.#halfHeightMeters) return outside;
    if (distanceMeters(longitude, latitude, center.longitude, latitude) > this.#halfWidthMeters) return outside;
    return distanceMeters(center.longitude, center.latitude, longitude, latitude);
  }
}

/** Its edges are straight on the map; it may not cross the 180th meridian. */
export class GeoPolygon implements GeoShape {
  readonly center: GeoPoint;
  readonly bounds: GeoBounds;
  readonly reachMeters: number;
  readonly #vertices: readonly GeoPoint[];

  constructor(vertices: readonly GeoPoint[]) {
    this.#vertices = vertices;
    this.center = centroidOf(vertices);
    this.bounds = boundsOf(vertices);
    const { west, south, east, north } = this.bounds;
    const corners = [[west, north], [east, north], [west, south], [east, south]] as const;
    this.reachMeters = Math.max(...corners.map(([longitude, latitude]) =>
      distanceMeters(this.center.longitude, this.center.latitude, longitude, latitude)));
  }

  distanceTo(longitude: number, latitude: number): number {
    if (!this.#encloses(longitude, latitude)) return outside;
    return distanceMeters(this.center.longitude, this.center.latitude, longitude, latitude);
  }

  /** A ray to the east crosses the edges of the polygon around its begin an odd number of times. */
  #encloses(longitude: number, latitude: number): boolean {
    let isInside = false;
    let before = this.#vertices.at(-1)!;
    for (const vertex of this.#vertices) {
      if (isCrossed(vertex, before, longitude, latitude)) isInside = !isInside;
      before = vertex;
    }
    return isInside;
  }
}

function isCrossed(from: GeoPoint, to: GeoPoint, longitude: number, latitude: number): boolean {
  if ((from.latitude > latitude) === (to.latitude > latitude)) return false;
  const slope = ((to.longitude - from.longitude) * (latitude - from.latitude)) / (to.latitude - from.latitude);
  return longitude < slope + from.longitude;
}

/** A distance spans more degrees of longitude the nearer it is to a pole; that side of the shape counts. */
function boundsAround({ longitude, latitude }: GeoPoint, eastMeters: number, northMeters: number): GeoBounds {
  const latitudeDelta = toDegrees(northMeters / earthRadiusMeters);
  const poleward = latitude < 0 ? latitude - latitudeDelta : latitude + latitudeDelta;
  const longitudeDelta = toDegrees(eastMeters / earthRadiusMeters / Math.cos(toRadians(poleward)));
  return {
    west: longitude - longitudeDelta, south: latitude - latitudeDelta, east: longitude + longitudeDelta, north: latitude + latitudeDelta,
  };
}

function boundsOf(vertices: readonly GeoPoint[]): GeoBounds {
  const longitudes = vertices.map(({ longitude }) => longitude);
  const latitudes = vertices.map(({ latitude }) => latitude);
  return { west: least(longitudes), south: least(latitudes), east: greatest(longitudes), north: greatest(latitudes) };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}

/** The direction of the mean of the vertices as points in space. */
function centroidOf(vertices: readonly GeoPoint[]): GeoPoint {
  let [x, y, z] = [0, 0, 0];
  for (const { longitude, latitude } of vertices) {
    const [lambda, phi] = [toRadians(longitude), toRadians(latitude)];
    x += earthRadiusMeters * Math.cos(phi) * Math.cos(lambda);
    y += earthRadiusMeters * Math.cos(phi) * Math.sin(lambda);
    z += earthRadiusMeters * Math.sin(phi);
  }
  const count = vertices.length;
  x /= count;
  y /= count;
  z /= count;
  return { longitude: toDegrees(Math.atan2(y, x)), latitude: toDegrees(Math.atan2(z, Math.sqrt(x * x + y * y))) };
}
