/** The harness itself: ports do not collide, a server that fails says why, nothing stays behind. */
import { expect, test } from 'vitest';
import { claimPort } from './free-port.ts';
import { Server } from './server.ts';
import { makeTempDir } from './temp-dir.ts';
import { until, within } from './until.ts';

test('claimed ports are all different', async () => {
  const ports = await Promise.all(Array.from({ length: 100 }, claimPort));
  expect(new Set(ports).size).toBe(100);
});

test('a server that ends early is reported with its log', async () => {
  const server = shell('echo cannot bind; exit 3');
  await expect(server.ready()).rejects.toThrow(/ended with 3[^]*cannot bind/);
});

test('a server that is never ready is reported with its log and killed', async () => {
  const server = shell('echo still loading; exec sleep 60', 300);
  await expect(server.ready()).rejects.toThrow(/ready[^]*still loading/);
  expect(await server.exited).toBe('SIGKILL');
});

test('stop wants exit code 0', async () => {
  const server = shell('trap "exit 7" TERM; echo Ready to accept connections; while :; do sleep 0.02; done');
  await server.ready();
  await expect(server.stop()).rejects.toThrow('ended with 7');
});

test('a wait that is over says what it waited for', async () => {
  await expect(until('the moon is blue', () => false, 20)).rejects.toThrow('not within 20 ms: the moon is blue');
  await expect(within('an answer', new Promise(() => undefined), 20)).rejects.toThrow('not within 20 ms: an answer');
});

function shell(script: string, readyTimeoutMs = 5000): Server {
  return new Server({
    command: 'sh',
    args: ['-c', script],
    address: { host: '127.0.0.1', port: 0 },
    dir: makeTempDir('shell'),
    readyTimeoutMs,
  });
}
