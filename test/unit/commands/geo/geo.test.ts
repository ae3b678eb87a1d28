import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { geo } from '../../../generator/grammar-geo.ts';
import { Pick } from '../../../generator/pick.ts';
import { Random } from '../../../../src/base/random.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const sicily = 'GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania';

describe('effects', () => {
  test('of GEOADD are the scores that have changed', () => {
    const bench = new CommandBench();
    expect(play(bench, `
      ${sicily}                                  -> :2   => ZADD Sicily 3479099956230698 Palermo 3479447370796909 Catania
      ${sicily}                                  -> :0   => nothing
      GEOADD Sicily CH 13.361389 38.115556 Palermo 0 0 Catania 1 1 Enna -> :2  => ZADD Sicily 3377699720527872 Catania 3377822707026402 Enna
      GEOADD Sicily NX 1 1 Palermo 2 2 b         -> :1   => ZADD Sicily 3378191666521995 b
      GEOADD Sicily XX 1 1 c                     -> :0   => nothing
      GEOADD none XX 1 1 c                       -> :0   => nothing
      EXISTS none                                -> :0
      GEOADD Sicily 1 1 c 200 1 d                -> -ERR invalid longitude,latitude pair 200.000000,1.000000  => nothing
    `)).toEqual([]);
    bench.checkAndFlush();
  });

  test('of a stored search are a sorted set in place of what was there', () => {
    const bench = new CommandBench({ shards: 3 });
    expect(play(bench, `
      ${sicily}                                                            -> :2
      GEOSEARCHSTORE {x}d Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC      -> :2 => ZADD {x}d 3479447370796909 Catania 3479099956230698 Palermo
      GEORADIUS Sicily 15 37 100 km STORE {x}d                             -> :1 => MULTI ; DEL {x}d ; ZADD {x}d 3479447370796909 Catania ; EXEC
      GEORADIUSBYMEMBER Sicily Palermo 1 km STOREDIST {y}d                 -> :1 => ZADD {y}d 0 Palermo
      GEORADIUS Sicily 15 37 1 km STORE {x}d                               -> :0 => DEL {x}d
      GEORADIUS Sicily 15 37 1 km STORE {x}d                               -> :0 => nothing
      GEOSEARCHSTORE {y}d none FROMLONLAT 15 37 BYRADIUS 200 km            -> :0 => DEL {y}d
      GEOSEARCHSTORE Sicily Sicily FROMMEMBER Palermo BYRADIUS 1 km        -> :1 => MULTI ; DEL Sicily ; ZADD Sicily 3479099956230698 Palermo ; EXEC
    `)).toEqual([]);
    bench.checkAndFlush();
  });

  test('of a large result are many', () => {
    const bench = new CommandBench({ shards: 2 });
    for (let i = 0; i < 2500; i++) bench.run(['GEOADD', 'g', String(i / 100), '1', `m${i}`]);
    bench.takeEffects();
    expect(bench.run('GEOSEARCHSTORE {d}d g FROMLONLAT 12 1 BYRADIUS 5000 km')).toBe(':2500\r\n');
    const effects = bench.takeEffects();
    expect(effects.map(({ words }) => words[0]!.toString())).toEqual(['MULTI', 'ZADD', 'ZADD', 'ZADD', 'EXEC']);
    const copy = new CommandBench({ shards: 3 });
    copy.replay(effects);
    expect(copy.run('ZRANGE {d}d 0 -1 WITHSCORES')).toBe(bench.run('ZRANGE {d}d 0 -1 WITHSCORES'));
    bench.checkAndFlush();
    copy.checkAndFlush();
  });

  test('make the same data set again, on any number of shards, of whatever random commands', () => {
    const count = fc.constantFrom(1, 2, 3);
    fc.assert(fc.property(fc.nat(), count, count, (commandSeed, shards, replayShards) => {
      const bench = new CommandBench({ shards });
      const copy = new CommandBench({ shards: replayShards, seed: 2 });
      const keys = new Set<string>();
      for (const words of geoCommands(commandSeed, 60)) {
        bench.run(words);
        const effects = bench.takeEffects();
        for (const { words: [, key] } of effects) if (key !== undefined) keys.add(key.toString('latin1'));
        copy.replay(effects);
      }
      for (const key of keys) expect(copy.run(['ZRANGE', key, '0', '-1', 'WITHSCORES'])).toBe(bench.run(['ZRANGE', key, '0', '-1', 'WITHSCORES']));
      bench.checkAndFlush();
      copy.checkAndFlush();
    }), { seed, numRuns: 40 });
  });
});

test('the number of shards shows in no reply', () => {
  const one = new CommandBench({ shards: 1 });
  const three = new CommandBench({ shards: 3 });
  for (const words of geoCommands(seed, 3000)) expect([words, three.run(words)]).toEqual([words, one.run(words)]);
  one.checkAndFlush();
  three.checkAndFlush();
});

test('every STORE option of a call counts as a key, and the last is the destination', () => {
  const bench = new CommandBench({ shards: 4 });
  bench.run(sicily);
  expect(play(bench, `
    GEORADIUS Sicily 15 37 200 km STORE a STORE b STORE c STORE d          -> :2
    EXISTS a b c                                                           -> :0
    EXISTS d                                                               -> :1
    GEORADIUS Sicily 15 37 200 km STOREDIST e STORE STORE STORE f          -> :2
    EXISTS e STORE                                                         -> :0
    EXISTS f                                                               -> :1
  `)).toEqual([]);
  bench.checkAndFlush();
});

