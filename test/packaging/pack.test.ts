/** The published package: what is in it, and that it runs where there is no source tree. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { claimPort, claimPortRow } from '../support/free-port.ts';
import { RespClient } from '../support/resp-client.ts';
import { Server } from '../support/server.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const root = new URL('../..', import.meta.url).pathname;
const { version, dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string; dependencies: Record<string, string>; optionalDependencies: Record<string, string>;
};

let application: string;
let command: string;

function run(program: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Packs, and lays the package out as npm does, with its dependencies linked from this tree. */
beforeAll(() => {
  application = makeTempDir('package');
  const modules = join(application, 'node_modules');
  mkdirSync(join(modules, 'tessera'), { recursive: true });
  run('npm', 'pack', '--pack-destination', application);
  run('tar', '-xzf', join(application, `tessera-${version}.tgz`), '-C', join(modules, 'tessera'), '--strip-components=1');
  const installed = new Set(readdirSync(join(root, 'node_modules')));
  for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)].filter((candidate) => installed.has(candidate))) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  command = join(modules, 'tessera/src/launch.sh');
});

describe('the packed package', () => {
  it('holds the built program, the launcher and the manuals, and nothing else', () => {
    const files = readdirSync(join(application, 'node_modules/tessera'), { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining([
      'package.json', 'LICENSE', 'README.md', 'ARCHITECTURE.md', 'cluster.conf', 'src/launch.sh', 'dist/src/main.js',
      'dist/workers/shard.js', 'dist/workers/log.js',
    ]));
    const strangers = files.filter((file) => /\.(ts|map|tgz)$|^(test|bench)\b/.test(file));
    expect(strangers).toEqual([]);
  });

  it('tells its version and its usage', () => {
    expect(run(command, '--version')).toMatch(new RegExp(`^Tessera server v=${version} node=v\\d+\\.\\d+\\.\\d+ bits=64\n$`));
    expect(run(command, '--help')).toContain('Usage: tessera [/path/to/cluster.conf]');
  });

  it('accepts the manual it ships as a configuration', () => {
    const { status, stderr } = spawnSync(command, [join(application, 'node_modules/tessera/cluster.conf'), '--port', 'x'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(`>>> 'port "x"'\nargument couldn't be parsed into an integer\n`);
  });

  it('makes a cluster, shows it and stops it', async () => {
    const dir = join(makeTempDir('packed-cluster'), 'cluster');
    const port = await claimPortRow(1);
    expect(run(command, 'cluster', 'create', '--dir', dir, '--nodes', '1', '--base-port', String(port))).toContain(`127.0.0.1:${port}  0-16383`);
    expect(run(command, 'cluster', 'status', `127.0.0.1:${port}`)).toContain('Cluster ok · all 16384 slots · 1 primary');
    expect(run(command, 'cluster', 'stop', '--dir', dir)).toBe(`  127.0.0.1:${port}  stopped\n`);
  });

  it('serves, and stops in order', async () => {
    const port = await claimPort();
    const server = new Server({
      command, args: ['--port', String(port), '--bind', '127.0.0.1', '--shards', '2'],
      address: { host: '127.0.0.1', port }, dir: makeTempDir('packed-data'),
    });
    await server.ready();
    const client = await RespClient.connect({ host: '127.0.0.1', port });
    expect(await client.call('SET', 'key', 'value')).toBe('OK');
    expect(await client.call('GET', 'key')).toBe('value');
    client.close();
    await server.stop();
  });
});
