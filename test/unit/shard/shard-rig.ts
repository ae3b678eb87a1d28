/** One shard with its rings in this thread, and the door's side of them, for tests. */
import { Clock } from '../../../src/base/clock.ts';
import { keySlot } from '../../../src/base/crc16.ts';
import { Random } from '../../../src/base/random.ts';
import { Control, Setting } from '../../../src/channel/control.ts';
import { EffectLog } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import { packContext, replyWord } from '../../../src/channel/records.ts';
import { Ring } from '../../../src/channel/ring.ts';
import { ShardStats } from '../../../src/channel/shard-stats.ts';
import type { Call } from '../../../src/commands/call.ts';
import { lookup, rows } from '../../../src/commands/table.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { RunBuilder } from '../../../src/routing/run-builder.ts';
import { Shard } from '../../../src/shard/shard.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';

export interface RigReply {
  readonly connection: number;
  readonly run: number;
  readonly text: string;
  readonly wrote: boolean;
  readonly commands: number;
}

export class ShardRig {
  readonly control = Control.create(1);
  readonly requests = Ring.create(1 << 20);
  readonly replies = Ring.create(1 << 20);
  readonly stats = ShardStats.create(rows.length);
  readonly keyspace: Keyspace;
  readonly log: EffectLog;
  /** Where effects on slots that leave go, once it is open. */
  readonly tap = EffectLog.create(1 << 16, LogControl.create('no'));
  readonly shard: Shard;
  readonly slow: { id: number; us: number }[] = [];
  readonly #replyReader: Ring;
  readonly #builder = new RunBuilder();

  constructor(effectsOn = false) {
    this.keyspace = new Keyspace(Arena.create({ initialBytes: 1 << 20, maxBytes: 2 ** 30 }), new KeyHash(1, 2), 0, 1, 16);
    this.keyspace.format();
    this.control.settings[Setting.slowerThanUs] = -1;
    this.control.settings[Setting.maxBulkBytes] = 512 * 1024 * 1024;
    this.log = EffectLog.create(1 << 20, LogControl.create('no'));
    if (effectsOn) this.log.switchFile(1, 1);
    this.#replyReader = new Ring(this.replies.buffer, 'consumer');
    this.shard = new Shard({
      index: 0,
      control: this.control,
      requests: new Ring(this.requests.buffer, 'consumer'),
      replies: this.replies,
      keyspaces: [this.keyspace],
      effectWriters: [new EffectWriter(this.log)],
      taps: [new EffectWriter(this.tap)],
      stats: this.stats,
      clock: new Clock(),
      random: new Random(1),
      takeBig: () => { throw new Error('no big requests here'); },
      onOrder: () => { throw new Error('no orders here'); },
      onSlow: (call: Call, us: number) => this.slow.push({ id: call.id, us }),
    });
  }

  /** Puts a run of commands (words separated by spaces) into the ring, published. */
  request(commands: readonly string[], options: { connection?: number; run?: number; db?: number; resp?: 2 | 3; flags?: number } = {}): void {
    const { connection = 0, run = 0, db = 0, resp = 2, flags = 0 } = options;
    const bytes = Buffer.from(commands.join('\n'));
    this.#builder.open(0, bytes, 0);
    let at = 0;
    for (const command of commands) {
      const words = command.split(' ');
      const args = new Int32Array(words.length * 2);
      let offset = 0;
      for (const [i, word] of words.entries()) {
        args[i * 2] = offset;
        args[i * 2 + 1] = word.length;
        offset += word.length + 1;
      }
      const key = Buffer.from(words[1] ?? '');
      const id = lookup(bytes, at, words[0]!.length);
      this.#builder.add(id, keySlot(key, 0, key.length), at, args, words.length, Math.min(bytes.length, at + offset));
      at += offset;
    }
    this.#builder.close(this.requests, connection, run, packContext(db, resp, flags));
    this.requests.publish();
  }

  /** All replies that the shard has published. */
  take(): RigReply[] {
    const ring = this.#replyReader;
    const taken: RigReply[] = [];
    for (let index = ring.next(); index >= 0; index = ring.next()) {
      const word = (at: number): number => ring.i32[index + at]!;
      const start = (index + replyWord.body + word(replyWord.waits) * 2) * 4;
      taken.push({
        connection: word(replyWord.connection),
        run: word(replyWord.run),
        text: Buffer.from(ring.u8.slice(start, start + word(replyWord.payloadBytes))).toString('latin1'),
        wrote: word(replyWord.wrote) === 1,
        commands: word(replyWord.commands),
      });
      ring.advance(index);
    }
    ring.release();
    return taken;
  }
}
