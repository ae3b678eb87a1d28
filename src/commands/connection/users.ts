/**
 * Who a client may be. There is one user, `default`, whose password is requirepass: without one,
 * everybody is. Access control lists will answer the same two questions.
 */
import { crypto } from '../../base/lazy-modules.ts';
import * as errors from '../../protocol/errors.ts';
import type { DoorCall } from '../door-call.ts';

export const defaultUser = 'default';

export function userExists(name: string): boolean {
  return name === defaultUser;
}

/** Makes the client `user` if the password is right; answers with an error if not. */
export function authenticate(call: DoorCall, user: string, password: Uint8Array): boolean {
  const { requirepass } = call.server.config.values;
  if (!userExists(user) || (requirepass !== '' && !isSame(password, requirepass))) {
    call.fail(errors.wrongPass);
    return false;
  }
  call.session.authenticate(user);
  return true;
}

/** Takes the same time wherever the two differ. */
function isSame(given: Uint8Array, wanted: string): boolean {
  return crypto().timingSafeEqual(digest(given), digest(Buffer.from(wanted, 'utf8')));
}

function digest(bytes: Uint8Array): Buffer {
  return crypto().hash('sha256', bytes, 'buffer');
}
