/**
 * CLIENT PAUSE: holds back the commands of all clients, or only those that write, until a time. A
 * pause that lasts is only made longer and stricter.
 */
import type { Clock } from '../base/clock.ts';
import { CommandFlag } from '../commands/command.ts';

/** Timers cannot wait longer at once. */
const maxTimerMs = 2 ** 31 - 1;

export class ClientPause {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  #untilMs = 0;
  #holdsAll = false;
  #timer: NodeJS.Timeout | undefined;

  /** `onEnd` lets the clients go on that were held back. */
  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** Holds back all commands, or those that write, until `untilMs` since 1970. */
  begin(untilMs: number, all: boolean): void {
    this.#holdsAll = all || (this.isOn && this.#holdsAll);
    this.#untilMs = Math.max(untilMs, this.untilMs);
    this.#awaitEnd();
  }

  end(): void {
    this.#untilMs = 0;
    this.#holdsAll = false;
    clearTimeout(this.#timer);
    this.#onEnd();
  }

  get isOn(): boolean {
    return this.#untilMs !== 0 && this.#clock.now() < this.#untilMs;
  }

  /** 0 while there is no pause. */
  get untilMs(): number {
    return this.isOn ? this.#untilMs : 0;
  }

  get holdsAll(): boolean {
    return this.#holdsAll;
  }

  /** Whether a command with these CommandFlag bits has to wait. */
  holds(flags: number): boolean {
    if (this.#untilMs === 0 || !this.isOn) return false;
    return this.#holdsAll || (flags & (CommandFlag.write | CommandFlag.may_replicate)) !== 0;
  }

  #awaitEnd(): void {
    clearTimeout(this.#timer);
    const restMs = Math.min(maxTimerMs, Math.max(1, this.#untilMs - this.#clock.now()));
    this.#timer = setTimeout(() => {
      if (this.isOn) this.#awaitEnd();
      else this.end();
    }, restMs).unref();
  }
}
