/** Names that clients give themselves: CLIENT SETNAME, HELLO SETNAME, CLIENT SETINFO. */
import * as errors from '../../protocol/errors.ts';
import type { DoorCall } from '../door-call.ts';

/** Gives the client the name in argument `i`, none if it is empty; false: answered with an error. */
export function setName(call: DoorCall, i: number): boolean {
  const name = call.latin1(i);
  if (!isPrintable(name)) {
    call.fail(errors.clientNameInvalid);
    return false;
  }
  call.session.name = name;
  return true;
}

/** Whether a text keeps CLIENT LIST readable: ASCII without blanks and control characters. */
export function isPrintable(text: string): boolean {
  return /^[!-~]*$/.test(text);
}
