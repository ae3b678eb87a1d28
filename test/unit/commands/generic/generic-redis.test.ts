/**
 * Random commands of the family beside redis-server, where it is installed: every reply the same to
 * the byte. Expiries are far away or in the past, so that no clock shows.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';

const commandCount = 4000;
const keys = ['a', 'key:1', 'key:2', '', '\0\r\n\xff', 'k'.repeat(66_000)];
const values = ['', '0', '9999', '10000', '-7', 'hello', 'w'.repeat(2048), 'w'.repeat(3000)];
const databases = ['0', '1', '2', '15', '16', '-1', 'x', '2147483648', '-2147483648', '9223372036854775808', ''];
const times = [
  '0', '-1', '1', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809',
  '9223372036854775', '9223372036854776', '-9223372036854776', '32503680000', '32503680000000', '+1', '1.5', '', ' 1',
];
/** Of those the ones that, counted from now, delete the key or are refused. */
const clockless = ['0', '-1', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854776', 'x', ''];
const conditions = ['NX', 'XX', 'GT', 'LT', 'gt', 'foo'];

function command(random: Random): string[] {
  const of = <T>(all: readonly T[]): T => all[random.below(all.length)]!;
  const some = (all: readonly string[], most: number): string[] => Array.from({ length: random.below(most + 1) }, () => of(all));
  const key = (): string => of(keys);
  const makers: readonly (() => string[])[] = [
    () => ['SET', key(), of(values)],
    () => ['SET', key(), of(values), 'PXAT', of(['32503680000000', '9007199254740993', '9223372036854775807', '0'])],
    () => ['MSET', key(), of(values), key(), of(values)],
    () => ['APPEND', key(), of(values)],
    () => [of(['DEL', 'UNLINK', 'EXISTS', 'TOUCH']), ...some(keys, 4)],
    () => [of(['TYPE', 'PERSIST', 'GET']), key()],
    () => [of(['RENAME', 'RENAMENX']), key(), key()],
    () => ['COPY', key(), key(), ...some(['REPLACE', 'replace'], 1), ...some(['DB', 'foo'], 1), ...some(databases, 1)],
    () => ['COPY', key(), key(), 'DB', of(databases), ...some(['REPLACE'], 1)],
    () => ['MOVE', key(), of(databases)],
    () => ['SWAPDB', of(databases), of(databases)],
    () => [of(['EXPIREAT', 'PEXPIREAT']), key(), of(times), ...some(conditions, 2)],
    () => [of(['EXPIRE', 'PEXPIRE']), key(), of(clockless), ...some(conditions, 2)],
    () => [of(['EXPIRETIME', 'PEXPIRETIME']), key()],
    () => ['OBJECT', 'ENCODING', key()],
    () => ['OBJECT', 'FREQ', key()],
    () => ['SCAN', of(['x', '-', '18446744073709551616', '0']), ...of([['COUNT'], ['COUNT', '0'], ['COUNT', 'x'], ['foo'], ['MATCH'], ['TYPE', 'string', 'x']])],
    () => ['SCAN', of(['0', '', '+0', '-0']), 'COUNT', '1000', 'MATCH', of(['nomatch', '[a]', '\0*'])],
    () => ['DBSIZE'],
    () => ['SELECT', of(['0', '0', '1', '2'])],
    () => [of(['FLUSHDB', 'FLUSHALL']), ...some(['x', 'sync'], 2)],
  ];
  // Flushes are rare, so that there is something to work on.
  return random.below(12) === 0 ? of(makers)() : makers[random.below(makers.length - 1)]!();
}

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

  test.each([1, 3])('random commands are answered alike on %i shards', async (shards) => {
    const random = new Random(seed + shards);
    const commands = [['FLUSHALL'], ['SELECT', '0']];
    while (commands.length < commandCount) commands.push(command(random));
    const theirs = await client.pipelineRaw(commands.map((words) => words.map((word) => Buffer.from(word, 'latin1'))));
    const bench = new CommandBench({ shards });
    bench.nowMs = Date.now();
    const differences: string[] = [];
    for (const [i, words] of commands.entries()) {
      const ours = answer(bench, words);
      if (ours !== theirs[i]!.toString('latin1')) {
        differences.push(`${i} ${words.map((word) => JSON.stringify(word.slice(0, 30))).join(' ')}: ${ours.slice(0, 100)}, in Redis ${theirs[i]!.toString('latin1').slice(0, 100)}`);
      }
    }
    expect(differences.slice(0, 10)).toEqual([]);
    bench.checkAndFlush();
  });
});

function answer(bench: CommandBench, words: readonly string[]): string {
  if (words[0] !== 'SELECT') return bench.run(words);
  bench.db = Number(words[1]);
  return '+OK\r\n';
}
