/**
 * How the process begins: its configuration, and the background if it is a daemon. The shards' threads start before the
 * rest of the program is loaded: both take their time, and there is more than one core.
 */
import { readFileSync } from 'node:fs';
import type { CommandLine } from '../config/command-line.ts';
import { Config } from '../config/config.ts';
import { ConfigFileError } from '../config/config-error.ts';
import { startDaemon, takeDaemonMark } from '../lifecycle/daemonize.ts';
import { startShardThreads } from '../routing/shard-threads.ts';

type RunCommandLine = Extract<CommandLine, { action: 'run' }>;

/** Starts the node; the process then lives until it is stopped. */
export async function serve(commandLine: RunCommandLine): Promise<void> {
  let standardInput: string | undefined;
  const { config, warnings } = loadConfig(commandLine, () => (standardInput = readFileSync(0, 'utf8')));
  const { daemonize, dir, shards } = config.values;
  if (daemonize && !takeDaemonMark()) {
    await startDaemon(standardInput);
    process.exit(0);
  }
  process.chdir(dir);
  config.onChange(['dir'], (values) => process.chdir(values.dir));
  const threads = startShardThreads(shards);
  const { runNode } = await import('./run-node.ts');
  await runNode(config, warnings, threads);
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
