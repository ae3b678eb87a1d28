import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { Setting } from '../../../../src/channel/control.ts';
import { sort } from '../../../generator/grammar-sort.ts';
import { Pick } from '../../../generator/pick.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

describe('effects', () => {
  test('of a stored result are a list in place of what was there', () => {
    const bench = new CommandBench({ shards: 3 });
    expect(play(bench, `
      RPUSH l 3 1 2                -> :3
      SORT l                       -> *3 $1 1 $1 2 $1 3    => nothing
      SORT l STORE {x}d            -> :3   => RPUSH {x}d 1 2 3
      SORT l DESC STORE {x}d       -> :3   => MULTI ; DEL {x}d ; RPUSH {x}d 3 2 1 ; EXEC
      SORT l LIMIT 9 1 STORE {x}d  -> :0   => DEL {x}d
      SORT l LIMIT 9 1 STORE {x}d  -> :0   => nothing
      SET o_1 one                  -> +OK
      SORT l GET o_* STORE l       -> :3   => MULTI ; DEL l ; RPUSH l one "" "" ; EXEC
      SORT none STORE l            -> :0   => DEL l
    `)).toEqual([]);
    bench.checkAndFlush();
  });

  test('of a long result are many', () => {
    const bench = new CommandBench();
    bench.run(['RPUSH', 'l', ...Array.from({ length: 2500 }, (_, i) => String(i))]);
    bench.takeEffects();
    expect(bench.run('SORT l DESC STORE d')).toBe(':2500\r\n');
    const effects = bench.takeEffects();
    expect(effects.map(({ words }) => words[0]!.toString())).toEqual(['MULTI', 'RPUSH', 'RPUSH', 'RPUSH', 'EXEC']);
    const copy = new CommandBench({ shards: 3 });
    copy.replay(effects);
    expect(copy.run('LRANGE d 0 -1')).toBe(bench.run('LRANGE d 0 -1'));
    bench.checkAndFlush();
    copy.checkAndFlush();
  });

  test('of looking up a key whose time is over are its removal', () => {
    const bench = new CommandBench({ shards: 3 });
    expect(play(bench, `
      RPUSH l 1 2      -> :2
      SET w_1 9 PX 10  -> +OK
      SET w_2 5        -> +OK
      SORT l BY w_*    -> *2 $1 2 $1 1  => nothing
    `)).toEqual([]);
    bench.nowMs += 20;
    expect(play(bench, 'SORT_RO l BY w_* GET w_*  -> *2 $-1 $1 5  => DEL w_1')).toEqual([]);
    bench.checkAndFlush();
  });
});

test('fields whose time is over are not found', () => {
  const bench = new CommandBench({ shards: 2 });
  bench.run('RPUSH l 1 2');
  bench.run('HSET h_1 f one');
  bench.run('HSET h_2 f two');
  bench.run('HPEXPIRE h_1 10 FIELDS 1 f');
  expect(bench.read('SORT l GET h_*->f')).toEqual(['one', 'two']);
  bench.nowMs += 20;
  expect(bench.read('SORT l GET h_*->f')).toEqual([null, 'two']);
  bench.checkAndFlush();
});

test('the number of shards shows in no reply', () => {
  const one = new CommandBench({ shards: 1 });
  const three = new CommandBench({ shards: 3 });
  const pick = new Pick(new Random(seed));
  for (let i = 0; i < 3000; i++) {
    const words = sort[pick.below(sort.length - 1)]!.produce(pick);
    // Sets without an order have that of their tables, which have seeds of their own.
    if (words.includes('nosort') && words[1]!.includes('ss')) continue;
    expect([words, three.run(words)]).toEqual([words, one.run(words)]);
  }
  one.checkAndFlush();
  three.checkAndFlush();
});

