/** Effects as a naive model writes them, and a reader that empties a log as the log thread does. */
import type { EffectLog } from '../../../src/channel/effect-log.ts';

/** A command as RESP. */
export function respCommand(...args: readonly (string | Uint8Array)[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = Buffer.from(arg as string);
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

/** Takes what is published and gives its room back. */
export function takePublished(log: EffectLog): Buffer {
  const taken: number[] = [];
  const { written } = log;
  for (let position = log.consumed; position !== written; position = (position + 1) | 0) {
    taken.push(log.ring[position & (log.capacityBytes - 1)]!);
  }
  log.setConsumed(written);
  return Buffer.from(taken);
}
