/** The reference: which redis-server this host has, if any. */
import { spawnSync } from 'node:child_process';

/** The version whose replies Tessera is compared with. */
export const REFERENCE_VERSION = '7.0.15';

/** True when redis-server on this host is the reference version. */
export function hasReference(): boolean {
  return redisVersion() === REFERENCE_VERSION;
}

/** The version of the host's redis-server, or undefined when it has none. */
export function redisVersion(): string | undefined {
  const run = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return /v=(\d+\.\d+\.\d+)/.exec(run.stdout ?? '')?.[1];
}
