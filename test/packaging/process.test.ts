/** The server as a process: its pid, title, pid file, background start and signals, as supervisors see them. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimPort } from '../support/free-port.ts';
import { RespClient } from '../support/resp-client.ts';
import { startTessera } from '../support/start-server.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const launcher = new URL('../../src/launch.sh', import.meta.url).pathname;

function messages(log: string): string[] {
  return log.split('\n').filter((line) => line.startsWith('{')).map((line) => (JSON.parse(line) as { msg: string }).msg);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the process', () => {
  it('is the one that was started, says so, and is ready once', async () => {
    const server = await startTessera({ config: { 'always-show-logo': 'yes' } });
    expect(server.log).toMatch(new RegExp(` PID: ${server.pid}\\b[^]*Server initialized`));
    expect(messages(server.log).filter((message) => message === 'Ready to accept connections')).toHaveLength(1);
    await server.stop();
    expect(messages(server.log).slice(-1)).toEqual(['Tessera is now ready to exit, bye bye...']);
  });

  it('shows in its title where it listens', async () => {
    const server = await startTessera({ config: { 'proc-title-template': '{title} {listen-addr} {server-mode}', 'cluster-enabled': 'yes' } });
    const title = readFileSync(`/proc/${server.pid}/cmdline`, 'utf8').split('\0')[0];
    expect(title).toBe(`tessera 127.0.0.1:${server.address.port} [cluster]`);
    await server.stop();
  });

  it('warns once of each directive without effect', async () => {
    const server = await startTessera({ config: { 'io-threads': '4' } });
    expect(messages(server.log).filter((message) => message.includes('io-threads'))).toEqual([
      expect.stringMatching(/^'io-threads' is accepted without effect: the number of threads follows from shards \(command line, line \d+\)$/),
    ]);
    await server.stop();
  });

  it('reads its configuration from standard input', async () => {
    const port = await claimPort();
    const child = spawn(launcher, ['-'], { cwd: makeTempDir('stdin'), stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let log = '';
    child.stdout.on('data', (text) => (log += String(text)));
    child.stdin.end(`port ${port}\nbind 127.0.0.1\nmaxclients 77\n`);
    await until('the server is ready', () => log.includes('Ready to accept connections'));
    const client = await RespClient.connect({ host: '127.0.0.1', port });
    expect(await client.call('CONFIG', 'GET', 'maxclients')).toEqual(['maxclients', '77']);
    client.close();
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends with code 1 and the reason when its port is taken', async () => {
    const server = await startTessera();
    const { port } = server.address;
    const { status, stdout } = spawnSync(launcher, ['--port', String(port), '--bind', '127.0.0.1'], { encoding: 'utf8', cwd: makeTempDir('taken') });
    expect(status).toBe(1);
    expect(stdout).toContain(`Failed listening on port ${port} (`);
    await server.stop();
  });

  it('goes to the background, with a pid file as long as it runs', async () => {
    const directory = makeTempDir('background');
    const port = await claimPort();
    const [logPath, pidPath] = [join(directory, 'log'), join(directory, 'pid')];
    const { status, stdout, stderr } = spawnSync(launcher, [
      '--daemonize', 'yes', '--dir', directory, '--logfile', 'log', '--pidfile', 'pid', '--port', String(port), '--bind', '127.0.0.1',
    ], { encoding: 'utf8', cwd: directory });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    await until('the log says ready', () => existsSync(logPath) && readFileSync(logPath, 'utf8').includes('Ready to accept connections'));
    const pid = Number(readFileSync(pidPath, 'utf8'));
    expect(pid).toBeGreaterThan(1);
    expect(readFileSync(logPath, 'utf8')).toContain(` PID: ${pid}"`);
    process.kill(pid, 'SIGTERM');
    await until('the server has gone', () => !isRunning(pid));
    expect(existsSync(pidPath)).toBe(false);
  });
});
