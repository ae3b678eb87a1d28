/**
 * The commands of a multi-part append-only file in order, with their database. SELECT, MULTI, EXEC
 * and annotations are understood here and not passed on. A transaction is looked through up to its
 * EXEC before its first command is passed on, so that one without an end never half happens; that
 * costs a second reading of it and no memory.
 *
 * Only the last file may end inside an item or a transaction, and only if `loadTruncated`: `torn`
 * then says where the whole part ends.
 */
import { AofReader } from './aof-reader.ts';
import type { Files } from './files.ts';
import { PersistenceError } from './persistence-error.ts';

/** A complete transaction of several shards (see lease-effects.ts). */
export interface SharedTransaction {
  readonly id: number;
  readonly participants: readonly number[];
  /** Index of its file; the bytes from its annotation up to the end of its EXEC. */
  readonly fileIndex: number;
  readonly offset: number;
  readonly endOffset: number;
  /** The database selected before it. */
  readonly db: number;
}

export interface TornTail {
  readonly path: string;
  /** Where the whole part of the file ends. */
  readonly offset: number;
  readonly droppedBytes: number;
}

export interface StreamOptions {
  readonly loadTruncated: boolean;
  /** Reads the last file up to here only. */
  readonly lastEndOffset?: number;
  /** Bytes read at once. */
  readonly chunkBytes?: number;
}

export class AofStream {
  db = 0;
  /** Of the command last read, if it belongs to one: the same object for all its commands. */
  transaction: SharedTransaction | undefined;
  torn: TornTail | undefined;
  fileIndex = 0;
  /** Where the last file ends, without a torn tail, once `next` has returned false. */
  endOffset = 0;
  readonly #files: Files;
  readonly #paths: readonly string[];
  readonly #options: StreamOptions;
  #reader: AofReader;
  /** File offset behind the EXEC of the transaction being passed on, 0 outside. */
  #transactionEnd = 0;

  /** `paths` are at least one file, in order. */
  constructor(files: Files, paths: readonly string[], options: StreamOptions) {
    this.#files = files;
    this.#paths = paths;
    this.#options = options;
    this.#reader = this.#open(0);
  }

  close(): void {
    this.#reader.close();
  }

  /** The command last read: `argc` pairs (offset, length) into `bytes`, until the next call. */
  get bytes(): Uint8Array {
    return this.#reader.bytes;
  }

  get index(): Int32Array {
    return this.#reader.index;
  }

  get argc(): number {
    return this.#reader.argc;
  }

  commandIs(name: string): boolean {
    return this.#reader.argumentIs(0, name);
  }

  argument(i: number): string {
    return this.#reader.argument(i);
  }

  /** An error that names the command last read. */
  corrupt(reason: string): PersistenceError {
    return this.#reader.corrupt(reason);
  }

  /** File offset of the next item. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** Goes on at `offset` of file `fileIndex`, outside of transactions, with `db` selected. */
  seek(fileIndex: number, offset: number, db: number): void {
    if (fileIndex !== this.fileIndex) this.#goTo(fileIndex);
    this.#reader.seek(offset);
    this.db = db;
    this.transaction = undefined;
    this.#transactionEnd = 0;
  }

