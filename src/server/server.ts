/**
 * The running node as its door commands see it: configuration, shards, door, cluster, logs and
 * counters in one place. It holds no logic of theirs; what the door asks of the node is answered here.
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import { randomHexId } from '../base/random-hex.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Counter, ShardStats } from '../channel/shard-stats.ts';
import { Setting } from '../channel/control.ts';
import type { DoorCall } from '../commands/door-call.ts';
import { CommandFlag } from '../commands/command.ts';
import { CommandIndex } from '../commands/server/command-index.ts';
import { flagsOf, fullNames, rows } from '../commands/table.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import type { Config } from '../config/config.ts';
import { redisVersion } from '../config/version.ts';
import { Observer } from '../observe/observer.ts';
import { SlowLog } from '../observe/slow-log.ts';
import { errnoText } from '../persistence/errno-text.ts';
import * as errors from '../protocol/errors.ts';
import type { RequestLimits } from '../protocol/request-limits.ts';
import { Door } from '../routing/door.ts';
import type { DoorServices } from '../routing/door-services.ts';
import type { Session } from '../routing/session.ts';
import { ShardLinks } from '../routing/shard-links.ts';
import type { ShardPool } from '../routing/shard-pool.ts';
import { SlotAnswer, slotInputOf } from '../routing/slot-decision.ts';
import type { OrderAnswer, ShardOrder } from '../shard/shard-orders.ts';
import type { SlowCycle } from '../shard/shard-thread.ts';
import type { SlowCommand } from '../shard/slow-command.ts';
import type { Listeners } from '../socket/listeners.ts';
import type { LogControl } from '../channel/log-control.ts';
import { dropSlots } from './drop-slots.ts';
import { KeyMigrations } from './key-migration/key-migrations.ts';
import { runInternally } from './internal-client.ts';
import type { SlotMigrations } from './migration/slot-migrations.ts';
import type { Persistence } from './persistence.ts';
import { SlotStatistics } from './slot-statistics.ts';

export interface ServerParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly pool: ShardPool;
  readonly logControl: LogControl;
  readonly readBuffer: Buffer;
  /** Ends the process after a defect of ours. */
  readonly onFault: (error: unknown) => void;
}

type ShardMessage = SlowCommand | SlowCycle | OrderAnswer;

export class Server implements DoorServices {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly pool: ShardPool;
  readonly door: Door;
  /** Counters of commands that ran on the door, or were refused there. */
  readonly stats = ShardStats.create(rows.length);
  readonly slowLog: SlowLog;
  readonly observer: Observer;
  readonly commandIndex = new CommandIndex();
  readonly startedMs: number;
  readonly runId = randomHexId();
  /** As clients are told it. */
  readonly version = redisVersion;
  readonly limits: RequestLimits;
  readonly logControl: LogControl;
  readonly server: Server = this;
  cluster: ClusterNode | undefined;
  migrations: SlotMigrations | undefined;
  readonly keyMigrations = new KeyMigrations(this);
  readonly slotStatistics = new SlotStatistics(this);
  listeners: Listeners | undefined;
  persistence: Persistence | undefined;
  /**
   * Stops the node in order and ends the process; resolves with false if it goes on, because what was
   * written cannot be saved and the stop was not forced. Set once the node is ready.
   */
  requestStop: (isForced: boolean) => Promise<boolean> = () => Promise.resolve(false);
  /** Connections accepted since the start or the last CONFIG RESETSTAT. */
  connectionsReceived = 0;
  /** Bytes of clients that have gone. */
  receivedBytesGone = 0;
  writtenBytesGone = 0;
  readonly #onFault: (error: unknown) => void;
  #logErrno = 0;
  readonly #pendingOrders: ((answer: OrderAnswer) => void)[][] = [];
  readonly #softLimitSinceMs = new WeakMap<Session, number>();

