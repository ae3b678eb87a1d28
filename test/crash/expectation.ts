/**
 * What a crash may leave of one thing that a single writer changes: the last acknowledged state, or the state
 * after any of the changes that were sent and not yet answered. A thing is one key, or a group of keys
 * that always changes in one command and so must never be seen half changed.
 */
export type State = string | null;

export class Expectation {
  readonly keys: readonly string[];
  #acknowledged: State = null;
  #pending: State[] = [];

  constructor(keys: readonly string[]) {
    this.keys = keys;
  }

  /** The state once everything sent has been executed. */
  get latest(): State {
    return this.#pending.length === 0 ? this.#acknowledged : this.#pending.at(-1)!;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** A change to `state` is on its way. */
  sent(state: State): void {
    this.#pending.push(state);
  }

  /** The oldest change on its way was answered. */
  acknowledged(): void {
    this.#acknowledged = this.#pending.shift() ?? null;
  }

  /** What is wrong with the values found after a restart; they are the known state from now on. */
  settle(found: readonly State[]): string | undefined {
    const [state] = found;
    const allowed = [this.#acknowledged, ...this.#pending];
    const problem = this.#judge(found, allowed);
    this.#acknowledged = state ?? null;
    this.#pending = [];
    return problem;
  }

  #judge(found: readonly State[], allowed: readonly State[]): string | undefined {
    if (found.some((state) => state !== found[0])) return `${this.keys.join(' ')} half written: ${found.join(' ')}`;
    if (allowed.includes(found[0] ?? null)) return undefined;
    return `${this.keys.join(' ')} is ${found[0]}, acknowledged was ${allowed[0]}, on their way ${allowed.slice(1).join(' ') || 'nothing'}`;
  }
}
