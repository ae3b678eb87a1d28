/** The host in a socket's address: an IPv4 address that came over an IPv6 socket stands as itself. */
const mapped = '::ffff:';

/** '' for an address that is not known. */
export function hostOf(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith(mapped) && address.includes('.') ? address.slice(mapped.length) : address;
}
