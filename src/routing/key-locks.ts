/**
 * Keys whose commands wait in the door for a moment, because what was read of them has to stay so (MIGRATE between its
 * DUMP and its DEL), and slots whose writes wait (until it is known whether they hold keys).
 *
 * A lock is set in the door, where the order of all commands is made: what was sent to the shards before it is executed
 * before anything that its holder sends. Keys are locked in all databases. The node's own clients heed no locks.
 */
import { SLOT_COUNT, keySlot } from '../base/crc16.ts';
import { latin1 } from '../protocol/ascii.ts';

export class KeyLocks {
  /** How many locks are held. While it is 0, nothing needs to be asked. */
  held = 0;
  readonly #names = new Set<string>();
  readonly #keysOfSlot = new Int32Array(SLOT_COUNT);
  readonly #writesOfSlot = new Int32Array(SLOT_COUNT);
  readonly #onRelease: () => void;
  #waiters: (() => void)[] = [];

  /** `onRelease` lets the clients go on whose commands waited. */
  constructor(onRelease: () => void) {
    this.#onRelease = onRelease;
  }

  /** Locks the keys once nobody else holds one of them. Resolves with what releases them. */
  async lockKeys(keys: readonly Uint8Array[]): Promise<() => void> {
    const names = new Set(keys.map((key) => latin1(key, 0, key.length)));
    while (!names.isDisjointFrom(this.#names)) await new Promise<void>((resolve) => { this.#waiters.push(resolve); });
    const slots = [...names].map((name) => keySlot(Buffer.from(name, 'latin1'), 0, name.length));
    for (const name of names) this.#names.add(name);
    for (const slot of slots) this.#keysOfSlot[slot]! += 1;
    this.held++;
    return () => {
      for (const name of names) this.#names.delete(name);
      for (const slot of slots) this.#keysOfSlot[slot]! -= 1;
      this.#released();
    };
  }

  /** Has writes to the slots wait. Returns what lets them go on. */
  lockWrites(slots: readonly number[]): () => void {
    for (const slot of slots) this.#writesOfSlot[slot]! += 1;
    this.held++;
    return () => {
      for (const slot of slots) this.#writesOfSlot[slot]! -= 1;
      this.#released();
    };
  }

  /** Whether a command with this key has to wait. */
  holds(slot: number, isWrite: boolean, bytes: Uint8Array, offset: number, length: number): boolean {
    if (isWrite && this.#writesOfSlot[slot] !== 0) return true;
    return this.#keysOfSlot[slot] !== 0 && this.#names.has(latin1(bytes, offset, length));
  }

  #released(): void {
    this.held--;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
    this.#onRelease();
  }
}
