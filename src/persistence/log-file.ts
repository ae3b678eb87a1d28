/**
 * One shard's effect log on its way into its file: how far it is written, how far synced, and which
 * file it goes to. Content is written straight from the ring at explicit offsets, so whatever a failed
 * write has left is written over.
 *
 * Room in the ring is given back when the bytes are in the file. With `retain` it is given back when
 * they are durable: if a sync fails, the operating system may have dropped the pages, so the bytes
 * since the last good sync are written again.
 */
import { assert } from '../base/assert.ts';
import { LogWord } from '../channel/effect-log.ts';
import type { EffectLog } from '../channel/effect-log.ts';
import type { Files } from './files.ts';
import { writeSome } from './write-fully.ts';

const noFile = -1;

export class LogFile {
  readonly log: EffectLog;
  readonly #files: Files;
  readonly #pathOf: (generation: number, sequence: number) => string;
  readonly #mode: 'write' | 'create';
  #file = noFile;
  /** Written up to here: position in the log and offset in the file. */
  #position: number;
  #offset = 0;
  /** Given back to the writer up to here. */
  #keptPosition: number;
  #keptOffset = 0;
  #unsynced = false;
  /** Durable up to here. */
  #durablePosition: number;

  /** `mode` create: the file is made or emptied; write: it must exist and is continued at its end. */
  constructor(
    files: Files, log: EffectLog, pathOf: (generation: number, sequence: number) => string, mode: 'write' | 'create' = 'write',
  ) {
    this.#files = files;
    this.log = log;
    this.#pathOf = pathOf;
    this.#mode = mode;
    this.#position = log.consumed;
    this.#keptPosition = this.#position;
    this.#durablePosition = this.#position;
  }

  get isUnsynced(): boolean {
    return this.#unsynced;
  }

  /** True when something published is not in the file yet. */
  get isBehind(): boolean {
    return this.log.written !== this.#position || !this.log.isSwitched;
  }

  /** Writes what is published up to `target`, a position read before. Throws what the file system throws. */
  write(target: number, retain: boolean): void {
    if (!this.log.isSwitched) {
      const boundary = this.log.words[LogWord.switchPosition]!;
      if (((target - boundary) | 0) < 0) {
        this.#writeUpTo(target, retain);
        return;
      }
      this.#writeUpTo(boundary, retain);
      this.#switch();
    }
    this.#writeUpTo(target, retain);
  }

  /** Makes durable all that is written, yet does not say so. Throws what the file system throws. */
  sync(): void {
    if (!this.#unsynced) return;
    try {
      this.#files.sync(this.#file);
    } catch (error) {
      this.#position = this.#keptPosition;
      this.#offset = this.#keptOffset;
      throw error;
    }
    this.#unsynced = false;
    this.#durablePosition = this.#position;
    this.#giveBack();
  }

  /** Lets replies go that waited for what is durable. */
  publishDurable(): void {
    this.log.setDurable(this.#durablePosition);
  }

  close(): void {
    if (this.#file !== noFile) this.#files.close(this.#file);
    this.#file = noFile;
  }

  #writeUpTo(target: number, retain: boolean): void {
    const { ring, capacityBytes } = this.log;
    while (this.#position !== target) {
      assert(this.#file !== noFile, 'effects are written only while there is a file for them');
      const at = this.#position & (capacityBytes - 1);
      const length = Math.min((target - this.#position) | 0, capacityBytes - at);
      const count = writeSome(this.#files, this.#file, ring, at, length, this.#offset);
      this.#position = (this.#position + count) | 0;
      this.#offset += count;
      this.#unsynced = true;
      if (!retain) this.#giveBack();
    }
  }

  #giveBack(): void {
    this.#keptPosition = this.#position;
    this.#keptOffset = this.#offset;
    this.log.setConsumed(this.#position);
  }

  /** All before the switch is written: it is made durable, and the next file opened. */
  #switch(): void {
    this.sync();
    this.publishDurable();
    const generation = this.log.words[LogWord.fileGeneration]!;
    const sequence = this.log.words[LogWord.fileSequence]!;
    const next = sequence === 0 ? noFile : this.#files.open(this.#pathOf(generation, sequence), this.#mode);
    this.close();
    this.#file = next;
    this.#offset = next === noFile ? 0 : this.#files.sizeBytes(next);
    this.#keptOffset = this.#offset;
    this.#unsynced = next !== noFile && this.#mode === 'create';
    this.log.setSwitched();
  }
}
