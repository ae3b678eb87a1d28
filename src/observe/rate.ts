/** How fast a counter rises, as the mean of the newest samples: what INFO calls instantaneous. */
const sampleCount = 16;

export class Rate {
  readonly #perSecond = new Float64Array(sampleCount);
  #next = 0;
  #last: number;
  #lastMs: number;

  constructor(value: number, nowMs: number) {
    this.#last = value;
    this.#lastMs = nowMs;
  }

  sample(value: number, nowMs: number): void {
    const elapsedMs = nowMs - this.#lastMs;
    if (elapsedMs <= 0) return;
    // A counter that was set back has risen from zero.
    const risen = value >= this.#last ? value - this.#last : value;
    this.#perSecond[this.#next] = (risen * 1000) / elapsedMs;
    this.#next = (this.#next + 1) % sampleCount;
    this.#last = value;
    this.#lastMs = nowMs;
  }

  get perSecond(): number {
    return this.#perSecond.reduce((sum, one) => sum + one, 0) / sampleCount;
  }

  reset(value: number, nowMs: number): void {
    this.#perSecond.fill(0);
    this.#last = value;
    this.#lastMs = nowMs;
  }
}
