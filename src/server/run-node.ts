/** A node from its first log line to its ordered stop: log, signals, pid file. */
import { resolve } from 'node:path';
import { ServerLogger } from '../base/server-logger.ts';
import { NodesFileInUseError } from '../cluster/nodes-file-lock.ts';
import type { Config } from '../config/config.ts';
import { tesseraVersion } from '../config/version.ts';
import { byeLine, initializedLine, readyLine, startedLine } from '../lifecycle/log-lines.ts';
import { logoText } from '../lifecycle/logo.ts';
import { pidFilePath, removePidFile, writePidFile } from '../lifecycle/pid-file.ts';
import { processTitle } from '../lifecycle/process-title.ts';
import { runShutdown } from '../lifecycle/shutdown.ts';
import { stopOnSignals } from '../lifecycle/signals.ts';
import { PersistenceError } from '../persistence/persistence-error.ts';
import type { ShardThreads } from '../routing/shard-threads.ts';
import { ListenError } from '../socket/listen-error.ts';
import { type OpenedServer, openServer } from './open-server.ts';

/** Starts the node on the shards' threads; the process then lives until it is stopped. */
export async function runNode(config: Config, warnings: readonly string[], threads: ShardThreads): Promise<void> {
  const { values } = config;
  const { logfile, loglevel } = values;
  const logger = new ServerLogger({ level: loglevel, path: logfile === '' ? '' : resolve(logfile) });
  for (const warning of warnings) logger.warning(warning);
  greet(config, logger);
  const die = (error: unknown): void => {
    logger.warning('A defect of Tessera: the server stops', { error });
    logger.drain();
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const opening = open(config, threads, logger, die);
  const pidFile = pidFilePath(values);
  let stopping: Promise<boolean> | undefined;
  const stop = async (isForced: boolean): Promise<boolean> => {
    stopping ??= stopInOrder(isForced).finally(() => { stopping = undefined; });
    return await stopping;
  };
  const stopInOrder = async (isForced: boolean): Promise<boolean> => {
    const { stopSteps } = await opening;
    const outcome = await runShutdown(stopSteps(isForced), logger);
    if (!outcome.isComplete) return false;
    if (pidFile !== undefined) removePidFile(pidFile, process.pid);
    logger.warning(byeLine);
    logger.drain();
    process.exit(outcome.failedSteps.length === 0 ? 0 : 1);
  };
  stopOnSignals((signal) => void stop(values[signal === 'SIGINT' ? 'shutdown-on-sigint' : 'shutdown-on-sigterm'].includes('force')), logger);
  const { server } = await opening;
  server.requestStop = stop;
  if (values['set-proc-title']) process.title = processTitle(values, config.filePath ?? '');
  if (pidFile !== undefined) writePidFile(pidFile, process.pid);
  logger.notice(initializedLine);
  logger.notice(readyLine);
}

function greet({ values }: Config, logger: ServerLogger): void {
  const mode = values['cluster-enabled'] ? 'cluster' : 'standalone';
  const facts = { mode, port: values.port || values['tls-port'], shardCount: values.shards, pid: process.pid };
  if (values['always-show-logo'] || (process.stdout.isTTY && values.logfile === '')) {
    process.stdout.write(logoText({ ...facts, version: tesseraVersion, nodeVersion: process.version }));
  }
  logger.notice(startedLine(facts));
}

async function open(config: Config, threads: ShardThreads, logger: ServerLogger, die: (error: unknown) => void): Promise<OpenedServer> {
  try {
    return await openServer(config, threads, logger, die);
  } catch (error) {
    if (error instanceof ListenError) for (const line of error.lines) logger.warning(line);
    else if (error instanceof PersistenceError || error instanceof NodesFileInUseError) logger.warning(error.message);
    else logger.warning('The server could not start', { error });
    logger.drain();
    process.exit(1);
  }
}
