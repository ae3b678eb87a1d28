/**
 * Starts Tessera or redis-server on a free port of 127.0.0.1 with one set of options for both, so that
 * a suite can run against either. TEST_SUBJECT=redis-server puts redis-server in Tessera's place,
 * which shows that a suite agrees with the reference before it judges anybody.
 */
import { join } from 'node:path';
import { certificates } from './certificates.ts';
import { claimPort } from './free-port.ts';
import { RespClient } from './resp-client.ts';
import type { Target } from './resp-client.ts';
import { Server } from './server.ts';
import type { ServerAddress } from './server.ts';
import { makeTempDir } from './temp-dir.ts';

export interface StartOptions {
  /** Directives beyond the suite's defaults; several values for one directive in an array. */
  readonly config?: Readonly<Record<string, string | readonly string[]>>;
  /** Shard count of Tessera; redis-server has none. */
  readonly shards?: number;
  readonly tls?: boolean;
  readonly unixSocket?: boolean;
  /** Data directory; a new temporary one when absent. */
  readonly dir?: string;
  /** Port to use again after a crash. */
  readonly port?: number;
  readonly readyTimeoutMs?: number;
  /** False to get the process at once, while it is still starting. */
  readonly awaitReady?: boolean;
  readonly openFilesMax?: number;
}

export type Transport = 'tcp' | 'tls' | 'unix';

const ROOT = new URL('../..', import.meta.url).pathname;

/** redis-server of this host, ready. */
export async function startRedis(options: StartOptions = {}): Promise<Server> {
  const { args, address, dir } = await prepare(options, { save: '', 'enable-debug-command': 'yes' });
  return await launch('redis-server', args, address, dir, options);
}

/** Tessera from this source tree, ready. */
export async function startTessera(options: StartOptions = {}): Promise<Server> {
  const shards = options.shards === undefined ? {} : { shards: String(options.shards) };
  const { args, address, dir } = await prepare(options, { 'enable-debug-command': 'yes', ...shards });
  return await launch('sh', [join(ROOT, 'src/launch.sh'), ...args], address, dir, options);
}

/** The server a suite is about: Tessera unless TEST_SUBJECT says otherwise. */
export async function startSubject(options: StartOptions = {}): Promise<Server> {
  return await (subjectIsRedis() ? startRedis(options) : startTessera(options));
}

/** True when redis-server stands in Tessera's place (see above). */
export function subjectIsRedis(): boolean {
  return process.env['TEST_SUBJECT'] === 'redis-server';
}

/** A raw client connected to `server`. */
export async function connect(server: Server, transport: Transport = 'tcp', replyTimeoutMs = 10_000): Promise<RespClient> {
  return await RespClient.connect(targetOf(server.address, transport), { replyTimeoutMs });
}

function targetOf(address: ServerAddress, transport: Transport): Target {
  if (transport === 'unix' && address.unixSocket !== undefined) return { path: address.unixSocket };
  if (transport === 'tls' && address.tlsPort !== undefined) {
    return { host: address.host, tlsPort: address.tlsPort, tls: certificates() };
  }
  if (transport !== 'tcp') throw new Error(`the server was started without ${transport}`);
  return { host: address.host, port: address.port };
}

async function prepare(
  options: StartOptions,
  defaults: Record<string, string>,
): Promise<{ args: string[]; address: ServerAddress; dir: string }> {
  const dir = options.dir ?? makeTempDir('server');
  const port = options.port ?? (await claimPort());
  const tlsPort = options.tls === true ? await claimPort() : undefined;
  const unixSocket = options.unixSocket === true ? join(dir, 'socket') : undefined;
  const address = {
    host: '127.0.0.1',
    port,
    ...(tlsPort === undefined ? {} : { tlsPort }),
    ...(unixSocket === undefined ? {} : { unixSocket }),
  };
  const config: Record<string, string | readonly string[]> = {
    bind: '127.0.0.1',
    port: String(port),
    dir,
    ...defaults,
    ...(tlsPort === undefined ? {} : tlsDirectives(tlsPort)),
    ...(unixSocket === undefined ? {} : { unixsocket: unixSocket }),
    ...options.config,
  };
  if (config['cluster-enabled'] === 'yes') config['cluster-port'] ??= String(await claimPort());
  return { args: Object.entries(config).flatMap(directive), address, dir };
}

async function launch(command: string, args: string[], address: ServerAddress, dir: string, options: StartOptions): Promise<Server> {
  const { readyTimeoutMs, openFilesMax } = options;
  const server = new Server({
    command,
    args,
    address,
    dir,
    ...(readyTimeoutMs === undefined ? {} : { readyTimeoutMs }),
    ...(openFilesMax === undefined ? {} : { openFilesMax }),
  });
  return options.awaitReady === false ? server : await server.ready();
}

function tlsDirectives(tlsPort: number): Record<string, string> {
  const made = certificates();
  return {
    'tls-port': String(tlsPort),
    'tls-cert-file': made.certFile,
    'tls-key-file': made.keyFile,
    'tls-ca-cert-file': made.caFile,
  };
}

function directive([name, value]: [string, string | readonly string[]]): string[] {
  return typeof value === 'string' ? [`--${name}`, value] : [`--${name}`, ...value];
}
