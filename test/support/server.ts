/**
 * A server process under test: Tessera or redis-server, seen alike from outside.
 *
 * It is ready when its log says so, its log is kept for the report of a failure, and it never
 * outlives the test process: the exit hook kills it, and where the host has setpriv the kernel
 * does so too when the test process itself was killed.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { atExit } from './at-exit.ts';
import { within } from './until.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tlsPort?: number;
  readonly unixSocket?: string;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly address: ServerAddress;
  readonly dir: string;
  readonly readyTimeoutMs?: number;
  /** Open files the server may have (ulimit -n). */
  readonly openFilesMax?: number;
}

const READY_TEXT = 'Ready to accept connections';
const SETPRIV = '/usr/bin/setpriv';
const running = new Set<ChildProcess>();
atExit(() => {
  for (const child of running) child.kill('SIGKILL');
});

export class Server {
  readonly address: ServerAddress;
  readonly dir: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | string>;
  readonly #readyTimeoutMs: number;
  #log = '';
  #onLog: (() => void) | undefined;

  constructor(launch: Launch) {
    this.address = launch.address;
    this.dir = launch.dir;
    this.#readyTimeoutMs = launch.readyTimeoutMs ?? 20_000;
    const words = guarded(launch);
    this.#child = spawn(words[0]!, words.slice(1), { cwd: launch.dir, stdio: ['ignore', 'pipe', 'pipe'] });
    this.pid = this.#child.pid ?? 0;
    running.add(this.#child);
    const collect = (text: Buffer): void => {
      this.#log += text.toString();
      this.#onLog?.();
    };
    this.#child.stdout?.on('data', collect);
    this.#child.stderr?.on('data', collect);
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    void this.#exited.then(() => running.delete(this.#child));
  }

  get log(): string {
    return this.#log;
  }

  /** Exit code, or the name of the signal that ended it. */
  get exited(): Promise<number | string> {
    return this.#exited;
  }

  /** Waits until the log says that connections are accepted. */
  async ready(): Promise<this> {
    const said = new Promise<void>((resolve) => {
      this.#onLog = () => this.#log.includes(READY_TEXT) && resolve();
      this.#onLog();
    });
    const ended = this.#exited.then((code) => {
      throw new Error(`the server ended with ${code} before it was ready`);
    });
    try {
      await within('the server is ready', Promise.race([said, ended]), this.#readyTimeoutMs);
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw new Error(`${(error as Error).message}\n${this.#log}`, { cause: error });
    } finally {
      ended.catch(() => undefined);
    }
    return this;
  }

  /** Ordered shutdown: SIGTERM must lead to exit code 0. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    try {
      const code = await within('the server stops after SIGTERM', this.#exited, 10_000);
      if (code !== 0) throw new Error(`the server ended with ${code} after SIGTERM`);
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw new Error(`${(error as Error).message}\n${this.#log}`, { cause: error });
    }
  }

  /** kill -9, as a crash. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Resident memory now, as the kernel counts it; Linux only. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
  }
}

function guarded(launch: Launch): string[] {
  const words = [launch.command, ...launch.args];
  if (launch.openFilesMax !== undefined) {
    words.unshift('/bin/sh', '-c', `ulimit -n ${launch.openFilesMax} && exec "$@"`, 'sh');
  }
  if (existsSync(SETPRIV)) words.unshift(SETPRIV, '--pdeathsig', 'KILL', '--');
  return words;
}
