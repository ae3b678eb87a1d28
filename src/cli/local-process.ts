/** Which process a node of a directory is. Only one that has proved to be that node is ever sent a signal. */
import { existsSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from './connect.ts';
import { notedPid } from './local-nodes.ts';
import type { LocalNode } from './local-nodes.ts';
import { reasonOf } from './reason.ts';
import { parseInfo } from './replies.ts';

export type LocalState =
  | { readonly is: 'running'; readonly pid: number }
  /** Its process is there, but its port does not answer as it should. */
  | { readonly is: 'silent'; readonly pid: number; readonly reason: string }
  | { readonly is: 'stopped' }
  /** Somebody else has its port. */
  | { readonly is: 'foreign'; readonly reason: string };

const askAgainMs = 50;

export async function stateOfNode(node: LocalNode): Promise<LocalState> {
  const answer = await askPort(node);
  if ('pid' in answer) return { is: 'running', pid: answer.pid };
  const pid = notedPid(node);
  if (pid !== undefined && isAlive(pid) && runsIn(pid, node.directory)) return { is: 'silent', pid, reason: answer.reason };
  return answer.isTaken ? { is: 'foreign', reason: answer.reason } : { is: 'stopped' };
}

/** False for one that has ended and waits for its parent to notice. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const path = `/proc/${pid}/stat`;
  try {
    return !existsSync(path) || !/\) Z/.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether it ended within the time. */
export async function untilGone(pid: number, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; isAlive(pid); waitedMs += askAgainMs) {
    if (waitedMs >= timeoutMs) return false;
    await delay(askAgainMs);
  }
  return true;
}

/** The process behind the port, if it was started with this node's configuration. */
async function askPort(node: LocalNode): Promise<{ readonly pid: number } | { readonly isTaken: boolean; readonly reason: string }> {
  try {
    const info = parseInfo(await withClient(node, node.access, (client) => client.text('INFO', 'server')));
    const [file, pid] = [info.get('config_file') ?? '', Number(info.get('process_id'))];
    if (file !== '' && existsSync(file) && realpathSync(file) === realpathSync(node.confPath) && pid > 1) return { pid };
    return { isTaken: true, reason: `another server has the port (process ${pid}${file === '' ? '' : `, ${file}`})` };
  } catch (error) {
    const isTaken = (error as { cause?: NodeJS.ErrnoException }).cause?.code !== 'ECONNREFUSED';
    return { isTaken, reason: reasonOf(error) };
  }
}

/** Where the system tells. */
function runsIn(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(directory);
  } catch {
    return false;
  }
}
