import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { ListenError } from '../../../src/socket/listen-error.ts';
import type { ListenerHooks, ListenValues } from '../../../src/socket/listeners.ts';
import { certificates } from '../../support/certificates.ts';
import { claimPort } from '../../support/free-port.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { listenValues, makeListening } from './listening.ts';
import type { Listening } from './listening.ts';

const made = certificates();
const withCertificate: ConnectionOptions = { cert: readFileSync(made.clientCertFile), key: readFileSync(made.clientKeyFile) };

test('a client with a certificate is served, one without is not, by default', async () => {
  const { port, sockets } = await listening();
  expect(await echoed(port, withCertificate)).toBe('hello');
  expect(await echoed(port)).toMatch(/^refused/);
  expect(sockets).toMatchObject([{ kind: 'tls' }]);
});

test('tls-auth-clients no asks for no certificate', async () => {
  const { port } = await listening({ 'tls-auth-clients': 'no', 'tls-ca-cert-file': '' });
  expect(await echoed(port)).toBe('hello');
});

test('tls-auth-clients optional serves clients without a certificate or with a good one, and refuses a bad one', async () => {
  const { port, logLines } = await listening({ 'tls-auth-clients': 'optional' });
  const stranger = selfSigned();
  expect(await echoed(port)).toBe('hello');
  expect(await echoed(port, withCertificate)).toBe('hello');
  expect(await echoed(port, { cert: readFileSync(stranger.certFile), key: readFileSync(stranger.keyFile) })).toMatch(/^refused/);
  expect(logLines.join()).toContain('Error accepting a client connection');
});

test('authorities come from a directory as well', async () => {
  const directory = makeTempDir('ca');
  copyFileSync(made.caFile, join(directory, 'authority.pem'));
  writeFileSync(join(directory, 'README'), 'no certificate');
  const { port } = await listening({ 'tls-ca-cert-file': '', 'tls-ca-cert-dir': directory });
  expect(await echoed(port, withCertificate)).toBe('hello');
});

test('a key file with a password is opened', async () => {
  const keyFile = join(makeTempDir('key'), 'server.key');
  execFileSync('openssl', ['ec', '-in', made.keyFile, '-aes256', '-passout', 'pass:secret', '-out', keyFile], { stdio: 'pipe' });
  const { port } = await listening({ 'tls-key-file': keyFile, 'tls-key-file-pass': 'secret' });
  expect(await echoed(port, withCertificate)).toBe('hello');
});

test.each([
  ['TLSv1.2', 'TLSv1.2', 'hello'],
  ['TLSv1.2', 'TLSv1.3', 'refused'],
  ['TLSv1.3', 'TLSv1.3', 'hello'],
  ['tlsv1.3', 'TLSv1.2', 'refused'],
  ['', 'TLSv1.2', 'hello'],
  ['', 'TLSv1.3', 'hello'],
] as const)('tls-protocols "%s": a client of %s is %s', async (protocols, version, result) => {
  const { port } = await listening({ 'tls-protocols': protocols });
  const outcome = await echoed(port, { ...withCertificate, minVersion: version, maxVersion: version });
  expect(outcome.split(' ')[0]).toBe(result);
});

test('tls-ciphers and tls-ciphersuites decide the ciphers of their versions', async () => {
  const { port } = await listening({ 'tls-ciphers': 'ECDHE-ECDSA-AES256-GCM-SHA384', 'tls-ciphersuites': 'TLS_CHACHA20_POLY1305_SHA256' });
  expect(await cipherOf(port, 'TLSv1.2')).toBe('ECDHE-ECDSA-AES256-GCM-SHA384');
  expect(await cipherOf(port, 'TLSv1.3')).toBe('TLS_CHACHA20_POLY1305_SHA256');
});

test('a part of the ciphers that is not given keeps its default', async () => {
  const { port } = await listening({ 'tls-ciphers': 'ECDHE-ECDSA-AES256-GCM-SHA384' });
  expect(await cipherOf(port, 'TLSv1.3')).toBe('TLS_AES_256_GCM_SHA384');
});

