/**
 * The effects of a command that runs over several shards under a lease. The complete transaction
 * goes into the log of every participant, so that recovery can complete it from any of them:
 *
 *   #TX:<id>:<shard>,<shard>…\r\n  MULTI  <effects of all shards>  EXEC
 *
 * `id` increases for the life of the data directory, so each log holds ascending ids. Nothing is
 * written for a command without an effect.
 */
import { assert } from '../base/assert.ts';
import type { EffectWriter } from './effect-writer.ts';
import type { Effects } from './effects.ts';

/** redis-check-aof and redis-server read an annotation line into 1024 bytes. */
const maxAnnotationBytes = 1023;

export class LeaseEffects implements Effects {
  readonly #shards: readonly number[];
  readonly #writers: readonly EffectWriter[];
  readonly #transactionId: number;
  #opened = false;
  #ended = false;

  /**
   * For one command or MULTI block over `shards`, all parked; `writers` are this thread's writers for
   * their logs, in the same order. `transactionId` is above all ids before it, below 2^53.
   */
  constructor(shards: readonly number[], writers: readonly EffectWriter[], transactionId: number) {
    assert(Number.isSafeInteger(transactionId) && transactionId > 0, 'transaction ids are positive integers');
    assert(shards.length === writers.length && shards.length > 0, 'each participant has a writer');
    this.#shards = shards;
    this.#writers = writers;
    this.#transactionId = transactionId;
  }

  get enabled(): boolean {
    return this.#writers.some((writer) => writer.enabled);
  }

  /**
   * Ends the transaction and publishes it in all logs at once. True if it had effects: its reply then
   * waits for the position of every participant.
   */
  end(): boolean {
    assert(!this.#ended, 'a transaction ends once');
    this.#ended = true;
    if (!this.#opened) return false;
    for (const writer of this.#writers) writer.endTransaction();
    const { control } = this.#writers[0]!.log;
    control.beginPublication();
    for (const writer of this.#writers) writer.publish();
    control.endPublication();
    return true;
  }

  command(db: number, name: string, argc: number): void {
    if (!this.#opened) this.#open();
    for (const writer of this.#writers) writer.command(db, name, argc);
  }

  bytes(source: Uint8Array, offset: number, length: number): void {
    for (const writer of this.#writers) writer.bytes(source, offset, length);
  }

  integer(n: number): void {
    for (const writer of this.#writers) writer.integer(n);
  }

  text(s: string): void {
    for (const writer of this.#writers) writer.text(s);
  }

  /** The whole command is one transaction already. */
  beginTransaction(): void {}

  endTransaction(): void {}

  #open(): void {
    assert(!this.#ended, 'effects come before the end');
    this.#opened = true;
    const annotation = Buffer.from(`#TX:${this.#transactionId}:${this.#shards.join(',')}\r\n`, 'latin1');
    assert(annotation.length <= maxAnnotationBytes, 'a transaction names few enough shards for one line');
    for (const writer of this.#writers) writer.beginAnnotated(annotation);
  }
}
