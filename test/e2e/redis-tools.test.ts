/** The tools that come with redis-server, unchanged, against Tessera. */
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificates } from '../support/certificates.ts';
import { encodeCommand } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startSubject } from '../support/start-server.ts';

const installed = spawnSync('redis-cli', ['--version']).status === 0 && spawnSync('redis-benchmark', ['--version']).status === 0;

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe.runIf(installed)('redis-cli', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startSubject({ shards: 3, tls: true });
  });
  beforeEach(async () => {
    await cli(server, ['FLUSHALL']);
  });
  afterAll(async () => {
    await server.stop();
  });

  test('commands and errors as a person types them', async () => {
    expect((await cli(server, ['SET', 'greeting', 'hello world'])).out).toBe('OK\n');
    expect((await cli(server, ['GET', 'greeting'])).out).toBe('hello world\n');
    expect((await cli(server, ['--no-raw', 'MGET', 'greeting', 'missing'])).out).toBe('1) "hello world"\n2) (nil)\n');
    expect((await cli(server, ['-e', 'INCR', 'greeting'])).code).not.toBe(0);
    expect((await cli(server, ['-n', '3', 'DBSIZE'])).out).toBe('0\n');
  });

  test('RESP3 and JSON', async () => {
    await cli(server, ['MSET', 'a', '1', 'b', '2']);
    expect(JSON.parse((await cli(server, ['-3', '--json', 'CONFIG', 'GET', 'maxmemory'])).out)).toEqual({ maxmemory: '0' });
    expect(JSON.parse((await cli(server, ['-3', '--json', 'MGET', 'a', 'missing', 'b'])).out)).toEqual(['1', null, '2']);
  });

  test('a session on standard input', async () => {
    const run = await cli(server, [], 'SET n 1\nINCR n\nGET n\nNOSUCH\nPING "a b"\n');
    expect(run.out).toBe("OK\n2\n2\nERR unknown command 'NOSUCH', with args beginning with: \n\na b\n");
  });

  test('mass insertion with --pipe', async () => {
    const count = 20_000;
    const commands = Buffer.concat(Array.from({ length: count }, (_, i) => encodeCommand(['SET', `key:${i}`, `value ${i}`])));
    const run = await cli(server, ['--pipe'], commands);
    expect(run.out).toContain(`errors: 0, replies: ${count}`);
    expect((await cli(server, ['DBSIZE'])).out).toBe(`${count}\n`);
    expect((await cli(server, ['GET', 'key:19999'])).out).toBe('value 19999\n');
  });

  test('--scan lists every key', async () => {
    await cli(server, ['DEBUG', 'POPULATE', '2000', 'scan']);
    await cli(server, ['SET', 'other', 'x']);
    const found = (await cli(server, ['--scan', '--pattern', 'scan:*'])).out.trim().split('\n');
    expect(new Set(found).size).toBe(2000);
  });

  test('--bigkeys and --memkeys walk the keyspace', async () => {
    await cli(server, ['DEBUG', 'POPULATE', '500', 'small']);
    await cli(server, ['SETRANGE', 'giant', '100000', 'x']);
    const sizes = await cli(server, ['--bigkeys']);
    expect(sizes.out).toMatch(/Biggest string found .*giant.* has 100001 bytes/);
    expect(sizes.out).toContain('501 strings');
    expect((await cli(server, ['--memkeys'])).out).toMatch(/Biggest string found .*giant/);
  });

  test('over TLS', async () => {
    const files = certificates();
    const tls = ['--tls', '--cacert', files.caFile, '--cert', files.clientCertFile, '--key', files.clientKeyFile];
    const run = await execute('redis-cli', ['-h', '127.0.0.1', '-p', String(server.address.tlsPort), ...tls, 'PING']);
    expect(run.out).toBe('PONG\n');
  });
});

describe.runIf(installed)('redis-cli --cluster', () => {
  test('check accepts a node with all slots', async () => {
    const server = await startSubject({ shards: 2, config: { 'cluster-enabled': 'yes', 'cluster-node-timeout': '500' } });
    await cli(server, ['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
    const run = await execute('redis-cli', ['--cluster', 'check', `127.0.0.1:${server.address.port}`]);
    expect(run.out).toContain('[OK] All 16384 slots covered');
    expect(run.code).toBe(0);
    await server.stop();
  });
});

describe.runIf(installed)('redis-benchmark', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startSubject({ shards: 2, tls: true });
  });
  afterAll(async () => {
    await server.stop();
  });

  test.each([
    ['one request at a time', ['-c', '20', '-n', '4000']],
    ['pipelines of 16 over random keys', ['-c', '20', '-n', '20000', '-P', '16', '-r', '1000']],
    ['large values', ['-c', '10', '-n', '2000', '-d', '20000']],
    ['several threads', ['-c', '20', '-n', '4000', '--threads', '2']],
    ['RESP3', ['-c', '10', '-n', '2000', '-3']],
  ])('runs its default tests to the end: %s', async (_, options) => {
    const run = await benchmark(server, ['-t', 'ping_inline,ping_mbulk,set,get,incr,mset', ...options]);
    expect(run).toMatchObject({ code: 0, err: '' });
    const tests = run.out.trim().split('\n').slice(1).map((line) => line.split(',')[0]);
    expect(tests).toEqual(['"PING_INLINE"', '"PING_MBULK"', '"SET"', '"GET"', '"INCR"', '"MSET (10 keys)"']);
  });

  test('counts every increment', async () => {
    const client = await connect(server);
    await client.call('DEL', 'counter:__rand_int__');
    expect((await benchmark(server, ['-t', 'incr', '-n', '10000', '-c', '10', '-P', '20'])).code).toBe(0);
    expect(await client.call('GET', 'counter:__rand_int__')).toBe('10000');
    client.close();
  });
});

async function cli(server: Server, args: readonly string[], input: string | Buffer = ''): Promise<Run> {
  return await execute('redis-cli', ['-h', server.address.host, '-p', String(server.address.port), ...args], input);
}

async function benchmark(server: Server, args: readonly string[]): Promise<Run> {
  return await execute('redis-benchmark', ['-h', server.address.host, '-p', String(server.address.port), '--csv', ...args]);
}

async function execute(command: string, args: readonly string[], input: string | Buffer = ''): Promise<Run> {
  const child = spawn(command, args, { stdio: 'pipe' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  child.stdin.end(input);
  return await new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
