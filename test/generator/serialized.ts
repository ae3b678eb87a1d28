/**
 * Whether what one server dumps is the same value once the other has restored it, for every key of two servers with
 * the same data. DEBUG DIGEST-VALUE decides, whose digits are the same in both.
 */
import { quoteWord } from '../support/quoting.ts';
import type { RespClient, Word } from '../support/resp-client.ts';

/** No key that the generator uses. */
const restoredKey = 'restored from a dump';
const longTtlMs = 10 ** 12;

/** Undefined when every key of the selected databases survives the way in both directions, otherwise what differs. */
export async function compareSerialized(reference: RespClient, subject: RespClient, names: readonly Buffer[]): Promise<string | undefined> {
  const there = await lost(subject, reference, names);
  const back = await lost(reference, subject, names);
  if (there.length > 0) return `redis restores what Tessera dumps otherwise: ${there.slice(0, 5).join('; ')}`;
  return back.length > 0 ? `Tessera restores what redis dumps otherwise: ${back.slice(0, 5).join('; ')}` : undefined;
}

/** Names the keys of `from` whose dump makes another value in `to` than the key has there. */
async function lost(from: RespClient, to: RespClient, names: readonly Buffer[]): Promise<string[]> {
  const payloads = await from.pipelineRaw(names.map((name) => ['DUMP', name]));
  const times = await to.pipelineRaw(names.map((name) => ['PEXPIRETIME', name]));
  const commands = names.flatMap((name, i): Word[][] => [
    ['RESTORE', restoredKey, String(times[i]!).startsWith(':-1') ? 0 : longTtlMs, bulkBytes(payloads[i]!), 'REPLACE'],
    ['DEBUG', 'DIGEST-VALUE', restoredKey, name],
    ['DEL', restoredKey],
  ]);
  const replies = await to.pipelineRaw(commands);
  return names.flatMap((name, i) => {
    const [restored, digests] = [String(replies[3 * i]), String(replies[3 * i + 1])];
    const [, first, second] = digests.split('\r\n');
    return restored === '+OK\r\n' && first === second ? [] : [`${quoteWord(name)}: ${restored.trimEnd()} ${first} ${second}`];
  });
}

/** What a bulk reply holds. */
function bulkBytes(reply: Buffer): Buffer {
  const start = reply.indexOf('\r\n') + 2;
  return reply.subarray(start, -2);
}
