/**
 * Effects as values: what handlers wrote, in order, with MULTI and EXEC where replay must be all or
 * none. Arguments are copied, so a test may compare them or replay them later.
 */
import { assert } from '../../../src/base/assert.ts';
import type { Effects } from '../../../src/channel/effects.ts';
import { quoteWord } from '../../support/quoting.ts';

export interface RecordedEffect {
  readonly db: number;
  /** The name first. */
  readonly words: readonly Buffer[];
}

export class RecordedEffects implements Effects {
  readonly enabled = true;
  #recorded: { db: number; words: Buffer[] }[] = [];
  #missing = 0;
  #due = false;
  #open = false;

  command(db: number, name: string, argc: number): void {
    this.#assertComplete();
    if (this.#due) this.#mark('MULTI');
    this.#open ||= this.#due;
    this.#due = false;
    this.#recorded.push({ db, words: [Buffer.from(name, 'latin1')] });
    this.#missing = argc;
  }

  bytes(source: Uint8Array, offset: number, length: number): void {
    assert(this.#missing > 0, 'an effect has as many arguments as it announced');
    assert(offset >= 0 && length >= 0 && offset + length <= source.length, 'an argument lies within its bytes');
    this.#missing--;
    this.#recorded.at(-1)!.words.push(Buffer.from(source.slice(offset, offset + length)));
  }

  integer(n: number): void {
    assert(Number.isSafeInteger(n), 'an integer effect argument is exact');
    this.text(String(n));
  }

  text(s: string): void {
    const bytes = Buffer.from(s, 'latin1');
    this.bytes(bytes, 0, bytes.length);
  }

  beginTransaction(): void {
    assert(!this.#due && !this.#open, 'transactions do not nest');
    this.#due = true;
  }

  endTransaction(): void {
    assert(this.#due || this.#open, 'a transaction ends once');
    if (this.#open) this.#mark('EXEC');
    this.#due = false;
    this.#open = false;
  }

  /** Everything since the last call. */
  take(): RecordedEffect[] {
    this.#assertComplete();
    assert(!this.#due && !this.#open, 'no transaction is left open');
    const taken = this.#recorded;
    this.#recorded = [];
    return taken;
  }

  #mark(name: string): void {
    this.#assertComplete();
    this.#recorded.push({ db: 0, words: [Buffer.from(name)] });
  }

  #assertComplete(): void {
    assert(this.#missing === 0, 'an effect has as many arguments as it announced');
  }
}

/** As one would type it; effects of a database other than 0 begin with its number and a colon. */
export function effectText({ db, words }: RecordedEffect): string {
  return (db === 0 ? '' : `${db}:`) + words.map((word) => quoteWord(word)).join(' ');
}
