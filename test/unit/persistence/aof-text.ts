/** Append-only files as text: commands from words, and back what a reader sees. */
import { AofStream } from '../../../src/persistence/aof-stream.ts';
import type { StreamOptions } from '../../../src/persistence/aof-stream.ts';
import type { Files } from '../../../src/persistence/files.ts';
import { respCommand } from '../channel/effect-bytes.ts';

/** `'SET a 1'` and `'#TX:1:0,1'` as they stand in a file; one line a command. */
export function aof(...lines: readonly string[]): Buffer {
  return Buffer.concat(lines.map((line) => (line.startsWith('#') ? Buffer.from(`${line}\r\n`) : respCommand(...line.split(' ')))));
}

/** What a stream passes on: `'<db> <words>'`, with the transaction's id if there is one. */
export function readStream(files: Files, paths: readonly string[], options: StreamOptions): { commands: string[]; stream: AofStream } {
  const stream = new AofStream(files, paths, options);
  const commands: string[] = [];
  try {
    while (stream.next()) {
      const words = Array.from({ length: stream.argc }, (_, i) => stream.argument(i));
      const transaction = stream.transaction === undefined ? '' : ` tx ${stream.transaction.id}`;
      commands.push(`${stream.db} ${words.join(' ')}${transaction}`);
    }
  } finally {
    stream.close();
  }
  return { commands, stream };
}
