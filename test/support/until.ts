/**
 * Bounded waits by condition. A test never sleeps for "long enough": it asks again until the
 * condition holds, and fails with the condition's words when the deadline passes.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves with the first value of `probe` that is not undefined, null or false. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 10_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) {
      return value as Exclude<T, undefined | null | false>;
    }
    if (performance.now() > deadlineMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(5);
  }
}

/** Settles as `promise` does, or rejects after `timeoutMs` with the words of `what`. */
export async function within<T>(what: string, promise: Promise<T>, timeoutMs = 10_000): Promise<T> {
  const guard = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: guard.signal }).then(() => {
    throw new Error(`not within ${timeoutMs} ms: ${what}`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    guard.abort();
  }
}