describe('GEOSEARCH BYPOLYGON', () => {
  const polygon = 'BYPOLYGON 5 12.41098696654226 38.05033923003755 15.107936245794182 38.00616649901906 ' +
    '18.148439288534455 38.63804787603499 17.80831874257693 39.50316813110968 12.458468633214036 38.57719533463012';

  // The examples of Valkey's documentation of GEOSEARCH (commands/geosearch.md).
  test('answers as documented', () => {
    const bench = new CommandBench();
    bench.run(`${sicily} 12.758489 38.788135 edge1 17.241510 38.788135 edge2`);
    expect(bench.read(`GEOSEARCH Sicily ${polygon}`)).toEqual(['Palermo', 'edge2']);
    expect(bench.read(`GEOSEARCH Sicily ${polygon} ASC WITHCOORD WITHDIST`)).toEqual([
      ['Palermo', '166482.0159', ['13.36138933897018433', '38.11555639549629859']],
      ['edge2', '180861.7725', ['17.24151045083999634', '38.78813451624225195']],
    ]);
    expect(bench.read(`GEOSEARCH Sicily DESC ${polygon} COUNT 1`)).toEqual(['edge2']);
    expect(bench.read(`GEOSEARCHSTORE out Sicily ${polygon}`)).toBe(2);
    bench.checkAndFlush();
  });

  // Valkey pull request 1809: no center but the polygon's own, at least three vertices.
  test.each([
    [`FROMMEMBER Palermo ${polygon}`, 'ERR syntax error'],
    [`${polygon} FROMLONLAT 1 1`, 'ERR syntax error'],
    [`${polygon} BYRADIUS 1 km`, 'ERR syntax error'],
    ['BYPOLYGON 2 1 1 2 2', 'ERR GEOSEARCH BYPOLYGON must have at least 3 vertices'],
    ['BYPOLYGON 3 1 1 2 2 3', 'ERR GEOSEARCH BYPOLYGON must have at least 3 vertices'],
    ['BYPOLYGON -3 1 1 2 2 3 3', 'ERR GEOSEARCH BYPOLYGON must have at least 3 vertices'],
    ['BYPOLYGON x 1 1 2 2 3 3', 'ERR invalid number of vertices'],
    ['BYPOLYGON 3000000000 1 1 2 2 3 3', 'ERR invalid number of vertices'],
    ['BYPOLYGON 3 1 1 2 2 200 3', 'ERR invalid longitude,latitude pair 200.000000,3.000000'],
    ['BYPOLYGON 3 1 1 2 2 x 3', 'ERR value is not a valid float'],
  ])('refuses %s', (words, error) => {
    const bench = new CommandBench();
    bench.run(sicily);
    expect(bench.run(`GEOSEARCH Sicily ${words}`)).toBe(`-${error}\r\n`);
    bench.checkAndFlush();
  });

  test('around a pole, where the center of the vertices is off the map, does not fail', () => {
    const bench = new CommandBench();
    bench.run('GEOADD g 0 84 a 120 84 b -120 84 c');
    expect(bench.run('GEOSEARCH g BYPOLYGON 3 0 80 120 80 -120 80')).toBe('*0\r\n');
    bench.checkAndFlush();
  });
});

test('a search that cannot be stored changes nothing', () => {
  const bench = new CommandBench({ maxBytes: 2 ** 21 });
  bench.run('SET d value');
  const long = 'm'.repeat(3000);
  let members = 0;
  while (!bench.run(['GEOADD', 'g', String(members % 170), '1', `${long}${members}`]).startsWith('-')) members++;
  bench.takeEffects();
  const reply = bench.run('GEOSEARCHSTORE d g FROMLONLAT 85 1 BYRADIUS 30000 km');
  expect(reply).toMatch(/^-OOM/);
  expect(bench.effects()).toEqual([]);
  expect(bench.run('GET d')).toBe('$5\r\nvalue\r\n');
  expect(bench.run('ZCARD g')).toBe(`:${members}\r\n`);
  bench.checkAndFlush();
});

test.each(['d', 'fresh', 'g'])('each allocation that storing under %s makes is refused in turn, and nothing has changed', (destination) => {
  const untouched = state(prepared());
  let reply = '-OOM';
  for (let allowed = 0; reply.startsWith('-OOM'); allowed++) {
    const bench = prepared();
    let left = allowed;
    for (const { arena } of bench.keyspaces) {
      const { tryAlloc } = arena;
      arena.tryAlloc = (bytes, purpose) => (left-- > 0 ? tryAlloc.call(arena, bytes, purpose) : 0);
    }
    reply = bench.run(`GEOSEARCHSTORE ${destination} g FROMLONLAT 50 1 BYRADIUS 5000 km`);
    const isRefused = reply.startsWith('-OOM');
    const trace = { state: state(bench), effects: bench.effects() };
    expect(!isRefused || trace).toEqual(!isRefused || { state: untouched, effects: [] });
    bench.checkAndFlush();
  }
  expect(reply).toMatch(/^:\d+/);
});

/** Those of the generator that the bench has. */
function geoCommands(commandSeed: number, count: number): string[][] {
  const pick = new Pick(new Random(commandSeed));
  const productions = geo.filter(({ weight }) => weight >= 1);
  return Array.from({ length: count }, () => productions[pick.below(productions.length)]!.produce(pick));
}

/** A bench with a string to be replaced and a sorted set that is too long for a listpack. */
function prepared(): CommandBench {
  const bench = new CommandBench();
  bench.run('SET d value EX 100');
  bench.run(['GEOADD', 'g', ...Array.from({ length: 150 }, (_, i) => [String(i / 2), '1', `m${i}`]).flat()]);
  bench.takeEffects();
  return bench;
}

function state(bench: CommandBench): string[] {
  return ['GET d', 'PTTL d', 'EXISTS fresh', 'ZRANGE g 0 -1 WITHSCORES'].map((line) => bench.run(line));
}
