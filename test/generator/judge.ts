/** Reads differences.ts: how replies are compared, which commands are not sent, and which entries have come to pass. */
import { agrees } from '../conformance/compare.ts';
import type { Rule } from '../conformance/script.ts';
import { avoided, dumps, replies, type Difference } from './differences.ts';
import type { Command } from './grammar.ts';

const exactly: Rule = { kind: 'bytes' };
/** Entries that have made a difference, or kept a command from being sent. */
const met = new Set<object>();

/** Whether two servers' replies to a command agree; without clocks, times may be any. */
export function agree(command: Command, wanted: Buffer, given: Buffer, hasClock = true): boolean {
  if (wanted.equals(given)) return true;
  const difference = find(replies, command);
  const rule = difference?.rule ?? exactly;
  const isAgreed = agrees(rule.kind === 'about' && !hasClock ? { kind: 'about', tolerance: Infinity } : rule, wanted, given);
  if (isAgreed) met.add(difference!);
  return isAgreed;
}

/** Whether a command is one that is not sent. */
export function isAvoided(command: Command): boolean {
  const entry = find(avoided, command);
  if (entry !== undefined) met.add(entry);
  return entry !== undefined;
}

/** Whether a value that comes back from a dump is as it was, or as it comes back from the other server's own dump. */
export function agreeRestored(original: string, restored: string, restoredFromOwn: string): boolean {
  if (restored === original) return true;
  if (restored === restoredFromOwn) met.add(dumps);
  return restored === restoredFromOwn;
}

/** The entries that have not come to pass in this process. */
export function unmet<Entry extends object>(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry) => !met.has(entry));
}

function find<Entry extends Difference>(entries: readonly Entry[], command: Command): Entry | undefined {
  const upper = command.map((word) => word.toUpperCase());
  return entries.find(({ commands, when }) => commands.includes(upper[0]!) && (when === undefined || when(command, upper)));
}
