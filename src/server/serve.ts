/** The process around a node: configuration, daemon, log, signals, pid file, and the ordered stop. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ServerLogger } from '../base/server-logger.ts';
import type { CommandLine } from '../config/command-line.ts';
import { Config } from '../config/config.ts';
import { ConfigFileError } from '../config/config-error.ts';
import { tesseraVersion } from '../config/version.ts';
import { startDaemon, takeDaemonMark } from '../lifecycle/daemonize.ts';
import { byeLine, initializedLine, readyLine, startedLine } from '../lifecycle/log-lines.ts';
import { logoText } from '../lifecycle/logo.ts';
import { pidFilePath, removePidFile, writePidFile } from '../lifecycle/pid-file.ts';
import { processTitle } from '../lifecycle/process-title.ts';
import { runShutdown } from '../lifecycle/shutdown.ts';
import { stopOnSignals } from '../lifecycle/signals.ts';
import { NodesFileInUseError } from '../cluster/nodes-file-lock.ts';
import { PersistenceError } from '../persistence/persistence-error.ts';
import { ListenError } from '../socket/listen-error.ts';
import { type OpenedServer, openServer } from './open-server.ts';

type RunCommandLine = Extract<CommandLine, { action: 'run' }>;

/** Starts the node; the process then lives until it is stopped. */
export async function serve(commandLine: RunCommandLine): Promise<void> {
  let standardInput: string | undefined;
  const { config, warnings } = loadConfig(commandLine, () => (standardInput = readFileSync(0, 'utf8')));
  const { daemonize, dir, logfile, loglevel } = config.values;
  if (daemonize && !takeDaemonMark()) {
    await startDaemon(standardInput);
    process.exit(0);
  }
  process.chdir(dir);
  config.onChange(['dir'], (values) => process.chdir(values.dir));
  const logger = new ServerLogger({ level: loglevel, path: logfile === '' ? '' : resolve(logfile) });
  for (const warning of warnings) logger.warning(warning);
  await run(config, logger);
}

function loadConfig(commandLine: RunCommandLine, readStandardInput: () => string): ReturnType<typeof Config.load> {
  try {
    return Config.load({ commandLine, readStandardInput });
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function run(config: Config, logger: ServerLogger): Promise<void> {
  const { values } = config;
  greet(config, logger);
  const die = (error: unknown): void => {
    logger.warning('A defect of Tessera: the server stops', { error });
    logger.drain();
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const opening = open(config, logger, die);
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

async function open(config: Config, logger: ServerLogger, die: (error: unknown) => void): Promise<OpenedServer> {
  try {
    return await openServer(config, logger, die);
  } catch (error) {
    if (error instanceof ListenError) for (const line of error.lines) logger.warning(line);
    else if (error instanceof PersistenceError || error instanceof NodesFileInUseError) logger.warning(error.message);
    else logger.warning('The server could not start', { error });
    logger.drain();
    process.exit(1);
  }
}
