/**
 * The latency monitor: moments in which something took longer than `latency-monitor-threshold`, by
 * event. An event keeps its newest samples, at most one a second (the worst), and the worst of all time.
 */
export interface LatencySample {
  readonly atSeconds: number;
  readonly ms: number;
}

export interface LatencyEvent {
  readonly name: string;
  /** Oldest first. */
  readonly samples: readonly LatencySample[];
  readonly maxMs: number;
}

const samplesMax = 160;

export class LatencyMonitor {
  readonly #events = new Map<string, { name: string; samples: LatencySample[]; maxMs: number }>();

  add(name: string, ms: number, atMs: number): void {
    const atSeconds = Math.floor(atMs / 1000);
    const sample = { atSeconds, ms: Math.floor(ms) };
    let event = this.#events.get(name);
    if (event === undefined) this.#events.set(name, event = { name, samples: [], maxMs: 0 });
    event.maxMs = Math.max(event.maxMs, sample.ms);
    const last = event.samples.at(-1);
    if (last?.atSeconds === atSeconds) event.samples[event.samples.length - 1] = { atSeconds, ms: Math.max(last.ms, sample.ms) };
    else event.samples.push(sample);
    if (event.samples.length > samplesMax) event.samples.shift();
  }

  /** In the order of their first samples. */
  events(): readonly LatencyEvent[] {
    return [...this.#events.values()];
  }

  event(name: string): LatencyEvent | undefined {
    return this.#events.get(name);
  }

  /** Forgets the named events, or all; returns how many there were. */
  reset(names: readonly string[]): number {
    if (names.length > 0) return names.filter((name) => this.#events.delete(name)).length;
    const count = this.#events.size;
    this.#events.clear();
    return count;
  }
}
