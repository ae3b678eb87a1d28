/**
 * Runs command handlers in one thread, without sockets or rings: a command line in, its reply and
 * its effects out. One to many shards, each with its arena; a command whose keys live on several of
 * them runs as under a lease. Time stands still at `nowMs` until the test moves it.
 *
 *   const bench = new CommandBench();
 *   bench.run('SET k v EX 10');   // '+OK\r\n'
 *   bench.effects();              // ['SET k v PXAT 1700000010000']
 *   bench.checkAndFlush();        // counts agree, nothing leaked
 */
import { assert } from '../../../src/base/assert.ts';
import { keySlot } from '../../../src/base/crc16.ts';
import { Random } from '../../../src/base/random.ts';
import { Control, Setting } from '../../../src/channel/control.ts';
import { ShardStats } from '../../../src/channel/shard-stats.ts';
import { Call } from '../../../src/commands/call.ts';
import type { ShardCommand } from '../../../src/commands/command.ts';
import { findKeys, KeyList } from '../../../src/commands/keys.ts';
import { arityOf, fullNames, lookup, lookupSubcommand, Place, placeOf, rows } from '../../../src/commands/table.ts';
import {
  encodingOf, expiry64, expiryFlag, fieldExpiryFlag, keyLength, keyOffset, typeNames, typeOf, valueLength, valueOffset, ValueType,
} from '../../../src/keyspace/entry.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { defaultLimits, type ValueLimits } from '../../../src/keyspace/value-limits.ts';
import { Arena, ArenaFullError } from '../../../src/memory/arena.ts';
import { BufferSink } from '../../../src/protocol/buffer-sink.ts';
import * as errors from '../../../src/protocol/errors.ts';
import { ReplyWriter } from '../../../src/protocol/reply-writer.ts';
import { AddressList } from '../../../src/structures/address-list.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import { splitWords } from '../../support/quoting.ts';
import { decodeReply, type Reply } from '../../support/resp-reply.ts';
import { effectText, RecordedEffects, type RecordedEffect } from './recorded-effects.ts';

export interface BenchOptions {
  readonly shards?: number;
  readonly databases?: number;
  /** Of each shard's arena. */
  readonly maxBytes?: number;
  readonly seed?: number;
  readonly limits?: Partial<ValueLimits>;
}

/** One key of the dataset. */
export interface DatasetEntry {
  readonly db: number;
  readonly key: string;
  readonly type: string;
  /** Of a string: its bytes, one character each. Of another type: what the caller's `describe` says. */
  readonly value: string;
  readonly encoding: number;
  /** Milliseconds since 1970, or -1. */
  readonly expiryMs: bigint;
}

/** A command line as redis-cli reads it, or its words. */
export type CommandLine = string | readonly (string | Uint8Array)[];

/** Arguments begin here in their buffer, so that a handler that forgets an offset is found out. */
const leadBytes = 7;
const defaultMaxBytes = 2 ** 28;

export class CommandBench {
  nowMs = 1_700_000_000_000;
  db = 0;
  readonly keyspaces: readonly Keyspace[];
  readonly control: Control;
  readonly stats = ShardStats.create(rows.length);
  readonly reply: ReplyWriter;
  readonly #sink = new BufferSink();
  readonly #effects = new RecordedEffects();
  readonly #calls: readonly Call[];
  readonly #keys = new KeyList();
  readonly #baselineBytes: readonly number[];

