import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TlsFiles } from '../../../src/cli/arguments.ts';
import { checkDirectives, hostOf, nodeConfText, notedPid, readLocalNodes } from '../../../src/cli/local-nodes.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

function makeNode(root: string, port: number, directives: readonly string[] = [], tls?: TlsFiles): void {
  const directory = join(root, String(port));
  mkdirSync(directory);
  writeFileSync(join(directory, 'node.conf'), nodeConfText({ port, shardCount: 2, tls, directives }, directory));
}

describe('the configuration of a node', () => {
  it('reads back, in the order of ports, with what was given for every node', () => {
    const root = makeTempDir('cluster');
    for (const port of [10_000, 7001]) makeNode(root, port, ['requirepass "a b"', 'bind "127.0.0.2"', 'appendonly "yes"']);
    expect(readLocalNodes(root)).toMatchObject([7001, 10_000].map((port) => ({
      host: '127.0.0.2', port, keepsData: true, nodeTimeoutMs: 2000, access: { login: { password: 'a b' } },
      logPath: join(root, String(port), 'tessera.log'), pidPath: join(root, String(port), 'tessera.pid'), nodesPath: join(root, String(port), 'nodes.conf'),
    })));
  });

  it('needs no password by itself', () => {
    const root = makeTempDir('cluster');
    makeNode(root, 7000);
    const [node] = readLocalNodes(root);
    expect(node).toMatchObject({ host: '127.0.0.1', keepsData: false });
    expect(node!.access).toEqual({});
  });

  it('has the certificates that its tools show', () => {
    const root = makeTempDir('cluster');
    const tls = { certFile: '/certificates/a b.crt', keyFile: 'node.key', caFile: '/ca.crt' };
    makeNode(root, 7000, ['tls-key-file-pass "secret"'], tls);
    const keyFile = join(process.cwd(), 'node.key');
    expect(readLocalNodes(root)).toMatchObject([{ port: 7000, access: { tls: { ...tls, keyFile, passphrase: 'secret', insecure: false, anyName: true } } }]);
    makeNode(join(root), 7001, ['tls-client-cert-file /c.crt', 'tls-client-key-file /c.key'], tls);
    expect(readLocalNodes(root)[1]).toMatchObject({ access: { tls: { certFile: '/c.crt', keyFile: '/c.key', caFile: '/ca.crt' } } });
  });

  it('is missed where there is none', () => {
    const root = makeTempDir('cluster');
    mkdirSync(join(root, '7000'));
    for (const dir of [root, join(root, 'nowhere')]) expect(() => readLocalNodes(dir)).toThrow(`${dir} holds no cluster`);
  });

  it('tells of the process that runs', () => {
    const root = makeTempDir('cluster');
    makeNode(root, 7000);
    const [node] = readLocalNodes(root);
    const noted = ['123\n', '1\n', '-5', 'x', ''].map((text) => {
      writeFileSync(node!.pidPath, text);
      return notedPid(node!);
    });
    expect(noted).toEqual([123, undefined, undefined, undefined, undefined]);
  });
});

describe('directives for every node', () => {
  it.each(['port', 'dir', 'PIDFILE', 'cluster-enabled'])('cannot be %s', (name) => {
    expect(() => checkDirectives([`${name} "x"`])).toThrow(`${name.toLowerCase()} cannot be given: create sets it, or it would have to differ between the nodes`);
  });

  it('must be right', () => {
    expect(() => checkDirectives(['maxmemory "x"'])).toThrow('argument must be a memory value');
    expect(checkDirectives(['maxmemory "1kb"']).maxmemory).toBe(1024);
  });
});

it.each([
  [['127.0.0.1'], '127.0.0.1'], [['*', '-::*'], '127.0.0.1'], [['-10.0.0.5', '127.0.0.1'], '10.0.0.5'], [['::*'], '::1'], [['0.0.0.0', '10.0.0.6'], '10.0.0.6'], [[], '127.0.0.1'],
])('a node bound to %j is reached at %s', (bind, host) => {
  expect(hostOf(bind)).toBe(host);
});
