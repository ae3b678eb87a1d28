/**
 * The TLS directives as options of a TLS server. Every call reads the files again, so that a CONFIG SET of the same
 * path takes up a renewed certificate. Sessions resume by tickets, whose keys live as long as the settings: a session
 * from before a change of policy is not resumed after it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions, SecureVersion, TlsOptions } from 'node:tls';
import { crypto, tls } from '../base/lazy-modules.ts';
import type { ConfigValues } from '../config/options.ts';
import { systemReason } from '../config/system-reason.ts';
import { ListenError } from './listen-error.ts';

export type TlsValues = Pick<ConfigValues,
  | 'tls-cert-file' | 'tls-key-file' | 'tls-key-file-pass' | 'tls-ca-cert-file' | 'tls-ca-cert-dir'
  | 'tls-auth-clients' | 'tls-protocols' | 'tls-ciphers' | 'tls-ciphersuites' | 'tls-prefer-server-ciphers'
  | 'tls-session-caching' | 'tls-session-cache-timeout' | 'tls-dh-params-file'>;

export type TlsClientValues = TlsValues & Pick<ConfigValues, 'tls-client-cert-file' | 'tls-client-key-file' | 'tls-client-key-file-pass'>;

/**
 * For connections to other nodes, who must show a certificate of the authority; their names are not looked at, as nodes
 * know each other by address. Throws ListenError.
 */
export function tlsClientOptions(values: TlsClientValues): ConnectionOptions {
  const hasOwn = values['tls-client-cert-file'] !== '';
  const { cert, key, passphrase, ca, ciphers: suites, minVersion, maxVersion, secureOptions } = tlsServerOptions({
    ...values,
    'tls-auth-clients': 'yes',
    'tls-cert-file': hasOwn ? values['tls-client-cert-file'] : values['tls-cert-file'],
    'tls-key-file': hasOwn ? values['tls-client-key-file'] : values['tls-key-file'],
    'tls-key-file-pass': hasOwn ? values['tls-client-key-file-pass'] : values['tls-key-file-pass'],
  });
  const options = { cert, key, passphrase, ca, ciphers: suites, minVersion, maxVersion, secureOptions, checkServerIdentity: () => undefined };
  return options as ConnectionOptions;
}

/** Throws ListenError. */
export function tlsServerOptions(values: TlsValues): TlsOptions {
  checkFiles(values);
  const options: TlsOptions = {
    cert: read('certificate', values['tls-cert-file']),
    key: read('private key', values['tls-key-file']),
    passphrase: values['tls-key-file-pass'],
    ca: authorities(values),
    ciphers: ciphers(values),
    honorCipherOrder: values['tls-prefer-server-ciphers'],
    requestCert: values['tls-auth-clients'] !== 'no',
    rejectUnauthorized: values['tls-auth-clients'] === 'yes',
    ...(values['tls-dh-params-file'] === '' ? {} : { dhparam: readMarked('DH params', values['tls-dh-params-file'], dhMark) }),
    ...(values['tls-session-cache-timeout'] === 0 ? {} : { sessionTimeout: values['tls-session-cache-timeout'] }),
  };
  const limits = protocolLimits(values['tls-protocols']);
  const secureOptions = limits.secureOptions | (values['tls-session-caching'] ? 0 : crypto().constants.SSL_OP_NO_TICKET);
  return checked({ ...options, ...limits, secureOptions }, values);
}

const certificateMark = '-----BEGIN CERTIFICATE-----';
const dhMark = '-----BEGIN DH PARAMETERS-----';

/** From the oldest to the newest. */
const protocols = [
  ['TLSv1', 'SSL_OP_NO_TLSv1'],
  ['TLSv1.1', 'SSL_OP_NO_TLSv1_1'],
  ['TLSv1.2', 'SSL_OP_NO_TLSv1_2'],
  ['TLSv1.3', 'SSL_OP_NO_TLSv1_3'],
] as const satisfies readonly (readonly [version: SecureVersion, switchOff: string])[];

