/** Runs `tessera cluster` as a person does, and takes care that no node of a cluster outlives the tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../src/cli/local-process.ts';
import { atExit } from '../support/at-exit.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const launcher = new URL('../../src/launch.sh', import.meta.url).pathname;

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `tessera cluster`; `onOutput` sees what has come so far, and the process. */
export async function tessera(words: readonly string[], onOutput?: (output: string, interrupt: () => void) => void): Promise<Outcome> {
  const child = spawn('sh', [launcher, 'cluster', ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, REDISCLI_AUTH: undefined } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    onOutput?.(output, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, errors };
}

/** The processes that run in directories of `root`. */
export function processesIn(root: string): number[] {
  const names = existsSync(root) ? readdirSync(root) : [];
  return names.map((name) => join(root, name, 'tessera.pid')).filter((path) => existsSync(path)).map((path) => Number(readFileSync(path, 'utf8'))).filter(isAlive);
}

/** Where clusters are made; whatever happens, no process of theirs outlives the tests. */
const roots: string[] = [];
atExit(() => roots.flatMap(processesIn).forEach((pid) => process.kill(pid, 'SIGKILL')));

export function newRoot(): string {
  const root = join(makeTempDir('cluster-cli'), 'cluster');
  roots.push(root);
  return root;
}