test.each([
  [true, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  [false, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
])('tls-prefer-server-ciphers %s', async (prefer, cipher) => {
  const ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384';
  const { port } = await listening({ 'tls-ciphers': ciphers, 'tls-prefer-server-ciphers': prefer });
  expect(await cipherOf(port, 'TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256')).toBe(cipher);
});

test.each([
  [true, true],
  [false, false],
])('tls-session-caching %s: a second connection resumes the session: %s', async (caching, reused) => {
  const { port } = await listening({ 'tls-session-caching': caching });
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = connectTls(port, { ...withCertificate, minVersion: version, maxVersion: version });
    const sessions: Buffer[] = [];
    first.on('session', (session: Buffer) => sessions.push(session));
    expect(await answer(first)).toBe('hello');
    const session = sessions.at(-1);
    const second = connectTls(port, { ...withCertificate, minVersion: version, maxVersion: version, ...(session && { session }) });
    expect(await answer(second)).toBe('hello');
    expect(second.isSessionReused()).toBe(reused);
  }
});

test('connections that shake hands are counted, and no more when they fail, vanish or succeed', async () => {
  const counts: number[] = [];
  const { port } = await listening({}, { admit: (handshakingCount) => counts.push(handshakingCount) > 0 });
  const silent = connectTcp(port, '127.0.0.1');
  silent.on('error', () => undefined);
  onTestFinished(() => void silent.destroy());
  await once(silent, 'connect');
  expect(await echoed(port, withCertificate)).toBe('hello');
  expect(await echoed(port)).toMatch(/^refused/);
  expect(counts).toEqual([0, 1, 1]);
  silent.destroy();
  await until('nobody shakes hands', async () => {
    expect(await echoed(port, withCertificate)).toBe('hello');
    return counts.at(-1) === 0;
  });
});

test('a client over the limit is closed before the handshake', async () => {
  const { port, listeners, sockets } = await listening({}, { admit: () => false });
  expect(await echoed(port, withCertificate)).toMatch(/^refused/);
  expect(listeners.rejectedCount).toBe(1);
  expect(sockets).toHaveLength(0);
});

test('bytes that are no TLS close the connection and harm nobody', async () => {
  const { port } = await listening();
  const client = connectTcp(port, '127.0.0.1');
  client.on('error', () => undefined);
  client.resume();
  client.write('*1\r\n$4\r\nPING\r\n');
  await once(client, 'close');
  expect(await echoed(port, withCertificate)).toBe('hello');
});

test('new settings hold for new connections; the old ones live on', async () => {
  const { port, listeners, values } = await listening();
  const former = connectTls(port, withCertificate);
  expect(await answer(former)).toBe('hello');
  const renewed = selfSigned();
  await listeners.reconfigure({ ...values, 'tls-cert-file': renewed.certFile, 'tls-key-file': renewed.keyFile, 'tls-auth-clients': 'no' });
  expect(await echoed(port)).toMatch(/^refused/);
  expect(await echoed(port, { ca: readFileSync(renewed.certFile), checkServerIdentity: () => undefined })).toBe('hello');
  expect(await answer(former)).toBe('hello');
});

test('a session from before a change of policy is not resumed after it', async () => {
  const { port, listeners, values } = await listening({ 'tls-auth-clients': 'no' });
  const sessions: Buffer[] = [];
  const anonymous = connectTls(port);
  anonymous.on('session', (session: Buffer) => sessions.push(session));
  expect(await answer(anonymous)).toBe('hello');
  await listeners.reconfigure({ ...values, 'tls-auth-clients': 'yes' });
  expect(await echoed(port, { session: sessions.at(-1)! })).toMatch(/^refused/);
});

test('Diffie-Hellman parameters are taken from their file', async () => {
  const file = join(makeTempDir('dh'), 'dh.pem');
  execFileSync('openssl', ['genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048', '-out', file], { stdio: 'pipe' });
  const server = selfSigned('rsa:2048');
  const files = { 'tls-cert-file': server.certFile, 'tls-key-file': server.keyFile, 'tls-dh-params-file': file };
  const { port } = await listening({ ...files, 'tls-auth-clients': 'no', 'tls-ciphers': 'DHE-RSA-AES256-GCM-SHA384' });
  const limits = { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES256-GCM-SHA384' } as const;
  const client = connectTls(port, { ...limits, ca: readFileSync(server.certFile), checkServerIdentity: () => undefined });
  expect(await answer(client)).toBe('hello');
  expect(client.getEphemeralKeyInfo()).toEqual({ type: 'DH', size: 2048 });
});

test('settings that do not work are refused and the former ones stay', async () => {
  const { port, listeners, values } = await listening();
  const refused = listeners.reconfigure({ ...values, 'tls-cert-file': '/nonexistent.pem' });
  await expect(refused).rejects.toThrow('Unable to update TLS configuration. Check server logs.');
  expect(await echoed(port, withCertificate)).toBe('hello');
});

test.each<[string, Partial<ListenValues>]>([
  ['No tls-cert-file configured!', { 'tls-cert-file': '' }],
  ['No tls-key-file configured!', { 'tls-key-file': '' }],
  [
    'Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!',
    { 'tls-ca-cert-file': '' },
  ],
  ['Failed to load certificate: /none.pem: No such file or directory', { 'tls-cert-file': '/none.pem' }],
  [
    "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.",
    { 'tls-protocols': 'TLSv1.2 SSLv3' },
  ],
  ['Failed to configure ciphers:  nonsense', { 'tls-ciphers': 'nonsense' }],
  [`Failed to load private key: ${made.clientKeyFile}`, { 'tls-key-file': made.clientKeyFile }],
  [`Failed to load certificate: ${made.keyFile}`, { 'tls-cert-file': made.keyFile }],
  ['Failed to load CA certificates: /none: No such file or directory', { 'tls-ca-cert-dir': '/none' }],
  [`Failed to load private key: ${made.certFile}`, { 'tls-key-file': made.certFile }],
  [`Failed to load CA certificate: ${made.keyFile}`, { 'tls-ca-cert-file': made.keyFile }],
  [`Failed to load DH params: ${made.certFile}: there are none`, { 'tls-dh-params-file': made.certFile }],
])('refused: %s', async (line, changes) => {
  const { listeners } = makeListening();
  const error: unknown = await listeners.open(await tlsValues(changes)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ListenError);
  const { lines } = error as ListenError;
  expect(lines[0]).toContain(line);
  expect(lines[1]).toBe('Failed to configure TLS. Check logs for more info.');
});

test('protected mode lets this host in', async () => {
  const { port } = await listening({}, { isProtected: () => true });
  expect(await echoed(port, withCertificate)).toBe('hello');
});

interface TlsListening extends Listening {
  readonly port: number;
  readonly values: ListenValues;
}

async function listening(changes: Partial<ListenValues> = {}, hooks: Partial<ListenerHooks> = {}): Promise<TlsListening> {
  const values = await tlsValues(changes);
  const opened = makeListening(hooks);
  await opened.listeners.open(values);
  return { ...opened, port: values['tls-port'], values };
}

async function tlsValues(changes: Partial<ListenValues>): Promise<ListenValues> {
  return listenValues({
    'tls-port': await claimPort(),
    'tls-cert-file': made.certFile,
    'tls-key-file': made.keyFile,
    'tls-ca-cert-file': made.caFile,
    ...changes,
  });
}

function connectTls(port: number, options: ConnectionOptions = {}): TLSSocket {
  const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(made.caFile), ...options });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** `hello` when the server echoed it, or `refused` and why. */
async function echoed(port: number, options: ConnectionOptions = {}): Promise<string> {
  return await answer(connectTls(port, options));
}

async function answer(socket: TLSSocket): Promise<string> {
  const replied = once(socket, 'data').then(([chunk]) => String(chunk));
  const closed = once(socket, 'close').then(() => 'refused');
  socket.write('hello');
  const outcome = Promise.race([replied, closed]).catch((error: Error) => `refused ${error.message}`);
  closed.catch(() => undefined);
  return await outcome;
}

async function cipherOf(port: number, version: 'TLSv1.2' | 'TLSv1.3', ciphers?: string): Promise<string> {
  const limits = { minVersion: version, maxVersion: version, ...(ciphers === undefined ? {} : { ciphers }) };
  const socket = connectTls(port, { ...withCertificate, ...limits });
  expect(await answer(socket)).toBe('hello');
  return socket.getCipher().name;
}

function selfSigned(newKey = 'ec -pkeyopt ec_paramgen_curve:P-256'): { certFile: string; keyFile: string } {
  const dir = makeTempDir('stranger');
  const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const args = `req -x509 -newkey ${newKey} -nodes -days 2 -subj /CN=stranger -keyout ${keyFile} -out ${certFile}`;
  execFileSync('openssl', args.split(' '), { stdio: 'pipe' });
  return { certFile, keyFile };
}
