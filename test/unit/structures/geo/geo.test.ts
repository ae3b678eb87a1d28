import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cellOf, cellScore, edgeOf, geohashText, GeoPosition, latitudeMax, longitudeMax, scoreOf, stepMax } from '../../../../src/structures/geo/geohash.ts';
import { distanceMeters } from '../../../../src/structures/geo/geo-distance.ts';
import { scoreRangesOf } from '../../../../src/structures/geo/geo-search.ts';
import { GeoBox, GeoCircle, GeoPolygon, type GeoShape, outside } from '../../../../src/structures/geo/geo-shape.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { seed } from '../../base/seed.ts';
import { geoCase, ourAnswers, redisAnswers } from './geo-cases.ts';

type RecordedCase = [caseSeed: number, memberCountMax: number, searchCount: number, scores: number[], found: number[][]];

const recorded = readFileSync(new URL('geo.recorded.jsonl', import.meta.url), 'utf8').trimEnd().split('\n')
  .map((line) => JSON.parse(line) as RecordedCase);
/** Short of the edges, whose cells are their own. */
const longitude = fc.double({ min: -longitudeMax, max: longitudeMax - 1e-9, noNaN: true });
const latitude = fc.double({ min: -latitudeMax, max: latitudeMax - 1e-9, noNaN: true });

function positionOf(score: number): GeoPosition {
  const position = new GeoPosition();
  position.setScore(score);
  return position;
}

describe('geohashes', () => {
  test('of known places', () => {
    expect(scoreOf(13.361389, 38.115556)).toBe(3_479_099_956_230_698);
    expect(scoreOf(15.087269, 37.502669)).toBe(3_479_447_370_796_909);
    expect(positionOf(3_479_099_956_230_698)).toEqual({ longitude: 13.361389338970184, latitude: 38.1155563954963 });
    expect(geohashText(positionOf(3_479_099_956_230_698))).toBe('sqc8b49rny0');
    expect(geohashText(positionOf(3_479_447_370_796_909))).toBe('sqdtr74hyu0');
  });

  test('of the corners of the map, of which the east and north edge are cells of their own', () => {
    expect(scoreOf(-longitudeMax, -latitudeMax)).toBe(0);
    expect(scoreOf(longitudeMax, latitudeMax)).toBe(13_510_798_882_111_488);
    expect(positionOf(13_510_798_882_111_488)).toEqual({ longitude: 180, latitude: latitudeMax });
  });

  test.each([
    [-1, 180, latitudeMax], [1.5, -179.99999731779099, -85.05112497791825], [Infinity, -179.99999731779099, -85.05112751263943],
    [-Infinity, 180, -85.05112751263943], [1e18, 180, latitudeMax], [1e20, -179.99999731779099, -85.05112751263943],
    [2 ** 64, -179.99999731779099, -85.05112751263943], [-1e18, 180, latitudeMax],
  ])('of the score %d, which is none, is somewhere on the map', (score, expectedLongitude, expectedLatitude) => {
    expect(positionOf(score)).toEqual({ longitude: expectedLongitude, latitude: expectedLatitude });
  });

  test('decode to the middle of the cell that was encoded', () => {
    fc.assert(fc.property(longitude, latitude, (x, y) => {
      const position = positionOf(scoreOf(x, y));
      expect(Math.abs(position.longitude - x)).toBeLessThanOrEqual(longitudeMax / 2 ** stepMax + 1e-12);
      expect(Math.abs(position.latitude - y)).toBeLessThanOrEqual(latitudeMax / 2 ** stepMax + 1e-12);
      expect(scoreOf(position.longitude, position.latitude)).toBe(scoreOf(x, y));
    }), { seed, numRuns: 2000 });
  });

  test('of larger cells are the scores of all that lies in them', () => {
    fc.assert(fc.property(longitude, latitude, fc.integer({ min: 1, max: stepMax }), (x, y, step) => {
      const [column, row] = [cellOf(x, longitudeMax, step), cellOf(y, latitudeMax, step)];
      expect(edgeOf(column, longitudeMax, step)).toBeLessThanOrEqual(x + 1e-9);
      expect(edgeOf(column + 1, longitudeMax, step)).toBeGreaterThanOrEqual(x - 1e-9);
      expect(scoreOf(x, y)).toBeGreaterThanOrEqual(cellScore(column, row, step, 0));
      expect(scoreOf(x, y)).toBeLessThan(cellScore(column, row, step, 1));
    }), { seed, numRuns: 2000 });
  });
});

