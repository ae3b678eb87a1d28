/** The operating system's words for a failed call, in the form of strerror: `No such file or directory`. */
import { getSystemErrorMessage } from 'node:util';

export function systemReason(error: unknown): string {
  const number = (error as NodeJS.ErrnoException).errno;
  if (number === undefined) return error instanceof Error ? error.message : String(error);
  const reason = getSystemErrorMessage(number);
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
