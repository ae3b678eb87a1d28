/**
 * HIMPORT SET on its shard, with the fieldset that the door adds, and the fieldsets of a connection, as
 * redis.io/commands/himport-prepare and himport-set (8.10) tell of them.
 */
import { describe, expect, test } from 'vitest';
import { Fieldsets, FieldsetReader } from '../../../../src/commands/hash/fieldsets.ts';
import { CommandBench } from '../command-bench.ts';
import { describeHash } from './describe-hash.ts';

function pack(fields: readonly string[]): Uint8Array {
  const fieldsets = new Fieldsets();
  fieldsets.keep('any', fields.map((field) => Buffer.from(field, 'latin1')));
  return fieldsets.packed('any');
}

function set(key: string, fields: readonly string[], values: readonly string[]): (string | Uint8Array)[] {
  return ['HIMPORT', 'SET', key, 'any', ...values, pack(fields)];
}

describe('HIMPORT SET', () => {
  test('makes a hash, and leaves an HSET', () => {
    const bench = new CommandBench({ shards: 3 });
    expect(bench.run(set('k', ['b', '', 'a'], ['1', '2', '']))).toBe('+OK\r\n');
    expect(bench.effects()).toEqual(['HSET k b 1 "" 2 a ""']);
    expect(bench.read('HGETALL k')).toEqual(['b', '1', '', '2', 'a', '']);
    expect(bench.read('OBJECT ENCODING k')).toBe('listpack');
    bench.checkAndFlush();
  });

  test('replaces a hash with its expiries', () => {
    const bench = new CommandBench({ shards: 3 });
    bench.run('HSETEX k EX 100 FIELDS 2 old 1 a 2');
    bench.run('EXPIRE k 50');
    bench.takeEffects();
    expect(bench.run(set('k', ['a'], ['3']))).toBe('+OK\r\n');
    expect(bench.effects()).toEqual(['MULTI', 'DEL k', 'HSET k a 3', 'EXEC']);
    expect(bench.read('HGETALL k')).toEqual(['a', '3']);
    expect([bench.read('PTTL k'), bench.read('HTTL k FIELDS 1 a')]).toEqual([-1, [-1]]);
    bench.checkAndFlush();
  });

  test('makes large hashes, the same from their effects', () => {
    const bench = new CommandBench();
    const copy = new CommandBench({ shards: 2 });
    const fields = Array.from({ length: 600 }, (_, i) => `field:${i}`);
    bench.run(set('many', fields, fields));
    bench.run(set('large', ['f', 'g'], ['x'.repeat(5000), 'y']));
    copy.replay(bench.takeEffects());
    expect(copy.dataset(describeHash)).toEqual(bench.dataset(describeHash));
    expect([bench.read('HLEN many'), bench.read('HGET many field:599')]).toEqual([600, 'field:599']);
    expect(bench.read('OBJECT ENCODING many')).toBe('hashtable');
    bench.checkAndFlush();
    copy.checkAndFlush();
  });

  test('judges the type, then the fieldset, then the number of values', () => {
    const bench = new CommandBench();
    bench.run('SET string x');
    bench.run('HSET hash old 1');
    bench.takeEffects();
    expect(bench.run(set('string', [], ['1']))).toMatch('-WRONGTYPE ');
    expect(bench.run(set('hash', [], ['1']))).toBe('-ERR no such fieldset\r\n');
    for (const values of [['1'], ['1', '2', '3']]) {
      expect(bench.run(set('hash', ['a', 'b'], values))).toBe('-ERR value count does not match fieldset field count\r\n');
    }
    expect([bench.effects(), bench.read('HGETALL hash')]).toEqual([[], ['old', '1']]);
    bench.checkAndFlush();
  });

  test('without room changes nothing', () => {
    const bench = new CommandBench({ maxBytes: 2 ** 22 });
    bench.run('HSET hash old 1');
    bench.takeEffects();
    for (const key of ['hash', 'new']) {
      expect(bench.run(set(key, ['a', 'b', 'c'], ['1', '2', 'x'.repeat(2 ** 22)]))).toMatch('-OOM ');
    }
    expect([bench.effects(), bench.read('HGETALL hash'), bench.read('EXISTS new')]).toEqual([[], ['old', '1'], 0]);
    bench.checkAndFlush();
  });
});

describe('fieldsets', () => {
  test('are read as they were kept', () => {
    const reader = new FieldsetReader();
    const fields = ['', 'a', 'x'.repeat(70_000), '\xff'];
    const packed = pack(fields);
    reader.start(Buffer.concat([Buffer.from('lead'), packed]), 4, packed.length);
    const read: string[] = [];
    while (reader.next()) read.push(Buffer.from(reader.bytes.subarray(reader.offset, reader.offset + reader.length)).toString('latin1'));
    expect(read).toEqual(fields);
  });

  test('take bounded memory', () => {
    const fieldsets = new Fieldsets();
    const large = [new Uint8Array(2 ** 25 - 200)];
    expect(['a', 'b', 'c', 'b'].map((name) => fieldsets.keep(name, large))).toEqual([true, true, false, true]);
    expect([fieldsets.size, fieldsets.packed('c').length]).toEqual([2, 0]);
    expect([fieldsets.discard('b'), fieldsets.discard('b'), fieldsets.keep('c', large)]).toEqual([true, false, true]);
    fieldsets.clear();
    expect([fieldsets.keep('d', large), fieldsets.keep('e', large), fieldsets.size]).toEqual([true, true, 2]);
  });
});
