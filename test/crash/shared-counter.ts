/** A counter that several writers increment: after a crash it is between the acknowledged and the sent count. */
import type { State } from './expectation.ts';

export class SharedCounter {
  readonly key = 'shared-counter';
  #acknowledged = 0;
  #pending = 0;

  sent(): void {
    this.#pending++;
  }

  acknowledged(): void {
    this.#pending--;
    this.#acknowledged++;
  }

  /** What is wrong with the value found after a restart; it is the known one from now on. */
  settle(found: State): string | undefined {
    const value = Number(found ?? 0);
    const [least, most] = [this.#acknowledged, this.#acknowledged + this.#pending];
    this.#acknowledged = value;
    this.#pending = 0;
    return value >= least && value <= most ? undefined : `${this.key} is ${value}, must be between ${least} and ${most}`;
  }
}
