/**
 * Why the server does not listen as asked. `lines` are what the log says, in the words that supervisors and test
 * suites of Redis look for; `message` is the reason CONFIG SET gives.
 */
import { systemReason } from '../config/system-reason.ts';
import type { PlannedSocket } from './listen-plan.ts';

export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[], options?: ErrorOptions) {
    super(message, options);
    this.lines = lines;
  }
}

/** What the log says first about a socket that could not be opened. */
export function listenFailureLine(planned: PlannedSocket, error: NodeJS.ErrnoException): string {
  if (planned.kind === 'unix') return `Failed opening Unix socket: ${reason(error)}`;
  const { address, port } = planned;
  return `Warning: Could not create server TCP listening socket ${address.text}:${port}: ${reason(error)}`;
}

export function listenError(planned: PlannedSocket, error: NodeJS.ErrnoException): ListenError {
  const line = listenFailureLine(planned, error);
  const summary = planned.kind === 'unix' ? [] : [`Failed listening on port ${planned.port} (${planned.kind}), aborting.`];
  return new ListenError('Unable to listen on this port. Check server logs.', [line, ...summary], { cause: error });
}

/** Where the C library's words differ from those of our system layer, or the error has no number. */
const reasons: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  EAI_AGAIN: 'Temporary failure in name resolution',
  ENAMETOOLONG: 'File name too long',
  ENOENT: 'No such file or directory',
  ENOTFOUND: 'Name or service not known',
};

/** Our system layer binds and listens in one call, and Redis says which of the two it was: nearly always bind. */
function reason(error: NodeJS.ErrnoException): string {
  const words = reasons[error.code ?? ''] ?? systemReason(error);
  const syscall = error.syscall === 'listen' ? 'bind' : error.syscall;
  return syscall === 'getaddrinfo' ? words : `${syscall}: ${words}`;
}
