/**
 * What happens when an arena cannot grow in the middle of a command: each allocation that a command makes is refused
 * in turn, and with ever more room in a full arena it is tried again. Each time it must answer with OOM and have changed
 * nothing, or come through.
 */
import { expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { fillUp, limitAllocations } from '../scarce-memory.ts';
import { describeSortedSet } from './describe-sorted-set.ts';

const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const long = 'x'.repeat(200);
const many = Array.from({ length: 140 }, (_, i) => [String(i % 9), `member:${i}`]).flat();
const fortyMore = Array.from({ length: 40 }, (_, i) => `${i} x${i}`).join(' ');
const maxBytes = 2 ** 24;

function prepared(shards: number): CommandBench {
  const bench = new CommandBench({ shards, maxBytes });
  bench.run('ZADD small 1 a 2 b 3 c');
  bench.run('ZADD {n}other 2 b 3 c 4 d');
  bench.run(['ZADD', 'large', ...many]);
  bench.run('ZADD names 0 a 0 b 0 c 0 d');
  bench.run('SADD members a b e');
  bench.run('SET text v EX 100');
  bench.run('ZADD timed 1 x');
  bench.run('EXPIRE timed 100');
  bench.run('GEOADD places 13.36 38.11 Palermo 15.08 37.5 Catania');
  bench.takeEffects();
  return bench;
}

/** The data set without the form of its sorted sets, which may have changed. */
function contents(bench: CommandBench): object[] {
  return bench.dataset((keyspace, entry) => (keyspace.kindOf(entry) === keyspace.sortedSets ? describeSortedSet(keyspace, entry) : 'a set'))
    .map((entry) => ({ ...entry, encoding: undefined }));
}

/** Whether the command was carried out; if not, nothing may have changed. */
function isCarriedOut(bench: CommandBench, command: string, untouched: object[]): boolean {
  const reply = bench.run(command);
  const trace = { contents: contents(bench), effects: bench.effects() };
  expect(reply !== oom || trace).toEqual(reply !== oom || { contents: untouched, effects: [] });
  expect(reply === oom || !reply.startsWith('-')).toBe(true);
  return reply !== oom;
}

/** The first allocations are refused one by one, of the many that follow some. */
function nextStep(allowed: number): number {
  return allowed < 25 ? 1 : 7;
}

const single = [
  'ZADD fresh 1 a', `ZADD fresh 1 ${long}`, 'ZADD small 5 d', `ZADD small 5 ${long}`, 'ZADD small INCR 5 b', 'ZADD large 5 new', `ZADD large 5 ${long}`,
  'ZADD large 3.5 member:7', 'ZADD large GT CH 100 member:7', 'ZINCRBY fresh 1 a', 'ZINCRBY small 1e300 a', 'ZINCRBY large 0.25 member:3', 'ZINCRBY large -5 new', 'GEOADD fresh 1 1 a', 'GEOADD places 13.5 38.5 a',
];
const several = [
  'ZADD fresh 1 a 2 b 3 c', `ZADD small 9 d 8 e 7 ${long}`, `ZADD small ${fortyMore}`, `ZADD large ${fortyMore}`, 'GEOADD places 13.5 38.5 a 13.6 38.6 b',
];
const stores = [
  'ZUNIONSTORE fresh 2 small {n}other', 'ZUNIONSTORE text 3 small {n}other members WEIGHTS 1 2 3 AGGREGATE MAX', 'ZUNIONSTORE large 2 large small',
  'ZUNIONSTORE small 2 small large', 'ZINTERSTORE fresh 2 small {n}other', 'ZINTERSTORE timed 2 large large', 'ZINTERSTORE {n}other 2 {n}other members AGGREGATE COUNT',
  'ZDIFFSTORE small 2 small {n}other', 'ZDIFFSTORE fresh 2 large small', 'ZRANGESTORE fresh large 0 -1', 'ZRANGESTORE text small 0 1 REV',
  'ZRANGESTORE large large 3 5 BYSCORE', 'ZRANGESTORE timed names [a (c BYLEX', 'GEOSEARCHSTORE fresh places FROMLONLAT 15 37 BYBOX 900 900 km', 'COPY large fresh',
  'RENAME large small', 'GEOSEARCHSTORE small places FROMMEMBER Palermo BYRADIUS 900 km STOREDIST', 'GEORADIUS places 15 37 900 km STORE large',
];

test.each([...single, ...stores])('%s is carried out or refused as a whole, whichever allocation is refused', (command) => {
  const untouched = contents(prepared(3));
  let isDone = false;
  for (let allowed = 0; !isDone && allowed < 2000; allowed += nextStep(allowed)) {
    const bench = prepared(3);
    limitAllocations(bench, allowed);
    isDone = isCarriedOut(bench, command, untouched);
    bench.checkAndFlush();
  }
  expect(isDone).toBe(true);
});

test.each([...several, ...stores])('with little left, %s is carried out or refused as a whole', (command) => {
  const untouched = contents(prepared(1));
  let isDone = false;
  for (const pagesLeft of [0, 1, 2, 3, 4, 6, 8, 20, 40, 256]) {
    const bench = prepared(1);
    const giveBack = fillUp(bench, pagesLeft);
    isDone = isCarriedOut(bench, command, untouched);
    giveBack();
    bench.checkAndFlush();
  }
  expect(isDone).toBe(true);
});

test.each([
  'ZUNION 2 small {n}other WITHSCORES', 'ZINTER 2 large small', 'ZDIFF 2 large small', 'ZUNION 3 large members small AGGREGATE MIN', 'ZRANDMEMBER large 50', 'ZRANDMEMBER small -5',
  'ZINTERCARD 2 large large', 'GEOSEARCH places FROMLONLAT 15 37 BYRADIUS 900 km ASC', 'SUNION members {n}set', 'SORT names BY nosort',
])('%s leaves nothing behind', (command) => {
  let reply = oom;
  for (let allowed = 0; reply === oom; allowed += nextStep(allowed)) {
    const bench = prepared(3);
    limitAllocations(bench, allowed);
    reply = bench.run(command);
    expect(bench.effects()).toEqual([]);
    bench.checkAndFlush();
  }
  expect(reply).not.toMatch(/^-/);
});

test('members are removed without an allocation', () => {
  const bench = prepared(3);
  limitAllocations(bench, 0);
  for (const command of [
    'ZREM small a', 'ZREM large member:5 member:6', 'ZPOPMIN large 3', 'ZPOPMAX small', 'ZMPOP 1 large MAX COUNT 30', 'ZREMRANGEBYRANK large 3 9', 'ZREMRANGEBYSCORE large 1 2',
    'ZREMRANGEBYLEX names [a (c', 'ZREMRANGEBYRANK names 0 -1',
  ]) expect([command, bench.run(command)]).toEqual([command, expect.not.stringMatching(/^-/)]);
  bench.checkAndFlush();
});
