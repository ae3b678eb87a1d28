/**
 * What operators do in several steps, with pauses between them. One at a time: two operators that work on one slot or one
 * node at once can leave it anywhere.
 */
import type { EventQueue } from './event-queue.ts';

/** Gives the error that ends the whole, if there is one. */
export type Step = () => string | undefined | void;

export class Turns {
  readonly #queue: EventQueue;
  readonly #pauseMs: () => number;
  #isBusy = false;
  /** Counts what was begun or stopped. */
  #round = 0;

  constructor(queue: EventQueue, pauseMs: () => number) {
    this.#queue = queue;
    this.#pauseMs = pauseMs;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  take(steps: readonly Step[]): void {
    this.#isBusy = true;
    this.#next(steps, ++this.#round);
  }

  /** What is under way is left as it is. */
  stop(): void {
    this.#round++;
    this.#isBusy = false;
  }

  #next([first, ...rest]: readonly Step[], round: number): void {
    if (this.#round !== round) return;
    if (first === undefined || first() !== undefined) {
      this.#isBusy = false;
      return;
    }
    this.#queue.after(this.#pauseMs(), () => this.#next(rest, round));
  }
}
