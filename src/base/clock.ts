/**
 * The edge where time comes in. Everything else receives it as a value.
 * Wall time is read through the monotonic clock, so that one reading gives both the time of day
 * and durations; `synchronise` follows steps of the system's clock.
 */
export class Clock {
  #originMs = 0;

  constructor() {
    this.synchronise();
  }

  /** Milliseconds since 1970 with a fraction. */
  now(): number {
    return this.#originMs + performance.now();
  }

  synchronise(): void {
    this.#originMs = Date.now() - performance.now();
  }
}
