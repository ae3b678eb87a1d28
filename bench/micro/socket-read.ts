/**
 * What reading and writing a socket costs: processor time of a server that only answers PING, under redis-benchmark,
 * for ways to read ('data' events; the listeners, which read into one shared buffer) and to write. Processor time is
 * the measure because the load generator shares the machine; ways take turns, and medians are shown.
 *
 *     node bench/micro/socket-read.ts [--requests 100000] [--pipeline 1] [--rounds 3] [--tls]
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { parseArgs, promisify } from 'node:util';
import { makeLogger } from '../../src/base/logger.ts';
import { defaultValues } from '../../src/config/options.ts';
import { Listeners } from '../../src/socket/listeners.ts';
import { certificates } from '../../test/support/certificates.ts';
import type { Certificates } from '../../test/support/certificates.ts';
import { claimPort } from '../../test/support/free-port.ts';
import { processorSeconds } from '../support/processor-time.ts';
import { Report, round } from '../support/report.ts';
import { median } from '../support/statistics.ts';

/** `*1\r\n$4\r\nPING\r\n`, and what answers it. */
const requestBytes = 14;
const pongs = Buffer.from('+PONG\r\n'.repeat(16 * 1024));
const pongBytes = 7;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    pipeline: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    tls: { type: 'boolean', default: false },
    serve: { type: 'string' },
  },
});

type Answer = (socket: Socket, bytes: Buffer) => void;

const writers: Readonly<Record<string, Answer>> = {
  write: (socket, bytes) => void socket.write(bytes),
  cork: (socket, bytes) => {
    socket.cork();
    socket.write(bytes);
    socket.uncork();
  },
  // A layer below the stream's queue: no tick after the write, and no order kept when the kernel takes only a part.
  _write: (socket, bytes) => socket._write(bytes, 'buffer' as BufferEncoding, () => {}),
};
const ways = ['data:write', 'listeners:write', 'listeners:cork', 'listeners:_write'];

if (values.serve === undefined) await compare();
else await serve(JSON.parse(values.serve) as Serving);

interface Serving {
  readonly way: string;
  readonly port: number;
  readonly tls: Certificates | undefined;
}

async function compare(): Promise<void> {
  const costs = new Map(ways.map((way) => [way, [] as number[]]));
  for (let turn = 0; turn < Number(values.rounds); turn++) {
    for (const way of ways) costs.get(way)!.push(await processorUs(way));
  }
  const rows = ways.map((way) => [...way.split(':'), round(median(costs.get(way)!)), ...[...costs.get(way)!].toSorted((a, b) => a - b).map(round)]);
  const rounds = Array.from({ length: Number(values.rounds) }, (_, index) => String(index + 1));
  new Report().table(['read', 'write', 'CPU µs a request', ...rounds], rows);
}

/** Processor microseconds of the server for a request. */
async function processorUs(way: string): Promise<number> {
  const serving: Serving = { way, port: await claimPort(), tls: values.tls ? certificates() : undefined };
  const server = fork(import.meta.filename, ['--serve', JSON.stringify(serving)]);
  try {
    await once(server, 'message');
    await load(serving, 10);
    const beforeSeconds = processorSeconds(server.pid!);
    await load(serving, 1);
    return ((processorSeconds(server.pid!) - beforeSeconds) / Number(values.requests)) * 1e6;
  } finally {
    server.kill();
  }
}

async function load({ port, tls }: Serving, divisor: number): Promise<void> {
  const count = Math.ceil(Number(values.requests) / divisor);
  const secure = tls === undefined ? [] : ['--tls', '--insecure'];
  await promisify(execFile)('redis-benchmark', [...`-p ${port} -t ping_mbulk -c 50 -n ${count} -P ${values.pipeline}`.split(' '), ...secure]);
}

async function serve({ way, port, tls }: Serving): Promise<void> {
  const [read, write] = way.split(':') as [string, string];
  const answer = writers[write]!;
  const reply = (socket: Socket, byteCount: number): void =>
    answer(socket, pongs.subarray(0, Math.floor(byteCount / requestBytes) * pongBytes));
  if (read === 'data') await serveByEvents(port, tls, reply);
  else await serveByListeners(port, tls, reply);
  process.send!('ready');
}

async function serveByEvents(port: number, tls: Certificates | undefined, reply: (socket: Socket, byteCount: number) => void): Promise<void> {
  const take = (socket: Socket): void => {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => reply(socket, chunk.length));
    socket.on('error', () => socket.destroy());
  };
  const files = tls && { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
  const server = files === undefined ? createServer(take) : createTlsServer(files, take);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function serveByListeners(port: number, tls: Certificates | undefined, reply: (socket: Socket, byteCount: number) => void): Promise<void> {
  const listeners = new Listeners({
    readBuffer: Buffer.alloc(64 * 1024),
    onSocket: (socket) => {
      socket.on('error', () => socket.destroy());
      return (byteCount) => {
        reply(socket, byteCount);
        return true;
      };
    },
    logger: makeLogger(() => undefined),
    admit: () => true,
    isProtected: () => false,
  });
  const where = tls === undefined
    ? { port }
    : { port: 0, 'tls-port': port, 'tls-cert-file': tls.certFile, 'tls-key-file': tls.keyFile, 'tls-auth-clients': 'no' as const };
  await listeners.open({ ...defaultValues(), bind: ['127.0.0.1'], ...where });
}