function checkFiles(values: TlsValues): void {
  if (values['tls-cert-file'] === '') throw tlsError('No tls-cert-file configured!');
  if (values['tls-key-file'] === '') throw tlsError('No tls-key-file configured!');
  if (values['tls-auth-clients'] !== 'no' && values['tls-ca-cert-file'] === '' && values['tls-ca-cert-dir'] === '') {
    throw tlsError(
      'Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!',
    );
  }
}

function read(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw tlsError(`Failed to load ${what}: ${path}: ${systemReason(error)}`, error);
  }
}

/** Such a file without the mark would be taken and ignored. */
function readMarked(what: string, path: string, mark: string): Buffer {
  const text = read(what, path);
  if (!text.includes(mark)) throw tlsError(`Failed to load ${what}: ${path}: there are none`);
  return text;
}

function authorities(values: TlsValues): Buffer[] {
  const file = values['tls-ca-cert-file'];
  const directory = values['tls-ca-cert-dir'];
  const fromFile = file === '' ? [] : [readMarked('CA certificate', file, certificateMark)];
  const texts = directory === '' ? [] : filesOf(directory).map((path) => read('CA certificate', path));
  return [...fromFile, ...texts.filter((text) => text.includes(certificateMark))];
}

function filesOf(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(directory, entry.name)).toSorted();
  } catch (error) {
    throw tlsError(`Failed to load CA certificates: ${directory}: ${systemReason(error)}`, error);
  }
}

/** One list holds the suites of TLS 1.3 and the ciphers of the older versions; a part not given keeps its default. */
function ciphers(values: TlsValues): string {
  const defaults = tls().DEFAULT_CIPHERS.split(':');
  const suites = values['tls-ciphersuites'] || defaults.filter((name) => name.startsWith('TLS_')).join(':');
  const older = values['tls-ciphers'] || defaults.filter((name) => !name.startsWith('TLS_')).join(':');
  return `${suites}:${older}`;
}

function protocolLimits(text: string): { minVersion: SecureVersion; maxVersion: SecureVersion; secureOptions: number } {
  const words = (text.trim() || 'TLSv1.2 TLSv1.3').toLowerCase().split(/\s+/);
  const wanted = protocols.filter(([version]) => words.includes(version.toLowerCase()));
  if (words.some((word) => !protocols.some(([version]) => version.toLowerCase() === word))) {
    throw tlsError("Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.");
  }
  const switchedOff = protocols.filter((protocol) => !wanted.includes(protocol));
  const secureOptions = switchedOff.reduce((sum, [, switchOff]) => sum | crypto().constants[switchOff], 0);
  return { minVersion: wanted[0]![0], maxVersion: wanted.at(-1)![0], secureOptions };
}

/** Has OpenSSL judge each part once, before anything listens. */
function checked(options: TlsOptions, values: TlsValues): TlsOptions {
  const { cert, key, passphrase, ca, dhparam } = options;
  tryOut(`Failed to load certificate: ${values['tls-cert-file']}`, { cert });
  tryOut(`Failed to load private key: ${values['tls-key-file']}`, { cert, key, passphrase });
  tryOut(`Failed to load CA certificate: ${values['tls-ca-cert-file'] || values['tls-ca-cert-dir']}`, { ca });
  tryOut(`Failed to load DH params: ${values['tls-dh-params-file']}`, { dhparam });
  tryOut(`Failed to configure ciphers: ${values['tls-ciphersuites']} ${values['tls-ciphers']}`, options);
  return options;
}

function tryOut(line: string, options: { [Name in keyof TlsOptions]: TlsOptions[Name] | undefined }): void {
  try {
    tls().createSecureContext(options as TlsOptions);
  } catch (error) {
    throw tlsError(`${line}: ${(error as Error).message}`, error);
  }
}

function tlsError(line: string, cause?: unknown): ListenError {
  const summary = 'Failed to configure TLS. Check logs for more info.';
  return new ListenError('Unable to update TLS configuration. Check server logs.', [line, summary], { cause });
}
