import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { claimPort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';

const openFilesMax = 60;
const clientCount = 80;

test('running out of file descriptors closes who waits, keeps who is served, and never stops accepting', async () => {
  const port = await claimPort();
  await startFixture(port);
  const clients = Array.from({ length: clientCount }, () => connectTo(port));
  await until('some clients are turned away', () => clients.some((client) => client.destroyed));
  const echoes = await Promise.all(clients.map(echo));
  const served = clients.filter((_, index) => echoes[index] === 'x');
  expect(served.length).toBeGreaterThan(10);
  expect(served.length).toBeLessThan(openFilesMax);
  expect(echoes.filter((text) => text === 'closed')).toHaveLength(clientCount - served.length);

  for (let round = 0; round < 20; round++) expect(await echo(connectTo(port))).toBe('closed');
  for (const client of served.splice(0, 10)) client.destroy();
  await until('a new client is served', async () => (await echo(connectTo(port))) === 'x');
  for (const client of served) expect(await echo(client)).toBe('x');
});

async function startFixture(port: number): Promise<void> {
  const fixture = new URL('accept-fixture.ts', import.meta.url).pathname;
  const words = ['-c', `ulimit -n ${openFilesMax} && exec "$@"`, 'sh', process.execPath, fixture, String(port)];
  const child = spawn('/bin/sh', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  await until('the fixture is ready', () => output.includes('ready'));
}

function connectTo(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** What comes back for `x`, or `closed`. */
async function echo(socket: Socket): Promise<string> {
  if (socket.destroyed) return 'closed';
  const replied = once(socket, 'data').then(([chunk]) => String(chunk));
  const closed = once(socket, 'close').then(() => 'closed');
  socket.write('x');
  closed.catch(() => undefined);
  return await Promise.race([replied, closed]).catch(() => 'closed');
}
