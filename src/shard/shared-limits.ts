/** The limits of compact values as the node's settings have them now. */
import { Setting, type Control } from '../channel/control.ts';
import type { ValueLimits } from '../keyspace/value-limits.ts';

export class SharedLimits implements ValueLimits {
  readonly #settings: Float64Array;

  constructor({ settings }: Control) {
    this.#settings = settings;
  }

  get hashMaxListpackEntries(): number {
    return this.#settings[Setting.hashMaxListpackEntries]!;
  }

  get hashMaxListpackValue(): number {
    return this.#settings[Setting.hashMaxListpackValue]!;
  }

  get listMaxListpackSize(): number {
    return this.#settings[Setting.listMaxListpackSize]!;
  }

  get setMaxIntsetEntries(): number {
    return this.#settings[Setting.setMaxIntsetEntries]!;
  }

  get setMaxListpackEntries(): number {
    return this.#settings[Setting.setMaxListpackEntries]!;
  }

  get setMaxListpackValue(): number {
    return this.#settings[Setting.setMaxListpackValue]!;
  }

  get zsetMaxListpackEntries(): number {
    return this.#settings[Setting.zsetMaxListpackEntries]!;
  }

  get zsetMaxListpackValue(): number {
    return this.#settings[Setting.zsetMaxListpackValue]!;
  }

  get streamNodeMaxBytes(): number {
    return this.#settings[Setting.streamNodeMaxBytes]!;
  }

  get streamNodeMaxEntries(): number {
    return this.#settings[Setting.streamNodeMaxEntries]!;
  }
}
