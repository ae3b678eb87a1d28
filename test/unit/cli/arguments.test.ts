import { describe, expect, it } from 'vitest';
import { parseClusterArguments } from '../../../src/cli/arguments.ts';

function parse(line: string, environment: Record<string, string> = {}) {
  return parseClusterArguments(line === '' ? [] : line.split(' '), environment);
}

describe('tessera cluster create', () => {
  it('needs a directory only', () => {
    const defaults = { action: 'create', dir: '/c', nodeCount: 3, basePort: 7000, shardCount: undefined, tls: undefined, directives: [] };
    for (const line of ['create --dir /c', 'create -d /c', 'create /c', 'create --dir=/c']) expect(parse(line)).toEqual(defaults);
  });

  it('takes numbers and directives for every node', () => {
    expect(parse('create -d /c --nodes 5 -p 8000 --shards 2 -- --maxmemory 1gb --save  --bind a b')).toEqual({
      action: 'create', dir: '/c', nodeCount: 5, basePort: 8000, shardCount: 2, tls: undefined, directives: ['maxmemory "1gb"', 'save ""', 'bind "a" "b"'],
    });
  });

  it('takes certificates for TLS', () => {
    expect(parse('create -d /c --tls --tls-cert-file a --tls-key-file b --tls-ca-cert-file c')).toMatchObject({ tls: { certFile: 'a', keyFile: 'b', caFile: 'c' } });
  });

  it('leaves room for the bus ports', () => {
    expect(parse('create -d /c -n 2 -p 55534')).toMatchObject({ basePort: 55_534 });
    expect(() => parse('create -d /c -n 2 -p 55535')).toThrow("--base-port is a number from 1 to 55534, not '55535'");
  });
});

describe('tessera cluster status', () => {
  const plain = { action: 'status', access: {}, asJson: false, showsShards: false };

  it.each([
    ['127.0.0.1:7000', { host: '127.0.0.1', port: 7000 }],
    ['[::1]:7000', { host: '::1', port: 7000 }],
    ['::1:7000', { host: '::1', port: 7000 }],
    [':7000', { host: '127.0.0.1', port: 7000 }],
    ['db.example.com:1', { host: 'db.example.com', port: 1 }],
    ['--dir /c', { dir: '/c' }],
    ['-s /run/s', { socketPath: '/run/s' }],
  ])('of %s', (words, from) => {
    expect(parse(`status ${words}`)).toEqual({ ...plain, from });
  });

  it('takes the login as redis-cli does', () => {
    expect(parse('status :1 -a secret')).toMatchObject({ access: { login: { user: undefined, password: 'secret' } } });
    expect(parse('status :1 --user ann --pass secret', { REDISCLI_AUTH: 'other' })).toMatchObject({ access: { login: { user: 'ann', password: 'secret' } } });
    expect(parse('status --dir /c', { REDISCLI_AUTH: 'other' })).not.toHaveProperty('access.login');
    expect(parse('status :1', { REDISCLI_AUTH: 'secret' })).toMatchObject({ access: { login: { user: undefined, password: 'secret' } } });
  });

  it('takes TLS as redis-cli does', () => {
    expect(parse('status :1 --tls --cert c --key k --cacert a --sni n --insecure --json --shards')).toMatchObject({
      access: { tls: { certFile: 'c', keyFile: 'k', caFile: 'a', serverName: 'n', insecure: true } }, asJson: true, showsShards: true,
    });
  });
});

describe('tessera cluster', () => {
  it('starts and stops a directory', () => {
    expect(parse('start --dir /c')).toEqual({ action: 'start', dir: '/c' });
    expect(parse('stop /c')).toEqual({ action: 'stop', dir: '/c' });
  });

  it.each(['help', '--help', '-h', 'create --help', 'status -h'])('%s is for help', (line) => {
    expect(parse(line)).toEqual({ action: 'help' });
  });

  it.each([
    ['', 'what to do is missing'],
    ['make', "there is no 'make'"],
    ['create', 'create needs a directory: --dir DIR'],
    ['create --dir', "option '-d, --dir <value>' argument missing"],
    ['create --dir /c /d', "'/d' is one word too many"],
    ['create --dir /c --nodes 0', "--nodes is a number from 1 to 100, not '0'"],
    ['create --dir /c --nodes three', "--nodes is a number from 1 to 100, not 'three'"],
    ['create --dir /c --nodes=-1', "--nodes is a number from 1 to 100, not '-1'"],
    ['create --dir /c --base-port 99999', "--base-port is a number from 1 to 55533, not '99999'"],
    ['create --dir /c --shards 129', "--shards is a number from 1 to 128, not '129'"],
    ['create --dir /c --tls --tls-cert-file a --tls-key-file b', '--tls needs --tls-cert-file, --tls-key-file and --tls-ca-cert-file'],
    ['create --dir /c --tls-cert-file a', '--tls-cert-file, --tls-key-file and --tls-ca-cert-file are for --tls'],
    ['create --dir /c --colour', "unknown option '--colour'"],
    ['create --dir /c -- maxmemory 1gb', "a directive begins with --, 'maxmemory' does not"],
    ['create --dir /c -- --version', "'--version' is no directive"],
    ['stop', 'stop needs a directory: --dir DIR'],
    ['stop --dir /c -- --maxmemory 1gb', 'directives after -- are for create, not for stop'],
    ['status', 'status of what? HOST:PORT or --dir DIR'],
    ['status :1 --dir /c', 'status takes one of HOST:PORT, --dir and --socket'],
    ['status localhost', "'localhost' is no HOST:PORT"],
    ['status :0', "the port is a number from 1 to 65535, not '0'"],
    ['status :1 --cert c', '--cert and --key belong together'],
  ])('refuses: %s', (line, message) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ name: 'UsageError', message }) as Error);
  });
});
