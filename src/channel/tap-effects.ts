/**
 * Effects that go to their log as ever, and those on slots that move to another node also into the tap of their shard.
 * Whether an effect does is known with its key, so what comes before the key is kept till then.
 */
import { keySlot } from '../base/crc16.ts';
import { SlotMark } from './control.ts';
import type { EffectWriter } from './effect-writer.ts';
import { noEffects } from './effects.ts';
import type { Effects } from './effects.ts';
import { hasPassed } from './slot-tap.ts';

export interface TapParts {
  /** This thread's writers for the taps of all shards. */
  readonly taps: readonly EffectWriter[];
  /** Of each slot (control.ts). */
  readonly marks: Uint8Array;
  readonly hashOf: (key: Uint8Array, offset: number, length: number) => number;
  /** Which argument of an effect is its key. */
  readonly keyArgumentOf: (name: string) => number;
}

export class TapEffects implements Effects {
  /** Where all effects go. */
  inner: Effects = noEffects;
  readonly #parts: TapParts;
  #db = 0;
  #name = '';
  #argc = 0;
  /** Arguments until the key has been seen. */
  #left = 0;
  readonly #before: Uint8Array[] = [];
  #tap: EffectWriter | undefined;

  constructor(parts: TapParts) {
    this.#parts = parts;
  }

  get enabled(): boolean {
    return true;
  }

  command(db: number, name: string, argc: number): void {
    this.inner.command(db, name, argc);
    this.#db = db;
    this.#name = name;
    this.#argc = argc;
    this.#left = this.#parts.keyArgumentOf(name);
    this.#before.length = 0;
    this.#tap = undefined;
  }

  bytes(source: Uint8Array, offset: number, length: number): void {
    this.inner.bytes(source, offset, length);
    if (this.#left > 0) this.#judge(source, offset, length);
    this.#tap?.bytes(source, offset, length);
  }

  integer(n: number): void {
    this.inner.integer(n);
    this.#tap?.integer(n);
  }

  text(s: string): void {
    this.inner.text(s);
    if (this.#left > 0) {
      const bytes = Buffer.from(s, 'latin1');
      this.#judge(bytes, 0, bytes.length);
    }
    this.#tap?.text(s);
  }

  /** What is atomic here need not be so in the stream: nobody sees its keys before all have arrived. */
  beginTransaction(): void {
    this.inner.beginTransaction();
  }

  endTransaction(): void {
    this.inner.endTransaction();
  }

  #judge(source: Uint8Array, offset: number, length: number): void {
    this.#left--;
    if (this.#left > 0) {
      this.#before.push(source.slice(offset, offset + length));
      return;
    }
    const { taps, marks, hashOf } = this.#parts;
    const slot = keySlot(source, offset, length);
    if ((marks[slot]! & SlotMark.leaving) === 0) return;
    const tap = taps[slot % taps.length]!;
    if (!hasPassed(tap.log, slot, hashOf(source, offset, length))) return;
    this.#tap = tap;
    tap.command(this.#db, this.#name, this.#argc);
    for (const argument of this.#before) tap.bytes(argument, 0, argument.length);
  }
}
