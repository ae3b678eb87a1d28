/**
 * Conversations with a command bench, written as one reads them:
 *
 *   SET k v EX 10   -> +OK       => SET k v PXAT 1700000010000
 *   GET k           -> $1 v
 *   DEL k           -> :1        => DEL k
 *   TYPE missing    -> +none     => nothing
 *
 * Behind `->` stands the reply with its line ends as spaces and other unprintable bytes escaped;
 * behind `=>`, where the line has it, all effects of the command, separated by ` ; `.
 */
import { escapeBytes } from '../../support/quoting.ts';
import type { CommandBench } from './command-bench.ts';

const nothing = 'nothing';

/** Runs the commands; what came otherwise than written, or nothing. */
export function play(bench: CommandBench, script: string): string[] {
  const lines = script.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  bench.takeEffects();
  return lines.flatMap((line) => differences(bench, line));
}

function differences(bench: CommandBench, line: string): string[] {
  const { command, reply, effects } = parse(line);
  const actual = compact(bench.runBytes(command));
  const done = bench.effects().join(' ; ') || nothing;
  return [
    ...(actual === reply ? [] : [`${command} -> ${actual}, not ${reply}`]),
    ...(effects === undefined || effects === done ? [] : [`${command} => ${done}, not ${effects}`]),
  ];
}

function parse(line: string): { command: string; reply: string; effects: string | undefined } {
  const [command, rest] = line.split(/\s+->(?:\s+|$)/, 2);
  const [reply, effects] = (rest ?? '').split(/\s+=>\s+/, 2);
  return { command: command!, reply: reply!, effects };
}

function compact(reply: Buffer): string {
  return escapeBytes(Buffer.from(reply.toString('latin1').replaceAll('\r\n', ' '), 'latin1')).trim();
}
