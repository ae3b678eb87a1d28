/** Elements of listpacks, integers or strings, on their way into replies and effects. */
import { ListpackValue } from '../structures/listpack-value.ts';
import type { Call } from './call.ts';

const longestInteger = 20;
const digits = new Uint8Array(longestInteger);
const spelled = new ListpackValue();

/** The element as a range of bytes, good until the next one is asked for. */
export function elementText(element: ListpackValue): ListpackValue {
  if (!element.isInteger) return element;
  spelled.setString(digits, 0, element.writeText(digits, 0));
  return spelled;
}

export function replyElement(call: Call, element: ListpackValue): void {
  if (!element.isInteger) call.reply.bulk(element.bytes, element.offset, element.length);
  else if (element.isSafe) call.reply.bulkInteger(element.integer);
  else replyText(call, elementText(element));
}

/** The next argument of an effect. */
export function logElement(call: Call, element: ListpackValue): void {
  const { bytes, offset, length } = elementText(element);
  call.effects.bytes(bytes, offset, length);
}

function replyText(call: Call, { bytes, offset, length }: ListpackValue): void {
  call.reply.bulk(bytes, offset, length);
}
