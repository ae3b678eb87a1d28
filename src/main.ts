/** The program: reads its command line and configuration, opens the node, and stops it in order. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ServerLogger } from './base/server-logger.ts';
import { parseCommandLine } from './config/command-line.ts';
import { Config } from './config/config.ts';
import { ConfigFileError } from './config/config-error.ts';
import { tesseraVersion, usageText, versionText } from './config/version.ts';
import { startDaemon, takeDaemonMark } from './lifecycle/daemonize.ts';
import { byeLine, initializedLine, readyLine, startedLine } from './lifecycle/log-lines.ts';
import { logoText } from './lifecycle/logo.ts';
import { pidFilePath, removePidFile, writePidFile } from './lifecycle/pid-file.ts';
import { processTitle } from './lifecycle/process-title.ts';
import { runShutdown } from './lifecycle/shutdown.ts';
import { stopOnSignals } from './lifecycle/signals.ts';
import { type OpenedServer, openServer } from './server/open-server.ts';
import { ListenError } from './socket/listen-error.ts';
import { PersistenceError } from './persistence/persistence-error.ts';

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  const commandLine = parseCommandLine(argv);
  if (commandLine.action !== 'run') {
    process.stdout.write(commandLine.action === 'version' ? `${versionText()}\n` : usageText);
    return;
  }
  let standardInput: string | undefined;
  const { config, warnings } = loadConfig(() => Config.load({
    commandLine, readStandardInput: () => (standardInput = readFileSync(0, 'utf8')),
  }));
  if (config.values.daemonize && !takeDaemonMark()) {
    await startDaemon(standardInput);
    process.exit(0);
  }
  process.chdir(config.values.dir);
  const { logfile, loglevel } = config.values;
  const logger = new ServerLogger({ level: loglevel, path: logfile === '' ? '' : resolve(logfile) });
  for (const warning of warnings) logger.warning(warning);
  await serve(config, logger);
}

function loadConfig(load: () => ReturnType<typeof Config.load>): ReturnType<typeof Config.load> {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function serve(config: Config, logger: ServerLogger): Promise<void> {
  const { values } = config;
  const mode = values['cluster-enabled'] ? 'cluster' : 'standalone';
  const facts = { mode, port: values.port || values['tls-port'], shardCount: values.shards, pid: process.pid };
  const pidFile = pidFilePath(values);
  if (values['always-show-logo'] || (process.stdout.isTTY && values.logfile === '')) {
    process.stdout.write(logoText({ ...facts, version: tesseraVersion, nodeVersion: process.version }));
  }
  logger.notice(startedLine(facts));
  const die = (error: unknown): void => {
    logger.warning('A defect of Tessera: the server stops', { error });
    logger.drain();
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const opened = await open(config, logger, die);
  if (values['set-proc-title']) process.title = processTitle(values, config.filePath ?? '');
  if (pidFile !== undefined) writePidFile(pidFile, process.pid);
  logger.notice(initializedLine);
  logger.notice(readyLine);
  const stop = async (): Promise<void> => {
    const outcome = await runShutdown(opened.stopSteps, logger);
    if (pidFile !== undefined) removePidFile(pidFile, process.pid);
    if (outcome.isComplete) logger.warning(byeLine);
    logger.drain();
    process.exit(outcome.isComplete && outcome.failedSteps.length === 0 ? 0 : 1);
  };
  opened.server.requestStop = () => void stop();
  stopOnSignals(() => void stop(), logger);
}

async function open(config: Config, logger: ServerLogger, die: (error: unknown) => void): Promise<OpenedServer> {
  try {
    return await openServer(config, logger, die);
  } catch (error) {
    if (error instanceof ListenError) for (const line of error.lines) logger.warning(line);
    else if (error instanceof PersistenceError) logger.warning(error.message);
    else logger.warning('The server could not start', { error });
    logger.drain();
    process.exit(1);
  }
}
