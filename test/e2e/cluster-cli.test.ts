/** `tessera cluster`, as a person uses it: create, status, stop, start, and all that it refuses. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../../src/cli/local-process.ts';
import { claimPortRow } from '../support/free-port.ts';
import { redisVersion } from '../support/redis-binary.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';
import { newRoot, processesIn, tessera } from './cluster-command.ts';
import type { Outcome } from './cluster-command.ts';

const patienceMs = 90_000;
const nodeCount = 3;

const dir = newRoot();
let port: number;
let created: Outcome;

beforeAll(async () => {
  port = await claimPortRow(nodeCount);
  created = await tessera([
    'create', '--dir', dir, '--base-port', String(port), '--', '--appendonly', 'yes', '--cluster-node-timeout', '1000', '--appendfsync', 'always', '--requirepass', 'open sesame',
  ]);
}, patienceMs);
afterAll(async () => {
  for (const pid of processesIn(dir)) process.kill(pid, 'SIGKILL');
  await until('no process is left', () => processesIn(dir).length === 0);
});

describe('a cluster made by one command', () => {
  test('is told of with its slots, and how to go on', () => {
    expect(created).toMatchObject({ code: 0, errors: '' });
    for (const [index, slots] of ['0-5460', '5461-10922', '10923-16383'].entries()) {
      expect(created.output).toMatch(new RegExp(`127\\.0\\.0\\.1:${port + index} +${slots} +${readPid(port + index)}\\n`));
    }
    expect(created.output).toContain(`tessera cluster stop --dir ${dir}`);
  });

  test.skipIf(redisVersion() === undefined)('is fine for redis-cli', () => {
    const words = ['--no-auth-warning', '-a', 'open sesame', '--cluster', 'check', `127.0.0.1:${port}`];
    const output = execFileSync('redis-cli', words, { encoding: 'utf8' });
    expect(output).toContain('[OK] All nodes agree about slots configuration.');
    expect(output).toContain('[OK] All 16384 slots covered.');
  });

  test('takes keys on every node', async () => {
    await withCluster(async (cluster) => {
      for (let index = 0; index < 50; index++) expect(await cluster.set(`key:${index}`, `value ${index}`)).toBe('OK');
    });
    const { code, output } = await tessera(['status', `127.0.0.1:${port + 1}`, '--pass', 'open sesame', '--json']);
    const { isWell, nodes } = JSON.parse(output) as { isWell: boolean; nodes: { figures: { keys: number; processId: number; shards: unknown[] } }[] };
    expect({ code, isWell }).toEqual({ code: 0, isWell: true });
    expect(nodes.reduce((sum, { figures }) => sum + figures.keys, 0)).toBe(50);
    expect(nodes.map(({ figures }) => figures.processId)).toEqual([0, 1, 2].map((index) => readPid(port + index)));
    expect(nodes.every(({ figures }) => figures.keys > 0 && figures.shards.length > 0)).toBe(true);
  });

  test('wants its password', async () => {
    const { code, errors } = await tessera(['status', `127.0.0.1:${port}`]);
    expect({ code, errors }).toEqual({ code: 1, errors: `tessera cluster: no answer from 127.0.0.1:${port}: it wants a password (--pass, or REDISCLI_AUTH)\n` });
  });

  test('shows a node that was killed, comes back, and has all keys', async () => {
    process.kill(readPid(port + 2), 'SIGKILL');
    await until('the process is gone', () => processesIn(dir).length === nodeCount - 1);
    const sick = await tessera(['status', '--dir', dir]);
    expect(sick.code).toBe(1);
    expect(sick.output).toMatch(new RegExp(`✗ 127\\.0\\.0\\.1:${port + 2} (does not answer|may have failed|has failed): Connection refused`));

    const started = await tessera(['start', '--dir', dir]);
    expect(started).toMatchObject({ code: 0, errors: '' });
    expect(started.output).toContain(`Starting 127.0.0.1:${port + 2}\n`);
    await withCluster(async (cluster) => {
      for (let index = 0; index < 50; index++) expect(await cluster.get(`key:${index}`)).toBe(`value ${index}`);
    });
    expect(await tessera(['status', '--dir', dir])).toMatchObject({ code: 0, errors: '' });
  }, patienceMs);

  test('is not made again where it is, nor on its ports, and nothing is left of the attempt', async () => {
    const other = join(makeTempDir('cluster-cli'), 'a/b');
    const [sameDir, samePorts] = await Promise.all([
      tessera(['create', '--dir', dir, '--base-port', String(port)]),
      tessera(['create', '--dir', other, '--nodes', '1', '--base-port', String(port + 1)]),
    ]);
    expect(sameDir).toMatchObject({ code: 1, output: '' });
    expect(sameDir.errors).toContain(`${dir} holds a cluster already`);
    expect(samePorts).toMatchObject({ code: 1, output: '' });
    expect(samePorts.errors).toContain(`port ${port + 1}: Address already in use`);
    expect(existsSync(join(other, '..'))).toBe(false);
  });

  test('stops, is remembered while it is stopped, and leaves foreign processes alone', async () => {
    const pids = processesIn(dir);
    const stopped = await tessera(['stop', dir]);
    expect(stopped).toMatchObject({ code: 0, errors: '' });
    expect(pids).toHaveLength(nodeCount);
    expect(pids.filter(isAlive)).toEqual([]);

    const status = await tessera(['status', '--dir', dir]);
    expect(status.code).toBe(1);
    expect(status.output).toContain('● Cluster not running · all 16384 slots · 3 primaries');

    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pidFile = join(dir, String(port), 'tessera.pid');
    writeFileSync(pidFile, `${bystander.pid}\n`);
    const stranger = createServer((socket) => socket.end('-ERR not Tessera\r\n')).listen(port + 1, '127.0.0.1');
    const again = await tessera(['stop', '--dir', dir]);
    expect(again).toMatchObject({ code: 1, output: `  127.0.0.1:${port}  did not run\n  127.0.0.1:${port + 2}  did not run\n` });
    expect(again.errors).toContain(`127.0.0.1:${port + 1}  is left alone: `);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    rmSync(pidFile);
    bystander.kill();
    stranger.close();
  });
});

describe.concurrent('a cluster that cannot be made', () => {
  test('ends with the log of the node that failed, and without a trace', async () => {
    const root = newRoot();
    const first = await claimPortRow(1);
    const { code, errors } = await tessera(['create', '--dir', root, '-n', '1', '-p', String(first), '--', '--appendonly', 'yes', '--appenddirname', 'node.conf']);
    expect(code).toBe(1);
    expect(errors).toContain(`node 127.0.0.1:${first} ended with code 1. The end of its log:`);
    expect(existsSync(root)).toBe(false);
  });

  test('leaves no process when it is interrupted', async () => {
    const root = newRoot();
    mkdirSync(root);
    const first = await claimPortRow(2);
    let pids: number[] = [];
    const { code, errors } = await tessera(['create', '--dir', root, '-n', '2', '-p', String(first)], (output, interrupt) => {
      if (!output.includes('Joining them')) return;
      pids = processesIn(root);
      interrupt();
    });
    expect({ code, errors }).toEqual({ code: 1, errors: 'tessera cluster: interrupted: what was started is stopped again\n' });
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(readdirSync(root)).toEqual([]);
  });

  test('is not made in a directory with other things', async () => {
    const root = makeTempDir('cluster-cli');
    mkdirSync(join(root, 'holiday pictures'));
    expect(await tessera(['create', '--dir', root])).toEqual({ code: 1, output: '', errors: `tessera cluster: ${root} is not empty: there is holiday pictures in it\n` });
  });

  test('is told how it is asked for', async () => {
    expect(await tessera(['create'])).toEqual({ code: 2, output: '', errors: 'tessera cluster: create needs a directory: --dir DIR\n"tessera cluster --help" tells how.\n' });
    const help = await tessera(['--help']);
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.output).toMatch(/^Usage: tessera cluster create/);
  });
});

function readPid(nodePort: number): number {
  return Number(readFileSync(join(realpathSync(dir), String(nodePort), 'tessera.pid'), 'utf8'));
}

async function withCluster(use: (cluster: Cluster) => Promise<void>): Promise<void> {
  const cluster = new Cluster([{ host: '127.0.0.1', port }], { redisOptions: { password: 'open sesame' } });
  try {
    await use(cluster);
  } finally {
    cluster.disconnect();
  }
}
