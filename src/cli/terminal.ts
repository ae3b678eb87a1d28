/** Where the commands write: lines for people, in colours where Node finds that the stream shows them (NO_COLOR counts). */
import { styleText } from 'node:util';
import type { Paint } from './table.ts';

export interface Terminal {
  readonly width: number;
  readonly paint: Paint;
  /** A line of the answer. */
  readonly say: (line: string) => void;
  /** A line about what went wrong. */
  readonly complain: (line: string) => void;
}

const widthWithoutTerminal = 100;
const widthMin = 60;

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // A reader that has seen enough, such as head, is no failure.
  stdout.on('error', () => {});
  return {
    width: Math.max(widthMin, stdout.isTTY ? stdout.columns : widthWithoutTerminal),
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    say: (line) => void stdout.write(`${line}\n`),
    complain: (line) => void stderr.write(`${line}\n`),
  };
}