  constructor({ shards = 1, databases = 16, maxBytes = defaultMaxBytes, seed = 1, limits = {} }: BenchOptions = {}) {
    const hash = new KeyHash(seed, 0x5eed);
    this.keyspaces = Array.from({ length: shards }, (_, shard) => {
      const keyspace = new Keyspace(Arena.create({ initialBytes: 2 ** 20, maxBytes }), hash, shard, shards, databases, { ...defaultLimits, ...limits });
      keyspace.format();
      return keyspace;
    });
    this.#baselineBytes = this.keyspaces.map(({ arena }) => arena.usedBytes);
    this.control = Control.create(shards);
    this.control.settings[Setting.maxBulkBytes] = 512 * 1024 * 1024;
    this.control.settings[Setting.activeExpire] = 1;
    this.control.settings[Setting.hllSparseMaxBytes] = 3000;
    this.reply = new ReplyWriter(this.#sink);
    const shared = { reply: this.reply, keyspaces: this.keyspaces, stats: this.stats, control: this.control, random: new Random(seed) };
    this.#calls = this.keyspaces.map((_, own) => new Call({ ...shared, own }, this.#effects));
  }

  /** Executes a command; its reply as RESP, one character a byte. */
  run(line: CommandLine): string {
    return this.runBytes(line).toString('latin1');
  }

  runBytes(line: CommandLine): Buffer {
    const words = wordsOf(line);
    this.#execute(words);
    return this.#sink.take();
  }

  /** Executes a command; its reply as a value. */
  read(line: CommandLine): Reply {
    return decodeReply(this.runBytes(line));
  }

  /** The effects since the last call, as text. */
  effects(): string[] {
    return this.takeEffects().map(effectText);
  }

  takeEffects(): RecordedEffect[] {
    return this.#effects.take();
  }

  /** Executes effects as when a log is loaded: at time 0, replies and further effects dropped. */
  replay(effects: readonly RecordedEffect[]): void {
    const { nowMs, db } = this;
    this.nowMs = 0;
    for (const { db: effectDb, words } of effects) {
      if (words.length === 1 && ['MULTI', 'EXEC'].includes(words[0]!.toString())) continue;
      this.db = effectDb;
      const reply = this.run(words);
      assert(!reply.startsWith('-'), `an effect is executed without an error: ${effectText({ db: effectDb, words })}: ${reply}`);
    }
    this.#effects.take();
    this.nowMs = nowMs;
    this.db = db;
  }

  /** All keys in order, expired ones that nobody has met yet among them. */
  dataset(describe: (keyspace: Keyspace, entry: number) => string = unknownType): DatasetEntry[] {
    const all: DatasetEntry[] = [];
    for (const keyspace of this.keyspaces) {
      for (let db = 0; db < keyspace.databaseCount; db++) {
        for (const { entry } of entriesOf(keyspace, db)) all.push(datasetEntry(keyspace, db, entry, describe));
      }
    }
    return all.toSorted((a, b) => a.db - b.db || (a.key < b.key ? -1 : 1));
  }

  /** Makes a string claim to be of another type, where a reply is wanted that only depends on the type. */
  pretendType(key: string, type: number): void {
    const name = Buffer.from(key, 'latin1');
    const slot = keySlot(name, 0, name.length);
    const keyspace = this.keyspaces[slot % this.keyspaces.length]!;
    const entry = keyspace.find(this.db, slot, name, 0, name.length);
    assert(entry !== 0, 'a key that changes its type exists');
    keyspace.arena.i32[entry * 2] = (keyspace.arena.i32[entry * 2]! & ~(15 << 20)) | (type << 20);
  }

  /** Asserts that the counts agree with the keys and that the arenas are consistent. */
  check(): void {
    for (const keyspace of this.keyspaces) {
      keyspace.arena.check();
      for (let db = 0; db < keyspace.databaseCount; db++) checkCounts(keyspace, db);
    }
  }

  /** Checks, empties every database, and asserts that all memory has come back. */
  checkAndFlush(): void {
    this.check();
    for (const [shard, keyspace] of this.keyspaces.entries()) {
      for (let db = 0; db < keyspace.databaseCount; db++) keyspace.flush(db);
      assert(keyspace.unlinked.pendingCount === 0, 'nothing waits to be freed in an emptied keyspace');
      keyspace.arena.check();
      const leakedBytes = keyspace.arena.usedBytes - this.#baselineBytes[shard]!;
      assert(leakedBytes === 0, `nothing is left of an emptied keyspace, but ${leakedBytes} bytes are`);
    }
    this.#effects.take();
  }

  #execute(words: readonly Buffer[]): void {
    const bytes = Buffer.concat([Buffer.alloc(leadBytes, 0xfe), ...words]);
    const args = argumentIndex(words);
    const argc = words.length;
    const id = this.#lookup(bytes, args, argc);
    const arity = arityOf[id]!;
    if (arity > 0 ? argc !== arity : argc < -arity) {
      this.reply.error(errors.wrongArity(fullNames[id]!));
      return;
    }
    const row = rows[id] as ShardCommand;
    const { slot, participants } = this.#route(row, id, bytes, args, words);
    const call = this.#calls[participants[0]!]!;
    call.db = this.db;
    call.nowMs = this.nowMs;
    call.participants = participants;
    call.point(id, argc, slot, args, 0, bytes, leadBytes);
    try {
      row.execute(call);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
      this.#sink.clear();
      call.fail(errors.oom);
    }
  }

