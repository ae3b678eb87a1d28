/**
 * One address of the `bind` directive: `*` (every IPv4 address), `::*` (every IPv6 address), an address or a host
 * name. A leading `-` marks one that this host need not have. IPv6 sockets take IPv6 only, so that `*` and `::*`
 * stand side by side on one port.
 */
export interface BindAddress {
  readonly host: string;
  readonly isIpv6: boolean;
  /** Skipped when the host does not have it. */
  readonly isOptional: boolean;
  /** As the directive has it, without the `-`. */
  readonly text: string;
}

export function parseBindAddress(word: string): BindAddress {
  const isOptional = word.startsWith('-');
  const text = isOptional ? word.slice(1) : word;
  return { host: wildcards[text] ?? text, isIpv6: text.includes(':'), isOptional, text };
}

const unavailable = 'EADDRNOTAVAIL';
const unsupported = new Set(['ENOPROTOOPT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'EPFNOSUPPORT', 'EAFNOSUPPORT']);

/** Whether the server goes on without the address after listening on it failed with `code`. */
export function isSkippable(address: BindAddress, code: string | undefined): boolean {
  return unsupported.has(code ?? '') || (address.isOptional && code === unavailable);
}

const wildcards: Readonly<Record<string, string>> = { '*': '0.0.0.0', '::*': '::' };
