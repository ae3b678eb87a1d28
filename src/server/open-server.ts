/**
 * Puts a node together, in order: shared memory, shards, data, cluster, door, listeners. What
 * cannot be opened ends the start with the lines to log; whatever was opened before is closed again.
 */
import { Clock } from '../base/clock.ts';
import type { ServerLogger } from '../base/server-logger.ts';
import { EffectLog } from '../channel/effect-log.ts';
import { LogControl } from '../channel/log-control.ts';
import type { Config } from '../config/config.ts';
import type { ShutdownStep } from '../lifecycle/shutdown.ts';
import { ShardPool } from '../routing/shard-pool.ts';
import type { ShardThreads } from '../routing/shard-threads.ts';
import { ListenError } from '../socket/listen-error.ts';
import { Listeners, type ListenValues } from '../socket/listeners.ts';
import { joinCluster, openCluster } from './cluster.ts';
import { clientsThatFit, readLimits } from './descriptor-limit.ts';
import { Persistence } from './persistence.ts';
import { Server } from './server.ts';
import { followSettings } from './settings.ts';

/** Effects that the log thread has not yet written; a shard waits when it is full. */
const effectLogBytes = 64 * 1024 * 1024;
/** Of the figures that INFO calls instantaneous, and of peaks. */
const samplingPeriodMs = 100;
const readBufferBytes = 64 * 1024;

export interface OpenedServer {
  readonly server: Server;
  /** How to stop it, in order. Unforced, it goes on serving if what was written cannot be saved. */
  readonly stopSteps: (isForced: boolean) => readonly ShutdownStep[];
}

/** `threads`: one for each shard. `onFault` is called for a defect of ours after the start: the process cannot go on. */
export async function openServer(config: Config, threads: ShardThreads, logger: ServerLogger, onFault: (error: unknown) => void): Promise<OpenedServer> {
  const { values } = config;
  const clock = new Clock();
  const logControl = LogControl.create(values.appendfsync);
  const logs = Array.from({ length: values.shards }, () => EffectLog.create(effectLogBytes, logControl));
  const pool = new ShardPool(threads, logs, values.databases);
  pool.start((shard, error) => {
    logger.warning(`Shard ${shard} has failed`, { error });
    onFault(error);
  });
  const readBuffer = Buffer.alloc(readBufferBytes);
  const server = new Server({ config, logger, clock, pool, logControl, readBuffer, onFault });
  followSettings(server, logger);
  const clientsMax = clientsThatFit(values.maxclients, readLimits(), logger);
  const listeners = new Listeners({
    readBuffer,
    logger,
    onSocket: (socket, kind) => server.door.accept(socket, kind, values.unixsocket),
    admit: (handshakingCount) => server.door.sessionCount + handshakingCount < Math.min(config.values.maxclients, clientsMax),
    isProtected: () => config.values['protected-mode'] && config.values.requirepass === '',
  });
  server.listeners = listeners;
  const persistence = new Persistence(server, logger);
  server.persistence = persistence;
  server.door.loading = true;
  await listeners.open({ ...values });
  const cluster = values['cluster-enabled'] ? openCluster(server) : undefined;
  await server.order(() => ({ order: 'hello' }));
  await persistence.open();
  const bus = cluster === undefined ? undefined : await joinCluster(server, cluster.node);
  server.door.loading = false;
  config.onChange([
    'port', 'bind', 'tls-port', 'tls-cert-file', 'tls-key-file', 'tls-key-file-pass', 'tls-ca-cert-file', 'tls-ca-cert-dir',
    'tls-auth-clients', 'tls-protocols', 'tls-ciphers', 'tls-ciphersuites', 'tls-prefer-server-ciphers', 'tls-session-caching',
    'tls-session-cache-timeout', 'tls-dh-params-file', 'tcp-keepalive',
  ], (changed) => reconfigure(listeners, { ...changed }, logger));
  const everySecond = setInterval(() => server.everySecond(), 1000);
  const sampling = setInterval(() => server.observer.sample(clock.now()), samplingPeriodMs);
  return {
    server,
    stopSteps: (isForced) => [
      { name: 'sync the append only files', timeoutMs: 60_000, mustSucceed: !isForced, run: () => persistence.sync() },
      { name: 'close the listeners', timeoutMs: 2000, run: () => listeners.close() },
      { name: 'stop the timers', timeoutMs: 100, run: () => [everySecond, sampling].forEach(clearInterval) },
      ...(bus === undefined ? [] : [{ name: 'leave the cluster', timeoutMs: 1000, run: async () => {
        server.migrations?.stop();
        await bus.stop();
        cluster?.lock.release();
      } }]),
      { name: 'end what other servers are waited for', timeoutMs: 100, run: () => server.keyMigrations.stop() },
      { name: 'answer what was asked', timeoutMs: 10_000, run: () => server.door.drain() },
      { name: 'stop the shards', timeoutMs: 10_000, run: () => pool.stop() },
      { name: 'close the append only files', timeoutMs: 60_000, run: () => persistence.stop() },
      { name: 'close the connections', timeoutMs: 2000, run: () => server.door.close() },
    ],
  };
}

async function reconfigure(listeners: Listeners, values: ListenValues, logger: ServerLogger): Promise<void> {
  try {
    await listeners.reconfigure(values);
  } catch (error) {
    if (error instanceof ListenError) for (const line of error.lines) logger.warning(line);
    throw error;
  }
}