  constructor({ config, logger, clock, pool, logControl, readBuffer, onFault }: ServerParts) {
    this.config = config;
    this.logger = logger;
    this.clock = clock;
    this.pool = pool;
    this.logControl = logControl;
    this.startedMs = clock.now();
    this.#onFault = onFault;
    const { values } = config;
    this.limits = { maxBulkBytes: values['proto-max-bulk-len'], maxArguments: 1024 * 1024, maxInlineBytes: 64 * 1024 };
    this.slowLog = new SlowLog(values['slowlog-max-len'], values['slowlog-entry-max-argc'], values['slowlog-entry-max-string-len']);
    this.door = new Door(new ShardLinks(pool.links, pool.control, logControl, pool.forDoor(clock, (slow) => this.#noteSlow(slow))), pool.control, this.stats, clock, this.limits, readBuffer, this);
    this.observer = new Observer(this, fullNames, this.startedMs);
    pool.links.forEach(({ port }, shard) => {
      port.on('message', (message: ShardMessage) => this.#take(message, shard));
      port.unref();
      this.#pendingOrders.push([]);
    });
  }

  /** Takes in what shards have reported so far: a slow command's report comes before its reply. */
  takeReports(): void {
    this.pool.links.forEach(({ port }, shard) => {
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        this.#take(next.message as ShardMessage, shard);
      }
    });
  }

  // Counts over all shards, read from shared memory.

  keyCount(db: number): number {
    return this.pool.keyspaces.reduce((sum, keyspace) => sum + keyspace.keyCount(db), 0);
  }

  volatileCount(db: number): number {
    return this.pool.keyspaces.reduce((sum, keyspace) => sum + keyspace.volatileCount(db), 0);
  }

  countKeysInSlot(slot: number): number {
    return this.pool.keyspaces[slot % this.pool.keyspaces.length]!.slotKeyCount(0, slot);
  }

  get usedBytes(): number {
    return this.pool.keyspaces.reduce((sum, { arena }) => sum + arena.usedBytes, 0);
  }

  /** A counter summed over the shards. */
  shardCounter(counter: number): number {
    return this.pool.stats.reduce((sum, stats) => sum + stats.get(counter), 0);
  }

  /** Has each shard carry out an order, at one place among the commands; resolves with all answers. */
  order(make: (shard: number) => ShardOrder): Promise<OrderAnswer[]> {
    const answers = this.pool.links.map((_, shard) => new Promise<OrderAnswer>((resolve) => {
      this.#pendingOrders[shard]!.push(resolve);
    }));
    this.door.links.sendOrders(this.pool.links.map((_, shard) => make(shard)));
    return Promise.all(answers);
  }

  /** Removes all keys, as FLUSHALL does; for a cluster node that is reset. */
  async dropKeys(): Promise<void> {
    await runInternally(this.door, 'FLUSHALL');
  }

  /** Removes the keys of slots that another node owns now. */
  async dropSlots(slots: readonly number[]): Promise<void> {
    this.logger.notice(`Deleting keys in slots that were lost: ${slots.join(' ')}`);
    await dropSlots(this.door, slots, (slot) => this.cluster?.state.owners[slot] !== this.cluster?.state.myId);
  }

  /** Waits until what was written to the slots is in their counts, with no more coming until the function given is called. */
  async settleWrites(slots: readonly number[]): Promise<() => void> {
    const release = this.door.locks.lockWrites(slots);
    try {
      if (slots.length === 1) await runInternally(this.door, 'CLUSTER', 'GETKEYSINSLOT', `${slots[0]}`, '0');
      else await runInternally(this.door, 'DBSIZE');
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  // DoorServices.

  authenticationRequired(): boolean {
    return this.config.values.requirepass !== '';
  }

  onConnect(_session: Session): void {
    this.connectionsReceived++;
  }

  onDisconnect(session: Session): void {
    const { connection } = session;
    this.migrations?.onDisconnect(session);
    this.receivedBytesGone += connection.receivedBytes;
    this.writtenBytesGone += connection.output.writtenBytes;
  }

  onDoorCommand(call: DoorCall, us: number): void {
    this.stats.countCalls(call.id, 1, us);
    if (call.failed) this.stats.countFailed(call.id);
    this.stats.add(Counter.commandsProcessed, 1);
    if (this.config.values['latency-tracking']) this.stats.countLatency(call.id, us, 1);
    this.observer.noteLatency(latencyEventOf(call.id), us, call.nowMs);
    if (!this.#belongsInSlowLog(call.id, us)) return;
    const args = Array.from({ length: call.argc }, (_, i) => call.shownBytes(i));
    const { connection, name } = call.session;
    this.slowLog.add(call.nowMs, us, args, args.map(({ length }) => length), call.argc, connection.peerAddress, name);
  }

  queryBufferLimitBytes(): number {
    return this.config.values['client-query-buffer-limit'];
  }

  onQueryBufferLimit(session: Session): void {
    this.logger.warning('Closing client that reached max query buffer length', { client: session.id });
    this.door.closeNow(session);
  }

  onForeignProtocol(session: Session): void {
    this.logger.warning('Possible SECURITY ATTACK: a client sends POST or Host:, as a browser does that was made to (cross protocol scripting). Closing it', {
      address: session.connection.peerAddress,
    });
    this.door.closeNow(session);
  }

  outputLimitReached(session: Session): boolean {
    const { hardBytes, softBytes, softSeconds } = this.config.values['client-output-buffer-limit'].normal;
    if (hardBytes === 0 && softBytes === 0) return false;
    const { pendingBytes } = session.connection.output;
    if (hardBytes > 0 && pendingBytes >= hardBytes) return this.#overLimit(session);
    if (softBytes === 0 || pendingBytes < softBytes) {
      this.#softLimitSinceMs.delete(session);
      return false;
    }
    const sinceMs = this.#softLimitSinceMs.get(session);
    if (sinceMs === undefined) this.#softLimitSinceMs.set(session, this.clock.now());
    return sinceMs !== undefined && this.clock.now() - sinceMs > softSeconds * 1000 && this.#overLimit(session);
  }

  slotInput(session: Session, flags: number, situation: number): number {
    return slotInputOf(session, flags, this.config.values['cluster-allow-reads-when-down'], situation);
  }

  endpointOf(session: Session, slot: number, answer: number): string {
    return this.cluster!.redirectEndpoint(answer === SlotAnswer.ask ? 'ask' : 'moved', slot, session.connection.kind === 'tls', session.connection.isIpv6);
  }

  unsavedError(): string {
    return errors.misconfAof(errnoText(this.logControl.error));
  }

  /** While the log thread cannot write, writes are refused. */
  beforeTurn(): void {
    this.migrations?.pump();
    const errno = this.logControl.error;
    if (errno === this.#logErrno) return;
    this.#logErrno = errno;
    this.door.writeRefusal = errno === 0 ? '' : this.unsavedError();
  }

  onFault(error: unknown): void {
    this.#onFault(error);
  }

  /** Once a second: idle clients, limits that depend on time, whether writes can be saved. */
  everySecond(): void {
    const nowMs = this.clock.now();
    this.clock.synchronise();
    this.keyMigrations.everySecond(nowMs);
    const timeoutMs = this.config.values.timeout * 1000;
    for (const session of this.door.sessions()) {
      session.noteBacklog(nowMs);
      if (this.outputLimitReached(session)) this.door.closeNow(session);
      else if (timeoutMs > 0 && session.isIdle && nowMs - session.lastInteractionMs > timeoutMs) this.#closeIdle(session);
    }
  }

  setting(setting: number, value: number): void {
    this.pool.control.settings[setting] = value;
  }

  get activeExpire(): boolean {
    return this.pool.control.settings[Setting.activeExpire] === 1;
  }

  #overLimit(session: Session): true {
    this.logger.warning('Client closed for overcoming of output buffer limits.', { client: session.id });
    return true;
  }

  #closeIdle(session: Session): void {
    this.logger.verbose('Closing idle client', { client: session.id });
    this.door.closeNow(session);
  }

  #take(message: ShardMessage, shard: number): void {
    if (message.kind === 'slow') this.#noteSlow(message);
    else if (message.kind === 'cycle') this.observer.latency.add('expire-cycle', message.us / 1000, message.atMs);
    else this.#pendingOrders[shard]!.shift()!(message);
  }

  #belongsInSlowLog(id: number, us: number): boolean {
    const slowerThanUs = this.config.values['slowlog-log-slower-than'];
    return slowerThanUs >= 0 && us >= slowerThanUs && (flagsOf[id]! & CommandFlag.skip_slowlog) === 0;
  }

  #noteSlow({ id, isForSlowLog, isForMonitor, atMs, us, args, lengths, argc, connection }: SlowCommand): void {
    if (isForMonitor) this.observer.latency.add(latencyEventOf(id), us / 1000, atMs);
    if (!isForSlowLog || (flagsOf[id]! & CommandFlag.skip_slowlog) !== 0) return;
    const session = this.door.sessionAt(connection);
    this.slowLog.add(atMs, us, args, lengths, argc, session?.connection.peerAddress ?? '', session?.name ?? '');
  }
}

function latencyEventOf(id: number): string {
  return (flagsOf[id]! & CommandFlag.fast) !== 0 ? 'fast-command' : 'command';
}
