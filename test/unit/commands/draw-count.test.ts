/** Draws that would not come to an end are refused, but where there is nothing to draw from. */
import { expect, test } from 'vitest';
import { CommandBench } from './command-bench.ts';

const OUT_OF_RANGE = '-ERR value is out of range\r\n';

test.each([
  ['HRANDFIELD', 'HSET k a 1', ' WITHVALUES'], ['SRANDMEMBER', 'SADD k a', ''], ['ZRANDMEMBER', 'ZADD k 1 a', ' WITHSCORES'],
])('%s draws no more often than 2^31 times', (name, make, option) => {
  const bench = new CommandBench();
  bench.run(make);
  for (const count of ['-2147483649', '-4611686018427387903', '-9223372036854775807']) {
    expect(bench.run(`${name} k ${count}`)).toBe(OUT_OF_RANGE);
    expect(bench.run(`${name} missing ${count}`)).toBe('*0\r\n');
  }
  expect(bench.run(`${name} k -4611686018427387903${option}`)).toBe(OUT_OF_RANGE);
});
