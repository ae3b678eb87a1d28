/** The two servers of a side-by-side run, on free ports of this host with nothing kept on disk. */
import { cpus, loadavg } from 'node:os';
import { redisVersion } from '../../test/support/redis-binary.ts';
import type { RespClient } from '../../test/support/resp-client.ts';
import type { Server } from '../../test/support/server.ts';
import { connect, startRedis, startTessera } from '../../test/support/start-server.ts';
import type { StartOptions } from '../../test/support/start-server.ts';

export interface Contestant {
  readonly name: 'tessera' | 'redis';
  readonly start: (config?: StartOptions['config'], port?: number) => Promise<Server>;
}

const logTailLength = 4000;

/** `shards` undefined leaves Tessera its default. */
export function tessera(shards: number | undefined): Contestant {
  return { name: 'tessera', start: (config, port) => startTessera(startOptions(config, port, shards)) };
}

/** Redis-server of this host, or undefined when it has none. */
export function redis(): Contestant | undefined {
  if (redisVersion() === undefined) return undefined;
  return { name: 'redis', start: (config, port) => startRedis(startOptions(config, port, undefined)) };
}

/** Runs `use` with a server of its own and a client of it; both end with it. */
export async function withServer<T>(
  contestant: Contestant, use: (server: Server, client: RespClient) => Promise<T>, config?: StartOptions['config'],
): Promise<T> {
  const server = await contestant.start(config);
  try {
    const client = await connect(server, 'tcp', 120_000);
    const result = await use(server, client);
    client.close();
    await server.stop();
    return result;
  } catch (error) {
    console.error(`What ${contestant.name} said last:\n${server.log.slice(-logTailLength)}`);
    throw error;
  } finally {
    await server.kill();
  }
}

/** What the figures depend on, one fact a line; asked before the run, the load average is that of others. */
export function machineFacts(): string[] {
  const processors = cpus();
  return [
    `CPU: ${processors[0]?.model ?? 'unknown'}, ${processors.length} cores`,
    `Node: ${process.version}`,
    `redis-server: ${redisVersion() ?? 'not installed'}`,
    `Date: ${new Date().toISOString()}`,
    `Load average before the run: ${loadavg()[0]!.toFixed(2)}`,
  ];
}

function startOptions(config: StartOptions['config'], port: number | undefined, shards: number | undefined): StartOptions {
  return {
    config: { save: '', appendonly: 'no', loglevel: 'notice', ...config },
    ...(port === undefined ? {} : { port }),
    ...(shards === undefined ? {} : { shards }),
  };
}
