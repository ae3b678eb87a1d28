/**
 * The slow log: the newest commands that took longer than `slowlog-log-slower-than`, with their
 * arguments trimmed as Redis trims them.
 */
export interface SlowLogEntry {
  readonly id: number;
  readonly atSeconds: number;
  readonly us: number;
  readonly args: readonly Uint8Array[];
  readonly clientAddress: string;
  readonly clientName: string;
}

export class SlowLog {
  readonly #entries: SlowLogEntry[] = [];
  #nextId = 0;
  #lengthMax: number;
  #argumentsMax: number;
  #argumentBytesMax: number;

  constructor(lengthMax: number, argumentsMax: number, argumentBytesMax: number) {
    this.#lengthMax = lengthMax;
    this.#argumentsMax = argumentsMax;
    this.#argumentBytesMax = argumentBytesMax;
  }

  get length(): number {
    return this.#entries.length;
  }

  setLimits(lengthMax: number, argumentsMax: number, argumentBytesMax: number): void {
    this.#lengthMax = lengthMax;
    this.#argumentsMax = argumentsMax;
    this.#argumentBytesMax = argumentBytesMax;
    this.#entries.splice(lengthMax);
  }

  /** `args` are the first arguments of `argc`; each may be cut one byte beyond the limit or later, with its full length in `lengths`. */
  add(atMs: number, us: number, args: readonly Uint8Array[], lengths: readonly number[], argc: number, clientAddress: string, clientName: string): void {
    this.#entries.unshift({
      id: this.#nextId++, atSeconds: Math.floor(atMs / 1000), us: Math.floor(us), args: this.#trim(args, lengths, argc), clientAddress, clientName,
    });
    this.#entries.splice(this.#lengthMax);
  }

  /** The newest `count` entries, newest first; all of them for -1. */
  newest(count: number): readonly SlowLogEntry[] {
    return count < 0 ? this.#entries : this.#entries.slice(0, count);
  }

  reset(): void {
    this.#entries.length = 0;
  }

  #trim(args: readonly Uint8Array[], lengths: readonly number[], argc: number): Uint8Array[] {
    const shown = argc > this.#argumentsMax ? this.#argumentsMax - 1 : argc;
    const trimmed = args.slice(0, shown).map((arg, i) => {
      const more = lengths[i]! - this.#argumentBytesMax;
      return more > 0 ? Buffer.concat([arg.subarray(0, this.#argumentBytesMax), Buffer.from(`... (${more} more bytes)`)]) : arg;
    });
    if (argc > shown) trimmed.push(Buffer.from(`... (${argc - shown} more arguments)`));
    return trimmed;
  }
}
