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
