/** The end of a node's log, since its last start, as a person reads it: JSON lines become time and message, others stay. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const lineCountMax = 15;
const byteCountMax = 64 * 1024;

export function lastLines(path: string): string[] {
  const lines = lastBytes(path).split('\n').filter((line) => line.trim() !== '');
  const lastStart = lines.findLastIndex((line) => line.includes('"Running mode='));
  return lines.slice(Math.max(0, lastStart)).slice(-lineCountMax).map(readable);
}

function lastBytes(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(byteCountMax);
    const count = readSync(file, bytes, 0, byteCountMax, Math.max(0, fstatSync(file).size - byteCountMax));
    return bytes.toString('utf8', 0, count);
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readable(line: string): string {
  try {
    const { time, msg, error } = JSON.parse(line) as { time?: string; msg?: string; error?: { message?: string } };
    return msg === undefined ? line : `${time ?? ''} ${msg}${error?.message === undefined ? '' : `: ${error.message}`}`;
  } catch {
    return line;
  }
}
