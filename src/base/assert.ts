/**
 * Assertions guard our own invariants; a client's mistake is an error reply instead.
 * A failed assertion stops the thread: going on would mean serving or saving corrupt data.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws InvariantError unless `condition` holds. `invariant` says in words what must be true. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new InvariantError(invariant);
}
