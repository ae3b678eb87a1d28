/**
 * Bytes on connections of this host to given ports, from the kernel's count of what the other end has acknowledged: what
 * was sent without the headers of TCP and IP. A connection inside the host stands there twice, once for each direction.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;

/** NaN where there is no `ss`. Connections that are closed in the meantime are missing from the later count. */
export async function acknowledgedBytes(ports: ReadonlySet<number>): Promise<number> {
  try {
    const { stdout } = await run('ss', ['-tinHO', 'state', 'established'], { maxBuffer: outputBytesMax });
    return stdout.split('\n').filter((line) => endsOf(line).some((port) => ports.has(port)))
      .reduce((sum, line) => sum + Number(/ bytes_acked:(\d+)/.exec(line)?.[1] ?? 0), 0);
  } catch {
    return Number.NaN;
  }
}

/** The two ports of a connection: lengths of the two queues, and the two addresses. */
function endsOf(line: string): number[] {
  return line.trim().split(/\s+/).slice(2, 4).map((address) => Number(address.slice(address.lastIndexOf(':') + 1)));
}
