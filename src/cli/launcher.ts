/**
 * Starts nodes in the background, each in a session of its own with its log in a file, and takes them back when
 * something goes wrong before they are let go.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from './connect.ts';
import { notedPid } from './local-nodes.ts';
import type { LocalNode } from './local-nodes.ts';
import { nodeFailure } from './node-failure.ts';
import { reasonOf } from './reason.ts';
import { parseInfo } from './replies.ts';

const readyMsMax = 120_000;
const askAgainMs = 50;
/** How long a node that is taken back may take to end in order. */
const stopMsMax = 10_000;

interface Started {
  readonly node: LocalNode;
  readonly child: ChildProcess;
  readonly exit: Promise<string>;
}

export class Launcher {
  readonly #started: Started[] = [];

  /** Resolves with the pid once the node answers. Throws CommandError with the end of its log. */
  async start(node: LocalNode, signal: AbortSignal): Promise<number> {
    const log = openSync(node.logPath, 'a');
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, node.confPath], {
      cwd: node.directory, detached: true, stdio: ['ignore', log, log],
    });
    closeSync(log);
    const exit = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not start: ${reasonOf(error)}`));
      child.once('exit', (code, by) => resolve(code === null ? `was ended by ${by}` : `ended with code ${code}`));
    });
    this.#started.push({ node, child, exit });
    const end = await Promise.race([exit, untilAnswers(node, child, signal)]);
    if (end !== undefined) throw nodeFailure(node, end);
    return child.pid!;
  }

  /** Ends what was started, in order where it goes quickly. */
  async takeBack(): Promise<void> {
    await Promise.all(this.#started.map(async ({ child, exit }) => {
      child.kill('SIGTERM');
      const guard = new AbortController();
      const late = delay(stopMsMax, undefined, { signal: guard.signal }).then(() => child.kill('SIGKILL'), () => undefined);
      await Promise.race([exit, late]);
      guard.abort();
      await exit;
    }));
  }

  /** From here on the nodes live by themselves. */
  letGo(): void {
    for (const { child } of this.#started.splice(0)) child.unref();
  }
}

/** Why it does not, or nothing once it does. */
async function untilAnswers(node: LocalNode, child: ChildProcess, signal: AbortSignal): Promise<string | undefined> {
  let reason: string | undefined;
  for (let waitedMs = 0; waitedMs < readyMsMax; waitedMs += askAgainMs) {
    signal.throwIfAborted();
    const isOver = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    if (isOver) return undefined;
    try {
      const info = parseInfo(await withClient(node, node.access, (client) => client.text('INFO')));
      reason = whyNotReady(node, child.pid, info);
      if (reason === undefined) return undefined;
    } catch (error) {
      reason = reasonOf(error);
    }
    await delay(askAgainMs, undefined, { signal });
  }
  return `does not answer after ${readyMsMax / 1000} s: ${reason}`;
}

function whyNotReady(node: LocalNode, pid: number, info: ReadonlyMap<string, string>): string | undefined {
  if (info.get('process_id') !== String(pid)) return 'another server answers on its port';
  if (info.get('loading') === '1') return 'it still loads its data';
  return notedPid(node) === pid ? undefined : 'it has not noted its process';
}
