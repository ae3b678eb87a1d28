/**
 * TCP ports for servers under test, never given twice on one host, whichever process asks.
 *
 * Ports come in pairs below the range the kernel uses for outgoing connections: the even one is for
 * the server, and a listener held on the odd one until this process ends is the claim.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

const FIRST_PORT = 12_000;
const PAIR_COUNT = 10_000;
const ATTEMPTS_MAX = 200;

/** A free port on 127.0.0.1 that no other caller gets while this process lives. */
export async function claimPort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = FIRST_PORT + 2 * Math.floor(Math.random() * PAIR_COUNT);
    const claim = await listen(port + 1);
    if (claim === undefined) continue;
    const probe = await listen(port);
    if (probe === undefined) {
      claim.close();
      continue;
    }
    probe.close();
    await once(probe, 'close');
    claim.unref();
    return port;
  }
  throw new Error('no free pair of ports');
}

const FIRST_ROW_PORT = 2000;
const ROW_LENGTH = 8;
const ROW_COUNT = 1000;
const BUS_OFFSET = 10_000;

/**
 * The first of `count` free ports in a row, whose bus ports are free too. Rows lie below the pairs; the last port of a
 * row is the claim.
 */
export async function claimPortRow(count: number): Promise<number> {
  if (count >= ROW_LENGTH) throw new Error(`a row has ${ROW_LENGTH - 1} ports at most`);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const first = FIRST_ROW_PORT + ROW_LENGTH * Math.floor(Math.random() * ROW_COUNT);
    const claim = await listen(first + ROW_LENGTH - 1);
    if (claim === undefined) continue;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (await areFree(ports.flatMap((port) => [port, port + BUS_OFFSET]))) {
      claim.unref();
      return first;
    }
    claim.close();
  }
  throw new Error(`no ${count} free ports in a row`);
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const probe = await listen(port);
    if (probe === undefined) return false;
    probe.close();
    await once(probe, 'close');
  }
  return true;
}

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
