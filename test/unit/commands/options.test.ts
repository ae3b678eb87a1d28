import { expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { noEffects } from '../../../src/channel/effects.ts';
import { Control } from '../../../src/channel/control.ts';
import { ShardStats } from '../../../src/channel/shard-stats.ts';
import { Call } from '../../../src/commands/call.ts';
import { CommandOptions } from '../../../src/commands/options.ts';
import { BufferSink } from '../../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../../src/protocol/reply-writer.ts';

const sink = new BufferSink();
const call = new Call(
  { reply: new ReplyWriter(sink), keyspaces: [], own: 0, stats: ShardStats.create(0), control: Control.create(1), random: new Random(1) },
  noEffects,
);

/** Points the call at `words` and reads options from the second on; the error reply, or '' if all went well. */
function read(options: CommandOptions, ...words: string[]): string {
  const bytes = Buffer.from(words.join(''));
  const index = new Int32Array(words.length * 2);
  for (const [i, word] of words.entries()) {
    index[i * 2] = i === 0 ? 0 : index[i * 2 - 2]! + index[i * 2 - 1]!;
    index[i * 2 + 1] = word.length;
  }
  call.point(0, words.length, 0, index, 0, bytes, 0);
  const isFine = options.read(call, 1);
  const reply = sink.take().toString();
  expect(isFine).toBe(reply === '');
  return reply;
}

const syntaxError = '-ERR syntax error\r\n';

test('a flag and a value are found where they stand, in any case', () => {
  const options = new CommandOptions();
  const [nx, ex] = [options.flag('nx'), options.valued('ex')];
  expect(read(options, 'SET', 'eX', '10', 'Nx')).toBe('');
  expect([nx.at, ex.at]).toEqual([3, 2]);
  expect(read(options, 'SET')).toBe('');
  expect([nx.at, ex.at]).toEqual([0, 0]);
});

test('an unknown word is a syntax error, and so is a value that is missing', () => {
  const options = new CommandOptions();
  options.valued('ex');
  expect(read(options, 'SET', 'PX')).toBe(syntaxError);
  expect(read(options, 'SET', '')).toBe(syntaxError);
  expect(read(options, 'SET', 'EX')).toBe(syntaxError);
  expect(read(options, 'SET', 'EX', 'EX', 'EX')).toBe(syntaxError);
});

test('a value may look like an option', () => {
  const options = new CommandOptions();
  const [nx, ifeq] = [options.flag('nx'), options.valued('ifeq')];
  expect(read(options, 'SET', 'IFEQ', 'NX')).toBe('');
  expect([nx.at, ifeq.at]).toEqual([0, 2]);
});

test('of a group only one member may be given', () => {
  const options = new CommandOptions();
  const group = options.group();
  options.flag('nx', group);
  options.flag('xx', group);
  options.flag('get');
  expect(read(options, 'SET', 'NX', 'GET')).toBe('');
  expect(read(options, 'SET', 'XX', 'GET')).toBe('');
  expect(read(options, 'SET', 'NX', 'GET', 'XX')).toBe(syntaxError);
  expect(read(options, 'SET', 'XX')).toBe('');
});

test('what is given twice counts once, with its last value, or is refused', () => {
  const repeatable = new CommandOptions();
  const ex = repeatable.valued('ex', repeatable.group());
  expect(read(repeatable, 'SET', 'EX', '1', 'ex', '2')).toBe('');
  expect(ex.at).toBe(4);
  const strict = new CommandOptions({ repeatable: false });
  strict.valued('ex', strict.group());
  expect(read(strict, 'SET', 'EX', '1')).toBe('');
  expect(read(strict, 'SET', 'EX', '1', 'EX', '2')).toBe(syntaxError);
});

test('an integer is checked before what stands behind it', () => {
  const options = new CommandOptions();
  const count = options.integer('count');
  expect(read(options, 'SCAN', 'COUNT', '-9223372036854775808')).toBe('');
  expect(count.at).toBe(2);
  expect(read(options, 'SCAN', 'COUNT', 'x', 'UNKNOWN')).toBe('-ERR value is not an integer or out of range\r\n');
  expect(read(options, 'SCAN', 'UNKNOWN', 'COUNT', 'x')).toBe(syntaxError);
});
