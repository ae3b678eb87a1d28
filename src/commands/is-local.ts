/** Whether a client is of this host: connected through the loopback interface or a unix socket. */
export function isLocal({ kind, peerAddress }: { readonly kind: string; readonly peerAddress: string }): boolean {
  return kind === 'unix' || peerAddress.startsWith('127.') || peerAddress.startsWith('[::1]:');
}
