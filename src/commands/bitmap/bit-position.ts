/** Positions of bits as arguments: a number, or `#` and a number of fields. */
import { parseInteger } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { isTooLong } from '../string/grow-string.ts';

const hash = 0x23;

/** Argument `i` as the position of a bit, or -1 after an error reply. With `fieldBits`, `#n` is where field n begins. */
export function readBitPosition(call: Call, i: number, fieldBits: number): number {
  const [offset, length] = [call.offset(i), call.length(i)];
  const isField = fieldBits > 0 && length > 0 && call.bytes[offset] === hash;
  const position = isField ? parseInteger(call.bytes, offset + 1, length - 1) * fieldBits : parseInteger(call.bytes, offset, length);
  if (position >= 0 && !isTooLong(call, Math.floor(position / 8) + 1)) return position;
  call.fail(errors.bitOffset);
  return -1;
}
