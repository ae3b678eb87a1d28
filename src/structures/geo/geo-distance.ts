/** Distances on the globe, which is a ball here: the haversine formula, as in Redis term for term. */
export const earthRadiusMeters = 6_372_797.560856;

const radiansOfDegree = Math.PI / 180;

export function toRadians(degrees: number): number {
  return degrees * radiansOfDegree;
}

export function toDegrees(radians: number): number {
  return radians / radiansOfDegree;
}

/** Meters along the great circle. */
export function distanceMeters(longitude1: number, latitude1: number, longitude2: number, latitude2: number): number {
  const v = Math.sin((toRadians(longitude2) - toRadians(longitude1)) / 2);
  if (v === 0) return meridianMeters(latitude1, latitude2);
  const [from, to] = [toRadians(latitude1), toRadians(latitude2)];
  const u = Math.sin((to - from) / 2);
  return 2 * earthRadiusMeters * Math.asin(Math.sqrt(u * u + Math.cos(from) * Math.cos(to) * v * v));
}

/** Meters between two latitudes of one longitude. */
export function meridianMeters(latitude1: number, latitude2: number): number {
  return earthRadiusMeters * Math.abs(toRadians(latitude2) - toRadians(latitude1));
}
