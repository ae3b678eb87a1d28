import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultValues } from '../../../src/config/options.ts';
import type { ConfigValues } from '../../../src/config/options.ts';
import { initializedLine, readyLine, startedLine } from '../../../src/lifecycle/log-lines.ts';
import { logoText } from '../../../src/lifecycle/logo.ts';
import { pidFilePath, removePidFile, writePidFile } from '../../../src/lifecycle/pid-file.ts';
import { processTitle } from '../../../src/lifecycle/process-title.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

function titleOf(changes: Partial<ConfigValues>, configFile = ''): string {
  return processTitle({ ...defaultValues(), ...changes }, configFile);
}

describe('the process title', () => {
  it('shows address, port and mode by default', () => {
    expect(titleOf({})).toBe('tessera *:6379');
    expect(titleOf({ bind: ['127.0.0.1', '::1'], port: 7000, 'cluster-enabled': true })).toBe('tessera 127.0.0.1:7000 [cluster]');
    expect(titleOf({ bind: [], port: 0, 'tls-port': 7001 })).toBe('tessera *:7001');
    expect(titleOf({ port: 0, unixsocket: '/tmp/a.sock' })).toBe('tessera /tmp/a.sock');
  });

  it('fills every variable of the template', () => {
    expect(titleOf({
      'proc-title-template': '{{{title}} {port}/{tls-port} {unixsocket} {config-file} {server-mode}', unixsocket: '/s',
    }, '/etc/a.conf')).toBe('{tessera} 6379/0 /s /etc/a.conf');
  });
});

describe('the pid file', () => {
  it('is where pidfile says, or at the usual place for a daemon, or nowhere', () => {
    expect(pidFilePath({ pidfile: 'a.pid', daemonize: false, dir: '/data' })).toBe('/data/a.pid');
    expect(pidFilePath({ pidfile: '', daemonize: true, dir: '/data' })).toBe('/var/run/tessera.pid');
    expect(pidFilePath({ pidfile: '', daemonize: false, dir: '/data' })).toBeUndefined();
  });

  it('is removed by the process that wrote it only', () => {
    const path = join(makeTempDir('pid'), 'a.pid');
    writePidFile(path, 12);
    expect(readFileSync(path, 'utf8')).toBe('12\n');
    writeFileSync(path, '13\n');
    expect([removePidFile(path, 12), existsSync(path)]).toEqual([false, true]);
    expect([removePidFile(path, 13), existsSync(path), removePidFile(path, 13)]).toEqual([true, false, false]);
  });
});

describe('lines that others look for', () => {
  it('hold the words of redis-server', () => {
    const started = startedLine({ mode: 'cluster', port: 7000, shardCount: 2, pid: 77 });
    expect(`${started}\n${initializedLine}`).toMatch(/ PID: 77[^]*Server initialized/);
    expect(started).toContain('Running mode=cluster, port=7000');
    expect(readyLine).toBe('Ready to accept connections');
  });

  it('are in the logo too', () => {
    const logo = logoText({ version: '0.1.0', nodeVersion: 'v26.10.0', mode: 'standalone', port: 6379, shardCount: 1, pid: 77 });
    expect(logo).toContain('PID: 77\n');
    expect(logo).toContain('Port: 6379\n');
    expect(logo).toContain('Running in standalone mode, 1 shard\n');
  });
});
