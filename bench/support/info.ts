/** Reading of INFO. */
import type { RespClient } from '../../test/support/resp-client.ts';

/** Fields of a section by name; a field of several values stays as it is written. */
export async function info(client: RespClient, section: string): Promise<Map<string, string>> {
  const text = (await client.callRaw('INFO', section)).toString();
  const lines = text.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

export interface ThreadFigures {
  readonly thread: string;
  readonly heapUsedBytes: number;
  readonly gcPauseMaxMs: number;
}

/**
 * JavaScript heap and longest collection pause of each thread, from lines `thread:...,heap_used_bytes=N,gc_pause_max_ms=N`.
 * Throws when the server has none.
 */
export async function threadFigures(client: RespClient): Promise<ThreadFigures[]> {
  const lines = [...(await info(client, 'shards'))].map(([thread, text]) => {
    const values = new Map(text.split(',').map((pair) => pair.split('=') as [string, string]));
    const [heap, pause] = [values.get('heap_used_bytes'), values.get('gc_pause_max_ms')];
    return { thread, heapUsedBytes: Number(heap), gcPauseMaxMs: Number(pause) };
  });
  const figures = lines.filter(({ heapUsedBytes, gcPauseMaxMs }) => Number.isFinite(heapUsedBytes) && Number.isFinite(gcPauseMaxMs));
  if (figures.length === 0) throw new Error('INFO shards names no thread with its heap');
  return figures;
}
