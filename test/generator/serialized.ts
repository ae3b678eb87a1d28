/**
 * Whether what one server dumps is the same value once the other has restored it, for every key of two servers with
 * the same data. DEBUG DIGEST-VALUE decides, whose digits are the same in both.
 */
import { quoteWord } from '../support/quoting.ts';
import type { RespClient, Word } from '../support/resp-client.ts';
import { agreeRestored } from './judge.ts';

/** No keys that the generator uses. */
const [fromThere, fromHere] = ['restored from a dump', 'restored from an own dump'];

/** Undefined when every key of the selected databases survives the way in both directions, otherwise what differs. */
export async function compareSerialized(reference: RespClient, subject: RespClient, names: readonly Buffer[]): Promise<string | undefined> {
  const there = await lost(subject, reference, names);
  const back = await lost(reference, subject, names);
  if (there.length > 0) return `redis restores what Tessera dumps otherwise: ${there.slice(0, 5).join('; ')}`;
  return back.length > 0 ? `Tessera restores what redis dumps otherwise: ${back.slice(0, 5).join('; ')}` : undefined;
}

/** Names the keys of `from` whose dump does not make in `to` what it should. */
async function lost(from: RespClient, to: RespClient, names: readonly Buffer[]): Promise<string[]> {
  const payloads: Buffer[][] = [];
  for (const client of [from, to]) payloads.push(await client.pipelineRaw(names.map((name) => ['DUMP', name])));
  const replies = await to.pipelineRaw(names.flatMap((name, i): Word[][] => [
    ['RESTORE', fromThere, 0, bulkBytes(payloads[0]![i]!), 'REPLACE'],
    ['RESTORE', fromHere, 0, bulkBytes(payloads[1]![i]!), 'REPLACE'],
    ['DEBUG', 'DIGEST-VALUE', name, fromThere, fromHere],
    ['DEL', fromThere, fromHere],
  ]));
  return names.flatMap((name, i) => {
    const [restored, digests] = [String(replies[4 * i]), String(replies[4 * i + 2])];
    const [, original, first, second] = digests.split('\r\n');
    if (restored === '+OK\r\n' && agreeRestored(original!, first!, second!)) return [];
    return [`${quoteWord(name)}: ${restored.trimEnd()} ${original} ${first} ${second}`];
  });
}

/** What a bulk reply holds. */
function bulkBytes(reply: Buffer): Buffer {
  const start = reply.indexOf('\r\n') + 2;
  return reply.subarray(start, -2);
}
