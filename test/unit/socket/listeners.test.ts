import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { maxClients } from '../../../src/protocol/errors.ts';
import { ListenError } from '../../../src/socket/listen-error.ts';
import { claimPort } from '../../support/free-port.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { listenValues, makeListening } from './listening.ts';

/** An address of a documentation network, which no host has. */
const foreignAddress = '192.0.2.1';

describe('TCP', () => {
  test('connections are reported, read and answered', async () => {
    const { listeners, sockets } = makeListening();
    const port = await claimPort();
    await listeners.open(listenValues({ port }));
    expect(await echoed({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
    expect(sockets).toMatchObject([{ kind: 'tcp' }]);
  });

  test('every address of bind is listened on, IPv4 and IPv6 wildcards side by side', async () => {
    const { listeners } = makeListening();
    const port = await claimPort();
    await listeners.open(listenValues({ port, bind: ['*', '::*'] }));
    expect(await echoed({ host: '127.0.0.1', port }, 'four')).toBe('four');
    expect(await echoed({ host: '::1', port }, 'six')).toBe('six');
  });

  test('the IPv6 wildcard alone takes no IPv4 connection', async () => {
    const { listeners } = makeListening();
    const port = await claimPort();
    await listeners.open(listenValues({ port, bind: ['::*'] }));
    await expect(echoed({ host: '127.0.0.1', port }, 'four')).rejects.toThrow('ECONNREFUSED');
  });

  test('an address with a minus that the host does not have is skipped with a warning', async () => {
    const { listeners, logLines } = makeListening();
    const port = await claimPort();
    await listeners.open(listenValues({ port, bind: ['127.0.0.1', `-${foreignAddress}`] }));
    expect(await echoed({ host: '127.0.0.1', port }, 'x')).toBe('x');
    const reason = 'bind: Cannot assign requested address';
    expect(logLines).toEqual([`warning: Warning: Could not create server TCP listening socket ${foreignAddress}:${port}: ${reason}`]);
  });

  test('an address without a minus that the host does not have refuses the start and leaves nothing open', async () => {
    const { listeners } = makeListening();
    const port = await claimPort();
    const lines = await refusalLines(listeners.open(listenValues({ port, bind: ['127.0.0.1', foreignAddress] })));
    expect(lines).toEqual([
      `Warning: Could not create server TCP listening socket ${foreignAddress}:${port}: bind: Cannot assign requested address`,
      `Failed listening on port ${port} (tcp), aborting.`,
    ]);
    await expect(echoed({ host: '127.0.0.1', port }, 'x')).rejects.toThrow('ECONNREFUSED');
  });

  test('a port in use is named in the words of Redis', async () => {
    const port = await occupiedPort();
    const { listeners } = makeListening();
    expect(await refusalLines(listeners.open(listenValues({ port, bind: ['*'] })))).toEqual([
      `Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use`,
      `Failed listening on port ${port} (tcp), aborting.`,
    ]);
  });

  test('listening nowhere refuses the start', async () => {
    const { listeners } = makeListening();
    expect(await refusalLines(listeners.open(listenValues()))).toEqual(['Configured to not listen anywhere, exiting.']);
    const values = listenValues({ port: await claimPort(), bind: [] });
    expect(await refusalLines(listeners.open(values))).toEqual(['Configured to not listen anywhere, exiting.']);
  });

  test('a reader that returns false stops the reading until resume, and no byte is lost', async () => {
    const readBuffer = Buffer.alloc(64 * 1024);
    const received: Buffer[] = [];
    const served: Socket[] = [];
    let isWilling = false;
    const { listeners } = makeListening({
      readBuffer,
      onSocket: (socket) => {
        served.push(socket);
        onTestFinished(() => void socket.destroy());
        if (served.length > 1) return (byteCount) => socket.write(Buffer.from(readBuffer.subarray(0, byteCount)));
        return (byteCount) => {
          received.push(Buffer.from(readBuffer.subarray(0, byteCount)));
          return isWilling;
        };
      },
    });
    const port = await claimPort();
    await listeners.open(listenValues({ port }));
    const client = connectTo({ host: '127.0.0.1', port });
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    client.end(sent);
    await until('the first bytes arrive', () => received.length > 0);
    const other = connectTo({ host: '127.0.0.1', port });
    for (let turn = 0; turn < 50; turn++) expect(await answer(other, 'turn')).toBe('turn');
    expect(received).toHaveLength(1);
    isWilling = true;
    const ended = once(served[0]!, 'end');
    served[0]!.resume();
    await ended;
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  test('a client over the limit is told so and closed, and the next one is served when there is room', async () => {
    let hasRoom = false;
    const { listeners, sockets } = makeListening({ admit: () => hasRoom });
    const port = await claimPort();
    await listeners.open(listenValues({ port }));
    expect(await readToEnd(connectTo({ host: '127.0.0.1', port }))).toBe(`-${maxClients}\r\n`);
    expect(sockets).toHaveLength(0);
    expect(listeners.rejectedCount).toBe(1);
    hasRoom = true;
    expect(await echoed({ host: '127.0.0.1', port }, 'x')).toBe('x');
  });

  test('protected mode lets this host in', async () => {
    const { listeners } = makeListening({ isProtected: () => true });
    const port = await claimPort();
    await listeners.open(listenValues({ port, bind: ['127.0.0.1', '::1'] }));
    expect(await echoed({ host: '127.0.0.1', port }, 'x')).toBe('x');
    expect(await echoed({ host: '::1', port }, 'x')).toBe('x');
    expect(listeners.rejectedCount).toBe(0);
  });

  test('after close the port is free and connections live on', async () => {
    const { listeners } = makeListening();
    const port = await claimPort();
    await listeners.open(listenValues({ port }));
    const client = connectTo({ host: '127.0.0.1', port });
    expect(await answer(client, 'before')).toBe('before');
    await listeners.close();
    await expect(echoed({ host: '127.0.0.1', port }, 'x')).rejects.toThrow('ECONNREFUSED');
    expect(await answer(client, 'after')).toBe('after');
  });
});

describe('reconfigure', () => {
  test('another port replaces the former one; connections stay', async () => {
    const { listeners } = makeListening();
    const [former, next] = [await claimPort(), await claimPort()];
    await listeners.open(listenValues({ port: former }));
    const client = connectTo({ host: '127.0.0.1', port: former });
    expect(await answer(client, 'x')).toBe('x');
    await listeners.reconfigure(listenValues({ port: next }));
    expect(await echoed({ host: '127.0.0.1', port: next }, 'y')).toBe('y');
    await expect(echoed({ host: '127.0.0.1', port: former }, 'x')).rejects.toThrow('ECONNREFUSED');
    expect(await answer(client, 'z')).toBe('z');
  });

  test('a port in use refuses the change and the former port still serves', async () => {
    const { listeners } = makeListening();
    const [former, taken] = [await claimPort(), await occupiedPort()];
    await listeners.open(listenValues({ port: former }));
    const refused = listeners.reconfigure(listenValues({ port: taken }));
    await expect(refused).rejects.toThrow('Unable to listen on this port. Check server logs.');
    expect(await echoed({ host: '127.0.0.1', port: former }, 'x')).toBe('x');
  });

  test('a wildcard gives way to an address on the same port, and back', async () => {
    const { listeners } = makeListening();
    const port = await claimPort();
    await listeners.open(listenValues({ port, bind: ['*'] }));
    await listeners.reconfigure(listenValues({ port, bind: ['127.0.0.1'] }));
    expect(await echoed({ host: '127.0.0.1', port }, 'x')).toBe('x');
    await expect(echoed({ host: '127.0.0.2', port }, 'x')).rejects.toThrow('ECONNREFUSED');
    await listeners.reconfigure(listenValues({ port, bind: ['*'] }));
    expect(await echoed({ host: '127.0.0.2', port }, 'x')).toBe('x');
  });

  test('what was closed to make way is open again when the change fails', async () => {
    const { listeners } = makeListening();
    const port = await claimPort();
    await listeners.open(listenValues({ port, bind: ['*'] }));
    await expect(listeners.reconfigure(listenValues({ port, bind: ['127.0.0.1', foreignAddress] }))).rejects.toThrow(ListenError);
    expect(await echoed({ host: '127.0.0.2', port }, 'x')).toBe('x');
  });

  test('port 0 closes TCP and leaves the unix socket', async () => {
    const { listeners } = makeListening();
    const port = await claimPort();
    const unixsocket = join(makeTempDir('listen'), 'socket');
    await listeners.open(listenValues({ port, unixsocket }));
    await listeners.reconfigure(listenValues({ unixsocket }));
    await expect(echoed({ host: '127.0.0.1', port }, 'x')).rejects.toThrow('ECONNREFUSED');
    expect(await echoed({ path: unixsocket }, 'x')).toBe('x');
  });

  test('changes asked for at once happen one after the other', async () => {
    const { listeners } = makeListening();
    const ports = [await claimPort(), await claimPort(), await claimPort()];
    await Promise.all(ports.map((port) => listeners.reconfigure(listenValues({ port }))));
    await expect(echoed({ host: '127.0.0.1', port: ports[0]! }, 'x')).rejects.toThrow('ECONNREFUSED');
    await expect(echoed({ host: '127.0.0.1', port: ports[1]! }, 'x')).rejects.toThrow('ECONNREFUSED');
    expect(await echoed({ host: '127.0.0.1', port: ports[2]! }, 'x')).toBe('x');
  });
});

describe('unix socket', () => {
  test('it has the permissions asked for, serves, and is gone after close', async () => {
    const { listeners, sockets } = makeListening({ isProtected: () => true });
    const unixsocket = join(makeTempDir('listen'), 'socket');
    await listeners.open(listenValues({ unixsocket, unixsocketperm: 0o700 }));
    expect(statSync(unixsocket).mode & 0o777).toBe(0o700);
    expect(await echoed({ path: unixsocket }, 'x')).toBe('x');
    expect(sockets).toMatchObject([{ kind: 'unix' }]);
    await listeners.close();
    expect(existsSync(unixsocket)).toBe(false);
  });

  test('a socket file that a killed server left is replaced', async () => {
    const unixsocket = join(makeTempDir('listen'), 'socket');
    leaveStale(unixsocket);
    expect(lstatSync(unixsocket).isSocket()).toBe(true);
    const { listeners } = makeListening();
    await listeners.open(listenValues({ unixsocket }));
    expect(await echoed({ path: unixsocket }, 'x')).toBe('x');
  });

  test('another file in its place stays and refuses the start', async () => {
    const unixsocket = join(makeTempDir('listen'), 'socket');
    writeFileSync(unixsocket, 'precious');
    chmodSync(unixsocket, 0o600);
    const { listeners } = makeListening();
    const lines = await refusalLines(listeners.open(listenValues({ unixsocket })));
    expect(lines).toEqual(['Failed opening Unix socket: bind: Address already in use']);
    expect(statSync(unixsocket).size).toBe('precious'.length);
  });

  test('a missing directory and a path too long are named', async () => {
    const { listeners } = makeListening();
    const missing = join(makeTempDir('listen'), 'none', 'socket');
    expect(await refusalLines(listeners.open(listenValues({ unixsocket: missing })))).toEqual([
      'Failed opening Unix socket: bind: No such file or directory',
    ]);
    const long = join(makeTempDir('listen'), 'x'.repeat(108));
    expect(await refusalLines(listeners.open(listenValues({ unixsocket: long })))).toEqual([
      'Failed opening Unix socket: bind: File name too long',
    ]);
  });
});

function connectTo(where: NetConnectOpts): Socket {
  const socket = connect(where);
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function echoed(where: NetConnectOpts, text: string): Promise<string> {
  const socket = connectTo(where);
  await once(socket, 'connect');
  return await answer(socket, text);
}

async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks).toString();
}

async function refusalLines(opening: Promise<void>): Promise<readonly string[]> {
  const error: unknown = await opening.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ListenError);
  return (error as ListenError).lines;
}

async function occupiedPort(): Promise<number> {
  const port = await claimPort();
  const server = createServer().listen(port, '0.0.0.0');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return port;
}

/** Leaves a socket file without a listener, as a killed server does. */
function leaveStale(path: string): void {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
}
