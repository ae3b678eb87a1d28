/** `tessera cluster create --tls`: a cluster whose clients and nodes talk over TLS alone, and what is done with it later. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificates } from '../support/certificates.ts';
import { claimPortRow } from '../support/free-port.ts';
import { redisVersion } from '../support/redis-binary.ts';
import { until } from '../support/until.ts';
import { newRoot, processesIn, tessera } from './cluster-command.ts';
import type { Outcome } from './cluster-command.ts';

const patienceMs = 90_000;
const nodeCount = 2;
const { certFile, keyFile, caFile, clientCertFile, clientKeyFile } = certificates();
const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', caFile];
const asClient = ['--tls', '--cert', clientCertFile, '--key', clientKeyFile, '--cacert', caFile];

describe('a cluster over TLS', () => {
  const dir = newRoot();
  let port: number;
  let created: Outcome;

  beforeAll(async () => {
    port = await claimPortRow(nodeCount);
    created = await tessera([
      'create', '--dir', dir, '--nodes', String(nodeCount), '--base-port', String(port), '--shards', '1', '--tls', ...files,
      '--', '--appendonly', 'yes', '--cluster-node-timeout', '1000',
    ]);
  }, patienceMs);

  afterAll(async () => {
    for (const pid of processesIn(dir)) process.kill(pid, 'SIGKILL');
    await until('no process is left', () => processesIn(dir).length === 0);
  });

  test('is made with certificates that are there, and tells how it is used', () => {
    expect(created).toMatchObject({ code: 0, errors: '' });
    expect(created.output).toContain(`redis-cli -c -h 127.0.0.1 -p ${port} --tls --cert ${certFile} --key ${keyFile} --cacert ${caFile} `);
    const conf = readFileSync(join(dir, String(port), 'node.conf'), 'utf8');
    for (const line of ['port 0', `tls-port ${port}`, 'tls-cluster yes', 'tls-replication yes', `tls-ca-cert-file ${caFile}`]) expect(conf).toContain(`\n${line}\n`);
  });

  test.skipIf(redisVersion() === undefined)('is fine for redis-cli', () => {
    const output = execFileSync('redis-cli', [...asClient, '--cluster', 'check', `127.0.0.1:${port}`], { encoding: 'utf8' });
    expect(output).toContain('[OK] All nodes agree about slots configuration.');
    const words = [...asClient, '-c', '-p', String(port)];
    const replies = ['foo', 'bar', 'hello'].map((key) => execFileSync('redis-cli', [...words, 'SET', key, 'v'], { encoding: 'utf8' }));
    expect(replies).toEqual(['OK\n', 'OK\n', 'OK\n']);
  });

  test('answers over TLS alone, on the ports for clients and on those of the bus', async () => {
    for (const place of [port, port + 10_000]) expect(await plainReply(place)).not.toContain('PONG');
    const plain = await tessera(['status', `127.0.0.1:${port}`]);
    expect(plain).toMatchObject({ code: 1, output: '' });
    const unknown = await tessera(['status', `127.0.0.1:${port}`, '--tls', '--cacert', caFile]);
    expect(unknown).toMatchObject({ code: 1, output: '' });
    expect(await tessera(['status', `127.0.0.1:${port}`, ...asClient])).toMatchObject({ code: 0, errors: '' });
  });

  test('is shown, stopped and started with what its directory holds', async () => {
    const status = await tessera(['status', '--dir', dir]);
    expect(status).toMatchObject({ code: 0, errors: '' });
    expect(status.output).toContain('● Cluster ok · all 16384 slots · 2 primaries');
    expect(await tessera(['stop', '--dir', dir])).toMatchObject({ code: 0, errors: '' });
    expect(processesIn(dir)).toEqual([]);
    const started = await tessera(['start', '--dir', dir]);
    expect(started).toMatchObject({ code: 0, errors: '' });
    expect(started.output).toContain('The cluster is ok.');
    expect(await tessera(['status', '--dir', dir])).toMatchObject({ code: 0, errors: '' });
  }, patienceMs);
});

describe.concurrent('a cluster over TLS cannot be made', () => {
  test('with a file that is not there', async () => {
    const root = newRoot();
    const outcome = await tessera(['create', '--dir', root, '--base-port', String(await claimPortRow(1)), '-n', '1', '--tls', ...files.with(1, '/nowhere/node.crt')]);
    expect(outcome).toEqual({ code: 1, output: '', errors: 'tessera cluster: cannot read /nowhere/node.crt: No such file or directory\n' });
    expect(existsSync(root)).toBe(false);
  });

  test('with a key of another certificate, and nothing is left of the attempt', async () => {
    const root = newRoot();
    const { code, errors } = await tessera(['create', '--dir', root, '--base-port', String(await claimPortRow(1)), '-n', '1', '--tls', ...files.with(3, clientKeyFile)]);
    expect(code).toBe(1);
    expect(errors).toContain(`Failed to load private key: ${clientKeyFile}`);
    expect(existsSync(root)).toBe(false);
  });
});

/** What comes to somebody who does not speak TLS, until the end. */
async function plainReply(port: number): Promise<string> {
  return await new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write('PING\r\nPING\r\nPING\r\n'));
    socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}
