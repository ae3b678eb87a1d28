/** A node of this machine that does not do as it should, told with the end of its log. */
import { addressText } from './cluster-view.ts';
import type { LocalNode } from './local-nodes.ts';
import { lastLines } from './log-tail.ts';
import { CommandError } from './usage.ts';

/** `what` goes on after the node's name. */
export function nodeFailure(node: LocalNode, what: string): CommandError {
  const lines = lastLines(node.logPath);
  const log = lines.length === 0 ? 'Its log is empty.' : `The end of its log:\n\n${lines.map((line) => `    ${line}`).join('\n')}`;
  return new CommandError(`node ${addressText(node.host, node.port)} ${what}. ${log}`);
}
