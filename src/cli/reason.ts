/** Why something failed, in words for a person. */
import { systemReason } from '../config/system-reason.ts';

export function reasonOf(error: unknown): string {
  const { code, errors } = error as { code?: string; errors?: readonly unknown[] };
  // A name with several addresses fails with all their reasons.
  if (errors !== undefined && errors.length > 0) return reasonOf(errors[0]);
  if (code === 'ENOTFOUND') return 'There is no such host';
  if (error instanceof Error && error.message.startsWith('NOAUTH')) return 'it wants a password (--pass, or REDISCLI_AUTH)';
  return systemReason(error);
}
