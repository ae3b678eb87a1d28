/**
 * Connections to other servers that are kept for the next MIGRATE: up to 64, for ten seconds each, as in Redis. One
 * that is in use is not in the pool, so that several clients may move keys to one server at a time.
 */
import type { Target } from './target.ts';

const idleMax = 64;
const idleMsMax = 10_000;

export class TargetPool {
  /** The one that was used last is at the end. */
  #idle: Target[] = [];

  /** How many connections wait for use. */
  get size(): number {
    return this.#idle.filter(({ isOpen }) => isOpen).length;
  }

  take(address: string): Target | undefined {
    const at = this.#idle.findLastIndex((target) => target.address === address && target.isOpen);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0];
  }

  give(target: Target, nowMs: number): void {
    target.lastUsedMs = nowMs;
    this.#idle = [...this.#idle.filter(({ isOpen }) => isOpen), target];
    if (this.#idle.length > idleMax) this.#idle.shift()!.close();
  }

  /** To be called now and then. */
  closeOld(nowMs: number): void {
    for (const target of this.#idle) if (nowMs - target.lastUsedMs > idleMsMax) target.close();
    this.#idle = this.#idle.filter(({ isOpen }) => isOpen);
  }
}
