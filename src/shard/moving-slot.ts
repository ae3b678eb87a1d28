/**
 * Commands on a slot that is moving to or from another node: whether they are served or redirected
 * depends on which of their keys are here, judged in the same step as the execution. The door has
 * put the answers into the policy and the text of an ASK redirect behind the last argument.
 */
import type { Call } from '../commands/call.ts';
import { KeyList } from '../commands/keys.ts';
import * as clusterErrors from '../protocol/cluster-errors.ts';

const tryAgainAnswer = 3;
const keys = new KeyList();

/** True if the client has been answered with a redirect. */
export function redirectMoving(call: Call): boolean {
  const askText = call.takeLast();
  call.collectKeys(keys);
  let present = 0;
  for (let i = 0; i < keys.length; i++) if (call.peek(keys.at(i)) !== 0) present++;
  if (present === keys.length) return false;
  const answer = present > 0 ? call.presencePolicy & 15 : call.presencePolicy >> 4;
  call.fail(answer === tryAgainAnswer ? clusterErrors.tryAgain : askText);
  return true;
}