describe('distances', () => {
  test('of known places', () => {
    const [palermo, catania] = [positionOf(3_479_099_956_230_698), positionOf(3_479_447_370_796_909)];
    expect(distanceMeters(palermo.longitude, palermo.latitude, catania.longitude, catania.latitude).toFixed(4)).toBe('166274.1516');
  });

  test('are the same there and back, and none from a place to itself', () => {
    fc.assert(fc.property(longitude, latitude, longitude, latitude, (x1, y1, x2, y2) => {
      expect(distanceMeters(x1, y1, x2, y2)).toBeCloseTo(distanceMeters(x2, y2, x1, y1), 6);
      expect(distanceMeters(x1, y1, x1, y1)).toBe(0);
    }), { seed });
  });
});

describe('searches', () => {
  test('look into cells that hold all of a shape, away from the poles and the 180th meridian', () => {
    const center = { longitude: 0, latitude: 0 };
    const shapeAt = (x: number, y: number, meters: number, kind: number): GeoShape => {
      const around = { ...center, longitude: x, latitude: y };
      if (kind === 0) return new GeoCircle(around, meters);
      if (kind === 1) return new GeoBox(around, meters, meters / 3, 1);
      const reach = meters / 111_000;
      return new GeoPolygon([[0, 1], [1, -1], [0, -0.5], [-1, -1]].map(([east, north]) => ({ longitude: x + east! * reach, latitude: y + north! * reach })));
    };
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const scale = fc.double({ min: 0, max: 5.5, noNaN: true });
    fc.assert(fc.property(
      fc.double({ min: -160, max: 160, noNaN: true }), fc.double({ min: -70, max: 70, noNaN: true }), scale, fc.nat({ max: 2 }), share, share,
      (x, y, magnitude, kind, atEast, atNorth) => {
        const shape = shapeAt(x, y, 10 ** magnitude, kind);
        const { west, south, east, north } = shape.bounds;
        const score = scoreOf(west + atEast * (east - west), south + atNorth * (north - south));
        const { longitude: foundLongitude, latitude: foundLatitude } = positionOf(score);
        if (shape.distanceTo(foundLongitude, foundLatitude) === outside) return;
        expect(scoreRangesOf(shape).some(({ from, to }) => score >= from && score < to)).toBe(true);
      }), { seed, numRuns: 3000 });
  });

  test('of an endless radius are searches of the whole map', () => {
    const ranges = scoreRangesOf(new GeoCircle({ longitude: 10, latitude: 10 }, Infinity));
    for (const [x, y] of [[-179, -80], [179, 80], [-179, 80], [179, -80], [0, 0]] as const) {
      expect(ranges.some(({ from, to }) => scoreOf(x, y) >= from && scoreOf(x, y) < to)).toBe(true);
    }
  });

  test('find what redis-server found in the recorded cases, in its order', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(80);
    for (const [caseSeed, memberCountMax, searchCount, scores, found] of recorded) {
      const answers = ourAnswers(geoCase(caseSeed, memberCountMax, searchCount));
      expect(answers.scores).toEqual(scores);
      expect([caseSeed, answers.found]).toEqual([caseSeed, found.map((members) => members.map((member) => `m${member}`))]);
    }
  });
});

describe('polygons', () => {
  // The example of Valkey's documentation of GEOSEARCH.
  const sicily = new GeoPolygon([
    [12.41098696654226, 38.05033923003755], [15.107936245794182, 38.00616649901906], [18.148439288534455, 38.63804787603499],
    [17.80831874257693, 39.50316813110968], [12.458468633214036, 38.57719533463012],
  ].map(([x, y]) => ({ longitude: x!, latitude: y! })));

  test.each([
    ['Palermo', 13.361389, 38.115556, '166482.0159'], ['edge2', 17.24151, 38.788135, '180861.7725'],
    ['Catania', 15.087269, 37.502669, '-1.0000'], ['edge1', 12.758489, 38.788135, '-1.0000'],
  ])('hold the documented places: %s', (_, x, y, meters) => {
    const position = positionOf(scoreOf(x, y));
    expect(sicily.distanceTo(position.longitude, position.latitude).toFixed(4)).toBe(meters);
  });

  test('that are boxes hold what lies between their edges', () => {
    const box = new GeoPolygon([[0, 0], [10, 0], [10, 10], [0, 10]].map(([x, y]) => ({ longitude: x!, latitude: y! })));
    fc.assert(fc.property(fc.double({ min: -5, max: 15, noNaN: true }), fc.double({ min: -5, max: 15, noNaN: true }), (x, y) => {
      fc.pre(![0, 10].includes(x) && ![0, 10].includes(y));
      expect(box.distanceTo(x, y) !== outside).toBe(x > 0 && x < 10 && y > 0 && y < 10);
    }), { seed });
  });
});

describe.runIf(hasReference())('beside redis-server', () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis();
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test('random cases have the same scores and results', async () => {
    for (let step = 0; step < 40; step++) {
      const random = geoCase(seed + step, 300, 20);
      expect([seed + step, ourAnswers(random)]).toEqual([seed + step, await redisAnswers(client, random)]);
    }
  });
});
