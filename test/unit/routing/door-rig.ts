/**
 * A door with shards in this thread and clients without sockets, for tests: a shard executes when the
 * test says so, and all clients' bytes go through one read buffer, as they do in the server.
 */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Clock } from '../../../src/base/clock.ts';
import { keySlot } from '../../../src/base/crc16.ts';
import { Random } from '../../../src/base/random.ts';
import { Control, Setting } from '../../../src/channel/control.ts';
import { EffectLog } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import { Ring } from '../../../src/channel/ring.ts';
import { ShardStats } from '../../../src/channel/shard-stats.ts';
import { rows } from '../../../src/commands/table.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { defaultRequestLimits } from '../../../src/protocol/request-limits.ts';
import type { DoorServices } from '../../../src/routing/door-services.ts';
import { Door } from '../../../src/routing/door.ts';
import type { Session } from '../../../src/routing/session.ts';
import { type ShardLink, ShardLinks } from '../../../src/routing/shard-links.ts';
import type { Server } from '../../../src/server/server.ts';
import { Shard } from '../../../src/shard/shard.ts';
import type { ConnectionKind } from '../../../src/socket/connection.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';

const ringBytes = 1 << 20;
/** Turns of the event loop that cover what the door and a client's streams put off. */
const settlingTurns = 8;

export class DoorRig {
  readonly door: Door;
  readonly shards: readonly Shard[];
  readonly logControl = LogControl.create('always');
  readonly values = { requirepass: '', databases: 16, 'cluster-enabled': false };
  readonly foreign: Session[] = [];
  nowMs = 1_700_000_000_000;
  readonly #readBuffer = Buffer.alloc(64 * 1024);

  /** With `logged`, effects go to logs whose thread never comes, under `appendfsync always`. */
  constructor(shardCount = 2, { logged = false }: { readonly logged?: boolean } = {}) {
    const control = Control.create(shardCount);
    control.settings[Setting.slowerThanUs] = -1;
    control.settings[Setting.maxBulkBytes] = defaultRequestLimits().maxBulkBytes;
    const clock = { now: () => this.nowMs, synchronise: () => undefined } as unknown as Clock;
    const parts = Array.from({ length: shardCount }, (_, index) => shardParts(index, shardCount, logged, this.logControl));
    this.shards = parts.map(({ requests, replies }, index) => new Shard({
      index, control, clock,
      requests: new Ring(requests.buffer, 'consumer'), replies,
      keyspaces: parts.map(({ keyspace }) => keyspace),
      effectWriters: parts.map(({ log }) => new EffectWriter(log)),
      stats: ShardStats.create(rows.length), random: new Random(1),
      takeBig: () => { throw new Error('no big requests here'); },
      onOrder: () => { throw new Error('no orders here'); },
      onSlow: () => undefined,
    }));
    const links = parts.map(({ requests, replies, log }) => ({
      requests, replies: new Ring(replies.buffer, 'consumer'), effects: logged ? log : undefined,
    }) as unknown as ShardLink);
    const stats = ShardStats.create(rows.length);
    const server = { config: { values: this.values }, stats, version: '7.4.0' };
    const services = this.#services(server as unknown as Server);
    const shardLinks = new ShardLinks(links, control, this.logControl);
    this.door = new Door(shardLinks, control, stats, clock, defaultRequestLimits(), this.#readBuffer, services);
    Object.assign(server, { door: this.door });
  }

  connect(kind: ConnectionKind = 'tcp'): RigClient {
    const socket = new RigSocket();
    const read = this.door.accept(socket as unknown as Socket, kind, '/tmp/rig.sock');
    const session = [...this.door.sessions()].reduce((newest, other) => (other.id > newest.id ? other : newest));
    return new RigClient(socket, session, (bytes) => {
      bytes.copy(this.#readBuffer);
      read(bytes.length);
    });
  }

  /** Lets the door, and what clients sent and received, come to rest. Shards do nothing meanwhile. */
  async settle(): Promise<void> {
    for (let i = 0; i < settlingTurns; i++) await turnOfLoop();
  }

  /** Lets one shard, or all, execute what has come, and the door answer. */
  async drain(shard?: number): Promise<void> {
    await this.settle();
    for (const [index, one] of this.shards.entries()) if (shard === undefined || shard === index) one.drain();
    await this.settle();
  }

  /** A key of the given shard. */
  keyOf(shard: number): string {
    for (let i = 0; ; i++) {
      const key = Buffer.from(`key${i}`);
      if (keySlot(key, 0, key.length) % this.shards.length === shard) return String(key);
    }
  }

  #services(server: Server): DoorServices {
    return {
      server,
      authenticationRequired: () => this.values.requirepass !== '',
      onConnect: () => undefined,
      onDisconnect: () => undefined,
      onDoorCommand: () => undefined,
      queryBufferLimitBytes: () => Infinity,
      onQueryBufferLimit: () => undefined,
      onForeignProtocol: (session) => {
        this.foreign.push(session);
        this.door.closeNow(session);
      },
      outputLimitReached: () => false,
      slotInput: () => 0,
      endpointOf: () => '',
      unsavedError: () => 'MISCONF unsaved',
      beforeTurn: () => undefined,
      onFault: (error) => { throw error; },
    };
  }
}

export class RigClient {
  readonly session: Session;
  readonly #socket: RigSocket;
  readonly #receive: (bytes: Buffer) => void;

  constructor(socket: RigSocket, session: Session, receive: (bytes: Buffer) => void) {
    this.#socket = socket;
    this.session = session;
    this.#receive = receive;
  }

  /** Inline commands, one a line. */
  send(...lines: readonly string[]): void {
    this.#receive(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  }

  /** Stops sending. */
  end(): void {
    this.#socket.push(null);
    this.#socket.resume();
  }

  disconnect(): void {
    this.#socket.destroy();
  }

  /** Everything received, one character a byte. */
  get received(): string {
    return this.#socket.received;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }
}

class RigSocket extends Duplex {
  received = '';
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 50_000;
  readonly localAddress = '127.0.0.1';
  readonly localPort = 6379;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.received += chunk.toString('latin1');
    done();
  }

  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }
}

interface ShardSide {
  readonly requests: Ring;
  readonly replies: Ring;
  readonly keyspace: Keyspace;
  readonly log: EffectLog;
}

function shardParts(index: number, shardCount: number, logged: boolean, logControl: LogControl): ShardSide {
  const keyspace = new Keyspace(Arena.create({ initialBytes: 1 << 20, maxBytes: 1 << 26 }), new KeyHash(1, 2), index, shardCount, 16);
  keyspace.format();
  const log = EffectLog.create(1 << 20, logControl);
  if (logged) log.switchFile(1, 1);
  return { requests: Ring.create(ringBytes), replies: Ring.create(ringBytes), keyspace, log };
}