  /** Reads the next command; false at the end of the last file. */
  next(): boolean {
    for (;;) {
      const start = this.#reader.offset;
      const item = this.#reader.next();
      if (item === 'command') {
        if (this.#reader.argumentIs(0, 'SELECT')) this.#select();
        else if (this.#reader.argumentIs(0, 'MULTI')) this.#multi(start, undefined);
        else if (this.#reader.argumentIs(0, 'EXEC')) this.#exec();
        else return true;
      } else if (item === 'annotation') {
        this.#annotation(start);
      } else if (item === 'torn') {
        this.#tear(start);
      } else if (!this.#nextFile()) {
        return false;
      }
    }
  }

  #select(): void {
    const db = this.#reader.argc === 2 ? Number(this.#reader.argument(1)) : -1;
    if (!Number.isInteger(db) || db < 0) throw this.corrupt('SELECT names no database');
    this.db = db;
  }

  /** At the command after MULTI, or at the end if there is no EXEC. */
  #multi(start: number, shared: { id: number; participants: number[] } | undefined): void {
    if (this.#transactionEnd !== 0) throw this.corrupt('MULTI inside a transaction');
    const reader = this.#reader;
    const bodyOffset = reader.offset;
    for (;;) {
      const item = reader.next();
      if (item === 'end' || item === 'torn') {
        this.#tear(start);
        return;
      }
      if (item === 'command' && reader.argumentIs(0, 'EXEC')) break;
      if (item === 'command' && reader.argumentIs(0, 'MULTI')) throw this.corrupt('MULTI inside a transaction');
    }
    this.#transactionEnd = reader.offset;
    if (shared !== undefined) {
      this.transaction = {
        ...shared, fileIndex: this.fileIndex, offset: start, endOffset: reader.offset, db: this.db,
      };
    }
    reader.seek(bodyOffset);
  }

  #exec(): void {
    if (this.#transactionEnd === 0) throw this.corrupt('EXEC without MULTI');
    this.#transactionEnd = 0;
    this.transaction = undefined;
  }

  /** `#TX:<id>:<shard>,<shard>…` belongs to the MULTI that follows; other annotations mean nothing here. */
  #annotation(start: number): void {
    const text = this.#reader.annotation;
    if (!text.startsWith('TX:')) return;
    const match = /^TX:([1-9]\d*):(\d+(?:,\d+)*)$/.exec(text);
    const id = Number(match?.[1]);
    if (match === null || !Number.isSafeInteger(id)) throw this.corrupt('a transaction annotation is malformed');
    const item = this.#reader.next();
    if (item === 'end') {
      // What redis-check-aof --fix leaves of a torn transaction.
      if (this.#isLastFile) this.#cutAt(start);
    } else if (item === 'torn') {
      this.#tear(start);
    } else if (item === 'command' && this.#reader.argumentIs(0, 'MULTI')) {
      this.#multi(start, { id, participants: match[2]!.split(',').map(Number) });
    } else {
      throw this.corrupt('a transaction annotation stands before MULTI');
    }
  }

  /** The file's whole part ends at `offset`: leaves the reader at its end. */
  #tear(offset: number): void {
    const { path } = this.#reader;
    if (!this.#isLastFile) {
      throw new PersistenceError(`The append only file ${path} ends inside a command, and it is not the last file`);
    }
    if (!this.#options.loadTruncated) {
      throw new PersistenceError(
        `Unexpected end of file reading the append only file ${path} at byte ${offset}. You can: `
        + `1) make a backup of the file, then use redis-check-aof --fix ${path}; `
        + '2) or set the \'aof-load-truncated\' option to yes and start again',
      );
    }
    this.#cutAt(offset);
  }

  #cutAt(offset: number): void {
    const { path, sizeBytes } = this.#reader;
    this.torn = { path, offset, droppedBytes: sizeBytes - offset };
    this.#reader.seek(sizeBytes);
  }

  get #isLastFile(): boolean {
    return this.fileIndex === this.#paths.length - 1;
  }

  #nextFile(): boolean {
    if (this.#isLastFile) {
      this.endOffset = this.torn?.offset ?? this.#reader.offset;
      return false;
    }
    this.#goTo(this.fileIndex + 1);
    this.db = 0;
    return true;
  }

  #goTo(fileIndex: number): void {
    const next = this.#open(fileIndex);
    this.#reader.close();
    this.#reader = next;
    this.fileIndex = fileIndex;
  }

  #open(fileIndex: number): AofReader {
    const path = this.#paths[fileIndex]!;
    const endOffset = fileIndex === this.#paths.length - 1 ? this.#options.lastEndOffset : undefined;
    const reader = new AofReader(this.#files, path, endOffset, this.#options.chunkBytes);
    if (!reader.startsWith('REDIS') && !reader.startsWith('VALKEY')) return reader;
    reader.close();
    throw new PersistenceError(
      `${path} is an RDB file, which this version cannot load. On the server that wrote it, set `
      + 'aof-use-rdb-preamble to no and run BGREWRITEAOF, then start again',
    );
  }
}