  #lookup(bytes: Uint8Array, args: Int32Array, argc: number): number {
    const id = lookup(bytes, leadBytes + args[0]!, args[1]!);
    assert(id >= 0, 'a command of the bench is in the table');
    if (placeOf[id] !== Place.container) {
      assert(placeOf[id] !== Place.door, 'the bench runs commands of shards only');
      return id;
    }
    assert(argc > 1, 'a container is called with a subcommand');
    const sub = lookupSubcommand(id, bytes, leadBytes + args[2]!, args[3]!);
    assert(sub >= 0 && placeOf[sub] !== Place.door, 'a subcommand of the bench is in the table and runs on a shard');
    return sub;
  }

  /** Where the door would send the command. */
  #route(row: ShardCommand, id: number, bytes: Uint8Array, args: Int32Array, words: readonly Buffer[]): { slot: number; participants: number[] } {
    const shardCount = this.keyspaces.length;
    const request = { argc: words.length, text: (i: number) => words[i]!.toString('latin1') };
    if (row.route !== undefined) {
      const slot = row.route(request, shardCount);
      if (slot >= 0) return { slot, participants: [slot % shardCount] };
    }
    if (row.place === 'every-shard') return { slot: 0, participants: this.keyspaces.map((_, shard) => shard) };
    findKeys(id, bytes, leadBytes, args, words.length, this.#keys);
    const slots = Array.from({ length: this.#keys.length }, (_, i) => {
      const word = words[this.#keys.at(i)]!;
      return keySlot(word, 0, word.length);
    });
    if (slots.length === 0) return { slot: 0, participants: [0] };
    const others = row.readsOtherKeys?.(request) === true ? this.keyspaces.keys() : [];
    return { slot: slots[0]!, participants: [...new Set([...slots.map((slot) => slot % shardCount), ...others])] };
  }
}

function wordsOf(line: CommandLine): Buffer[] {
  if (typeof line === 'string') return splitWords(line);
  return line.map((word) => (typeof word === 'string' ? Buffer.from(word, 'latin1') : Buffer.from(word)));
}

function argumentIndex(words: readonly Buffer[]): Int32Array {
  const args = new Int32Array(words.length * 2);
  let at = 0;
  for (const [i, word] of words.entries()) {
    args[i * 2] = at;
    args[i * 2 + 1] = word.length;
    at += word.length;
  }
  return args;
}

function* entriesOf(keyspace: Keyspace, db: number): Iterable<{ slot: number; entry: number }> {
  const found = new AddressList();
  for (let slot = keyspace.nextUsedSlot(db, 0); slot >= 0; slot = keyspace.nextUsedSlot(db, slot + 1)) {
    found.clear();
    for (let position = 0; position < 2 ** 32;) position = keyspace.scanSlot(db, slot, position, found);
    const entries = new Set(Array.from({ length: found.length }, (_, i) => found.at(i)));
    for (const entry of entries) yield { slot, entry };
  }
}

function checkCounts(keyspace: Keyspace, db: number): void {
  const { arena } = keyspace;
  const perSlot = new Map<number, { keys: number; volatile: number; expiring: number; expiringFields: number }>();
  for (const { slot, entry } of entriesOf(keyspace, db)) {
    const counts = perSlot.get(slot) ?? { keys: 0, volatile: 0, expiring: 0, expiringFields: 0 };
    perSlot.set(slot, counts);
    counts.keys++;
    const head = arena.i32[entry * 2]!;
    if ((head & (expiryFlag | fieldExpiryFlag)) !== 0) counts.volatile++;
    if ((head & expiryFlag) !== 0) counts.expiring++;
    if ((head & fieldExpiryFlag) !== 0) counts.expiringFields++;
    assert(keySlot(arena.u8, keyOffset(arena, entry), keyLength(arena, entry)) === slot, 'a key is kept in its slot');
  }
  for (const [slot, { keys, volatile }] of perSlot) {
    assert(keyspace.slotKeyCount(db, slot) === keys, 'a slot counts its keys');
    assert(keyspace.slotVolatileCount(db, slot) === volatile, 'a slot counts what active expiry has to visit');
  }
  const counts = [...perSlot.values()];
  assert(keyspace.keyCount(db) === counts.reduce((sum, { keys }) => sum + keys, 0), 'a database counts its keys');
  assert(keyspace.volatileCount(db) === counts.reduce((sum, { expiring }) => sum + expiring, 0), 'a database counts its keys with an expiry');
  assert(
    keyspace.expiringFieldsCount(db) === counts.reduce((sum, { expiringFields }) => sum + expiringFields, 0),
    'a database counts its hashes with fields that expire');
}

function datasetEntry(keyspace: Keyspace, db: number, entry: number, describe: (keyspace: Keyspace, entry: number) => string): DatasetEntry {
  const { arena } = keyspace;
  const text = (offset: number, length: number): string => Buffer.from(arena.u8.slice(offset, offset + length)).toString('latin1');
  const isString = typeOf(arena, entry) === ValueType.string;
  return {
    db,
    key: text(keyOffset(arena, entry), keyLength(arena, entry)),
    type: typeNames[typeOf(arena, entry)]!,
    value: isString ? text(valueOffset(arena, entry), valueLength(arena, entry)) : describe(keyspace, entry),
    encoding: encodingOf(arena, entry),
    expiryMs: expiry64(arena, entry),
  };
}

function unknownType(): never {
  throw new Error('a dataset with other types than strings needs a description of them');
}
