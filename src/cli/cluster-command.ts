/** `tessera cluster …`, from the arguments to the exit code: 0 fine, 1 failed or the cluster is not well, 2 asked wrongly. */
import { parseClusterArguments } from './arguments.ts';
import { createCluster } from './create-cluster.ts';
import { showStatus } from './show-status.ts';
import { startCluster } from './start-cluster.ts';
import { stopCluster } from './stop-cluster.ts';
import { processTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { clusterUsage, CommandError, UsageError } from './usage.ts';

/** `argv`: what stands behind `tessera cluster`. */
export async function runClusterCommand(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  try {
    process.exitCode = (await run(argv, terminal)) ? 0 : 1;
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    terminal.complain(messageOf(error));
  }
}

/** Whether all is well. */
async function run(argv: readonly string[], terminal: Terminal): Promise<boolean> {
  const request = parseClusterArguments(argv, process.env);
  if (request.action === 'status') return await showStatus(request, terminal);
  if (request.action === 'create') await createCluster(request, terminal);
  else if (request.action === 'start') await startCluster(request.dir, terminal);
  else if (request.action === 'stop') await stopCluster(request.dir, terminal);
  else terminal.say(clusterUsage.trimEnd());
  return true;
}

function messageOf(error: unknown): string {
  if (error instanceof UsageError) return `tessera cluster: ${error.message}\n"tessera cluster --help" tells how.`;
  const isKnown = error instanceof CommandError || (error as NodeJS.ErrnoException).code !== undefined;
  return `tessera cluster: ${isKnown ? (error as Error).message : String((error as Error).stack)}`;
}
