/**
 * Node's larger modules, loaded with the first call. At the start of a thread crypto takes 10 ms and tls 60, most threads
 * never need them, and an import would look at everything they have as well.
 */
type Crypto = typeof import('node:crypto');
type Tls = typeof import('node:tls');

let loadedCrypto: Crypto | undefined;
let loadedTls: Tls | undefined;

export function crypto(): Crypto {
  return (loadedCrypto ??= process.getBuiltinModule('node:crypto'));
}

export function tls(): Tls {
  return (loadedTls ??= process.getBuiltinModule('node:tls'));
}
