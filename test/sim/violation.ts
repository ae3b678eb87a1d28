/** An invariant of the simulation that does not hold. */
export type Invariant = 'vote once' | 'vote on disk' | 'majority' | 'epochs' | 'one owner' | 'failed' | 'consistent' | 'convergence';

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: Invariant;

  constructor(invariant: Invariant, text: string) {
    super(`${invariant}: ${text}`);
    this.invariant = invariant;
  }
}

export function fail(invariant: Invariant, text: string): never {
  throw new Violation(invariant, text);
}