test('numbers are sorted as numbers, and texts as bytes', () => {
  const bench = new CommandBench();
  const weights = fc.array(fc.oneof(fc.integer(), fc.double({ noNaN: true, min: -1e300, max: 1e300 }).filter((x) => x === 0 || Math.abs(x) > 1e-300)), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(weights, fc.boolean(), fc.nat({ max: 20 }), fc.nat({ max: 20 }), (numbers, isDescending, offset, count) => {
    bench.run('DEL l');
    bench.run(['RPUSH', 'l', ...numbers.map(String)]);
    const direction = isDescending ? 'DESC' : 'ASC';
    const byNumber = numbers.map(String).toSorted((a, b) => Number(a) - Number(b) || compareBytes(a, b));
    const byText = numbers.map(String).toSorted(compareBytes);
    const part = (all: string[]): string[] => (isDescending ? all.toReversed() : all).slice(offset, offset + count);
    expect(bench.read(`SORT l ${direction} LIMIT ${offset} ${count}`)).toEqual(part(byNumber));
    expect(bench.read(`SORT l ALPHA ${direction} LIMIT ${offset} ${count}`)).toEqual(part(byText));
  }), { seed, numRuns: 100 });
  bench.checkAndFlush();
});

describe('in a cluster', () => {
  // Valkey 8.0 and Redis 7.4 (commands/sort.md, "Restrictions for using external keys").
  test.each([
    ['SORT l BY w_*', denied('BY')], ['SORT l GET w_*', denied('GET')], ['SORT l BY w_*{l}', denied('BY')], ['SORT l BY {x}w_*', denied('BY')],
    ['SORT l BY {}{l}w_*', denied('BY')], ['SORT l BY {l*}w', denied('BY')], ['SORT l GET none', denied('GET')], ['SORT l GET [{l}', denied('GET')],
    ['SORT l BY nosort', '*2 $1 1 $1 2'], ['SORT l BY {l}w_*', '*2 $1 2 $1 1'], ['SORT l BY {l}w_* GET # GET {l}w_*', '*4 $1 2 $1 1 $1 1 $1 2'],
    ['SORT l GET l', '*2 $-1 $-1'], ['SORT l GET {l}none', '*2 $-1 $-1'],
  ])('%s -> %s', (line, reply) => {
    const bench = new CommandBench({ shards: 2 });
    bench.control.settings[Setting.clusterEnabled] = 1;
    bench.run('RPUSH l 1 2');
    bench.run('MSET {l}w_1 2 {l}w_2 1');
    expect(bench.run(line).replaceAll('\r\n', ' ').trim()).toBe(reply);
    bench.checkAndFlush();
  });
});

test.each(['d', 'fresh', 'l'])('each allocation that storing under %s makes is refused in turn, and nothing has changed', (destination) => {
  const untouched = state(prepared());
  let reply = '-OOM';
  for (let allowed = 0; reply.startsWith('-OOM'); allowed++) {
    const bench = prepared();
    let left = allowed;
    for (const { arena } of bench.keyspaces) {
      const { tryAlloc } = arena;
      arena.tryAlloc = (bytes, purpose) => (left-- > 0 ? tryAlloc.call(arena, bytes, purpose) : 0);
    }
    reply = bench.run(`SORT l ALPHA STORE ${destination}`);
    const isRefused = reply.startsWith('-OOM');
    const trace = { state: state(bench), effects: bench.effects() };
    expect(!isRefused || trace).toEqual(!isRefused || { state: untouched, effects: [] });
    bench.checkAndFlush();
  }
  expect(reply).toBe(':60\r\n');
});

/** A bench with a string to be replaced and a list of several nodes. */
function prepared(): CommandBench {
  const bench = new CommandBench();
  bench.run('SET d value EX 100');
  bench.run(['RPUSH', 'l', ...Array.from({ length: 60 }, (_, i) => `${60 - i}${'x'.repeat(500)}`)]);
  bench.takeEffects();
  return bench;
}

function state(bench: CommandBench): string[] {
  return ['GET d', 'PTTL d', 'EXISTS fresh', 'LRANGE l 0 -1'].map((line) => bench.run(line));
}

function denied(option: string): string {
  return `-ERR ${option} option of SORT denied in cluster mode when keys formed by the pattern may be in different slots.`;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
