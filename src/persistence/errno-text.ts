/** The operating system's words for an errno, as strerror gives them: `No space left on device`. */
import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';

/** `errno` is positive. */
export function errnoText(errno: number): string {
  if (errno === constants.errno.EIO) return 'Input/output error';
  const reason = getSystemErrorMessage(-errno) ?? `Error ${errno}`;
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
