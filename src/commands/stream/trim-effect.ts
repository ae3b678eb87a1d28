/**
 * What was trimmed, as exact options of an effect. Trimming by whole nodes becomes the id behind the last
 * one that went, since entries are divided among nodes in the same way wherever the effects are replayed.
 */
import { ID_TEXT_BYTES } from '../../structures/stream-id.ts';
import type { Call } from '../call.ts';
import type { TrimOptions } from './trim-options.ts';

/** How many arguments `logTrimming` writes. */
export function trimArguments({ referencesAt }: TrimOptions): number {
  return referencesAt === 0 ? 3 : 4;
}

const maxlen = Buffer.from('MAXLEN');
const minid = Buffer.from('MINID');
const equals = Buffer.from('=');
const text = new Uint8Array(ID_TEXT_BYTES);

export function logTrimming(call: Call, { trimming, thresholdAt, referencesAt }: TrimOptions): void {
  const { effects } = call;
  if (referencesAt !== 0) effects.bytes(call.bytes, call.offset(referencesAt), call.length(referencesAt));
  const byLength = trimming.by === 'length' && !trimming.isApproximate;
  if (byLength) effects.bytes(maxlen, 0, maxlen.length);
  else effects.bytes(minid, 0, minid.length);
  effects.bytes(equals, 0, equals.length);
  if (trimming.isApproximate) effects.bytes(text, 0, trimming.firstKept.writeText(text, 0));
  else effects.bytes(call.bytes, call.offset(thresholdAt), call.length(thresholdAt));
}
