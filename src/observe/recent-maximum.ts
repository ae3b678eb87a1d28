/** The largest of what was seen in the last few seconds, one slot a second. */
const slotCount = 8;

export class RecentMaximum {
  readonly #slots = new Float64Array(slotCount);
  #second = 0;

  note(value: number, nowMs: number): void {
    this.#advance(Math.floor(nowMs / 1000));
    const slot = this.#second % slotCount;
    if (value > this.#slots[slot]!) this.#slots[slot] = value;
  }

  get(nowMs: number): number {
    this.#advance(Math.floor(nowMs / 1000));
    return Math.max(...this.#slots);
  }

  /** Empties the slots of the seconds that have passed since the last look. */
  #advance(second: number): void {
    const passed = Math.min(slotCount, second - this.#second);
    for (let i = 1; i <= passed; i++) this.#slots[(second - passed + i) % slotCount] = 0;
    if (passed > 0) this.#second = second;
  }
}
