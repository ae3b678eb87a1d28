/** The commands about HyperLogLogs: effects, wrong types, several shards, and an arena that is full. */
import { expect, test } from 'vitest';
import { Setting } from '../../../../src/channel/control.ts';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n';
const corrupt = '-INVALIDOBJ Corrupted HLL object detected\r\n';
const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const stale = 'HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80';

function elements(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `element ${from + i}`);
}

/** All but the encodings, which are others after a restart. */
function contentOf(bench: CommandBench): object[] {
  return bench.dataset().map((entry) => ({ ...entry, encoding: undefined }));
}

test('effects are PFADD and PFCOUNT where they change something', () => {
  const bench = new CommandBench();
  expect(play(bench, `
    PFADD h                 -> :1       => PFADD h
    PFADD h                 -> :0       => nothing
    PFADD h a b             -> :1       => PFADD h a b
    PFADD h a               -> :0       => nothing
    PFCOUNT h               -> :2       => PFCOUNT h
    PFCOUNT h               -> :2       => nothing
    PFADD h b               -> :0       => nothing
    PFCOUNT h               -> :2       => nothing
    PFCOUNT h missing       -> :2       => nothing
    PFCOUNT missing         -> :0       => nothing
    PFDEBUG ENCODING h      -> +sparse  => nothing
    PFSELFTEST              -> +OK      => nothing
  `)).toEqual([]);
  bench.checkAndFlush();
});

test('the effect of PFMERGE and of a conversion is the whole value, and the expiry stays', () => {
  const bench = new CommandBench();
  const copy = new CommandBench({ shards: 2 });
  bench.run(['PFADD', 'a', ...elements(0, 50)]);
  bench.run(['PFADD', 'b', ...elements(40, 90)]);
  bench.run('PFADD timed x');
  bench.run('PEXPIREAT timed 1800000000000');
  copy.replay(bench.takeEffects());
  for (const command of ['PFMERGE new a b', 'PFMERGE timed a b', 'PFMERGE none', 'PFDEBUG TODENSE a', 'PFDEBUG GETREG b', 'PFMERGE timed a']) {
    expect(bench.run(command)).not.toMatch(/^-/);
    const effects = bench.takeEffects();
    expect(effects.map(({ words: [name] }) => String(name))).toEqual(['SET']);
    copy.replay(effects);
  }
  expect(contentOf(copy)).toEqual(contentOf(bench));
  expect(bench.read('PEXPIRETIME timed')).toBe(1_800_000_000_000);
  bench.checkAndFlush();
  copy.checkAndFlush();
});

test('a dataset comes back from its effects', () => {
  const bench = new CommandBench({ shards: 3 });
  const copy = new CommandBench({ shards: 2, seed: 5 });
  for (let round = 0; round < 60; round++) {
    const key = `h${round % 5}`;
    bench.run(['PFADD', key, ...elements(round * 40, round * 40 + (round % 7) * 30)]);
    if (round % 3 === 0) bench.run(['PFCOUNT', key]);
    if (round % 11 === 0) bench.run(['PFMERGE', key, 'h0', 'h3']);
    copy.replay(bench.takeEffects());
  }
  expect(contentOf(copy)).toEqual(contentOf(bench));
  bench.checkAndFlush();
  copy.checkAndFlush();
});

test('HyperLogLogs of several shards are counted and merged together', () => {
  const bench = new CommandBench({ shards: 3 });
  const keys = Array.from({ length: 9 }, (_, i) => `h${i}`);
  for (const [i, key] of keys.entries()) bench.run(['PFADD', key, ...elements(i * 100, i * 100 + 200)]);
  const together = bench.read(['PFCOUNT', ...keys]) as number;
  expect(Math.abs(together - 1000)).toBeLessThan(30);
  expect(bench.run(['PFMERGE', 'all', ...keys])).toBe('+OK\r\n');
  expect(bench.read('PFCOUNT all')).toBe(together);
  bench.checkAndFlush();
});

test.each([
  'PFADD l', 'PFADD l x', 'PFCOUNT l', 'PFCOUNT h l', 'PFCOUNT l h', 'PFMERGE l', 'PFMERGE h l', 'PFMERGE l h', 'PFMERGE new l', 'PFDEBUG ENCODING l', 'PFDEBUG FOO l',
])('%s meets another type', (command) => {
  const bench = new CommandBench();
  bench.run('PFADD h a');
  bench.run('SET l v');
  bench.pretendType('l', ValueType.list);
  bench.takeEffects();
  expect(bench.run(command)).toBe(wrongType);
  expect(bench.run('EXISTS new')).toBe(':0\r\n');
  expect(bench.effects()).toEqual([]);
  bench.pretendType('l', ValueType.string);
  bench.checkAndFlush();
});

test('what PFADD has added to a corrupt value stays, and is an effect', () => {
  const bench = new CommandBench();
  bench.run(['SET', 'h', `${stale}\x7f\xc0`]);
  bench.takeEffects();
  const reply = bench.run(['PFADD', 'h', ...elements(0, 2000)]);
  expect(reply).toBe(corrupt);
  const effects = bench.takeEffects();
  expect(effects).toHaveLength(1);
  const copy = new CommandBench();
  copy.replay(effects);
  expect(copy.read('GET h')).toBe(bench.read('GET h'));
  expect(bench.run('PFCOUNT h')).toBe(corrupt);
  bench.checkAndFlush();
});

test('the limit of the sparse form is the directive', () => {
  const bench = new CommandBench();
  bench.control.settings[Setting.hllSparseMaxBytes] = 25;
  expect(play(bench, `
    PFADD h a b             -> :1
    PFDEBUG ENCODING h      -> +sparse
    PFADD h c d e f         -> :1
    PFDEBUG ENCODING h      -> +dense
    STRLEN h                -> :12304
    PFCOUNT h               -> :6
    PFDEBUG DECODE h        -> -ERR HLL encoding is not sparse
  `)).toEqual([]);
  bench.checkAndFlush();
});

function prepared(): CommandBench {
  const bench = new CommandBench();
  bench.run(['PFADD', 'a', ...elements(0, 20)]);
  bench.run(['PFADD', 'b', ...elements(0, 3000)]);
  bench.run('PFADD timed x');
  bench.run('PEXPIREAT timed 1800000000000');
  bench.takeEffects();
  return bench;
}

test.each([
  ['PFADD', 'new'], ['PFADD', 'new', ...elements(0, 4000)], ['PFADD', 'a', ...elements(50, 100)], ['PFADD', 'timed', ...elements(0, 4000)], ['PFCOUNT', 'a'],
  ['PFMERGE', 'new', 'a'], ['PFMERGE', 'a', 'b'], ['PFMERGE', 'timed', 'a', 'b'], ['PFDEBUG', 'TODENSE', 'timed'], ['PFDEBUG', 'GETREG', 'a'],
])('%s %s is carried out or refused as a whole', (...command) => {
  const untouched = prepared().dataset();
  let reply = oom;
  for (let allowed = 0; reply === oom; allowed++) {
    const bench = prepared();
    let remaining = allowed;
    const { arena } = bench.keyspaces[0]!;
    const { tryAlloc } = arena;
    arena.tryAlloc = (bytes, purpose) => (remaining-- > 0 ? tryAlloc.call(arena, bytes, purpose) : 0);
    reply = bench.run(command);
    const trace = { dataset: bench.dataset(), effects: bench.effects() };
    expect(reply !== oom || trace).toEqual(reply !== oom || { dataset: untouched, effects: [] });
    bench.checkAndFlush();
  }
  expect(reply).not.toMatch(/^-/);
});
