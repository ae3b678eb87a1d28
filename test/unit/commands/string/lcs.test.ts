import { afterEach, beforeEach, expect, test } from 'vitest';
import { Setting } from '../../../../src/channel/control.ts';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
  bench.run('MSET key:1 ohmytext key:2 mynewtext');
  bench.takeEffects();
});
afterEach(() => bench.checkAndFlush());

test('LCS finds the subsequence, its length, or its ranges from the end', () => {
  expect(play(bench, `
    LCS key:1 key:2                     -> $6 mytext    => nothing
    LCS key:1 key:2 LEN                 -> :6
    LCS key:1 key:2 IDX                 -> *4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6
    LCS key:1 key:2 idx minmatchlen 4   -> *4 $7 matches *1 *2 *2 :4 :7 *2 :5 :8 $3 len :6
    LCS key:1 key:2 IDX WITHMATCHLEN MINMATCHLEN 9 MINMATCHLEN 4 -> *4 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6
    LCS key:1 key:2 MINMATCHLEN 100     -> $6 mytext
    LCS key:1 key:2 WITHMATCHLEN LEN    -> :6
  `)).toEqual([]);
  bench.reply.resp = 3;
  expect(play(bench, 'LCS key:1 key:2 IDX MINMATCHLEN 4 -> %2 $7 matches *1 *2 *2 :4 :7 *2 :5 :8 $3 len :6')).toEqual([]);
});

test('LCS takes an absent key as an empty string', () => {
  expect(play(bench, `
    LCS key:1 missing         -> $0
    LCS missing missing LEN   -> :0
    LCS missing key:2 IDX     -> *4 $7 matches *0 $3 len :0
  `)).toEqual([]);
});

test('LCS refuses other types before it reads options', () => {
  bench.pretendType('key:2', ValueType.list);
  expect(play(bench, `
    LCS key:1 key:2 FOO       -> -ERR The specified keys must contain string values
    LCS key:2 missing         -> -ERR The specified keys must contain string values
    LCS key:1 missing FOO     -> -ERR syntax error
    LCS key:1 missing MINMATCHLEN   -> -ERR syntax error
    LCS key:1 missing MINMATCHLEN x FOO -> -ERR value is not an integer or out of range
    LCS key:1 missing IDX LEN -> -ERR If you want both the length and indexes, please just use IDX.
  `)).toEqual([]);
});

test('LCS refuses a table beyond the limit', () => {
  bench.control.settings[Setting.maxBulkBytes] = 9 * 10 * 4 - 1;
  expect(play(bench, 'LCS key:1 key:2 -> -ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len')).toEqual([]);
  bench.control.settings[Setting.maxBulkBytes] = 9 * 10 * 4;
  expect(play(bench, 'LCS key:1 key:2 -> $6 mytext')).toEqual([]);
  expect(bench.effects()).toEqual([]);
});
