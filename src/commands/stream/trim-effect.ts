/**
 * What was trimmed, as exact options of an effect. Trimming by whole nodes becomes the id behind the last
 * one that went, since entries are divided among nodes in the same way wherever the effects are replayed.
 */
import { ID_TEXT_BYTES } from '../../structures/stream-id.ts';
import type { Call } from '../call.ts';
import type { TrimOptions } from './trim-options.ts';

/** How many arguments `logTrimming` writes. */
export const TRIM_ARGUMENTS = 3;

const maxlen = Buffer.from('MAXLEN');
const minid = Buffer.from('MINID');
const equals = Buffer.from('=');
const text = new Uint8Array(ID_TEXT_BYTES);

export function logTrimming(call: Call, { trimming, thresholdAt }: TrimOptions): void {
  const { effects } = call;
  const byLength = trimming.by === 'length' && !trimming.isApproximate;
  if (byLength) effects.bytes(maxlen, 0, maxlen.length);
  else effects.bytes(minid, 0, minid.length);
  effects.bytes(equals, 0, equals.length);
  if (trimming.isApproximate) effects.bytes(text, 0, trimming.firstKept.writeText(text, 0));
  else effects.bytes(call.bytes, call.offset(thresholdAt), call.length(thresholdAt));
}
