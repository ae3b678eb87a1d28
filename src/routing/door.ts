/**
 * The front door: owns the sessions and the links to the shards, and runs one turn of work for each
 * turn of the event loop. It never waits: whatever a client has to wait for, the others go on.
 *
 *   readable socket -> receive -> dispatcher -> request rings
 *   end of turn     -> publish, take replies, write each socket once, let waiting clients go on
 *
 * A wake-up from a shard or the log thread starts a turn of its own.
 */
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Control } from '../channel/control.ts';
import { maxRingArguments, maxRingCommandBytes } from '../channel/records.ts';
import type { ShardStats } from '../channel/shard-stats.ts';
import { HOLDS } from '../cluster/slot-table.ts';
import type { DoorCommand } from '../commands/command.ts';
import { DoorCall } from '../commands/door-call.ts';
import { rows } from '../commands/table.ts';
import { BufferSink } from '../protocol/buffer-sink.ts';
import { ReplyWriter } from '../protocol/reply-writer.ts';
import type { RequestLimits } from '../protocol/request-limits.ts';
import { Connection, type ConnectionKind } from '../socket/connection.ts';
import type { Socket } from 'node:net';
import { ClientPause } from './client-pause.ts';
import { KeyLocks } from './key-locks.ts';
import { Dispatcher } from './dispatcher.ts';
import type { RunBuilder } from './run-builder.ts';
import { Session } from './session.ts';
import { type RawCommand, type ReplyReceiver, type ShardLinks, toBigRequest } from './shard-links.ts';
import type { DoorServices } from './door-services.ts';

/** Writers of door commands' replies that are kept for the next ones; asynchronous commands hold one each. */
const pooledReplies = 8;
/** How long the end of the node waits for clients to take their last replies. */
const closingMs = 500;
/** A client that has to wait is not read beyond so many bytes. */
const maxWaitingInputBytes = 64 * 1024;

export class Door implements ReplyReceiver {
  readonly links: ShardLinks;
  readonly stats: ShardStats;
  readonly clock: Clock;
  readonly services: DoorServices;
  readonly limits: RequestLimits;
  readonly pause: ClientPause;
  readonly locks = new KeyLocks(() => this.resumeWaiting());
  /** What each slot's situation is in a cluster (slot-table.ts); undefined without cluster mode. */
  situations: Uint8Array | undefined;
  /** The data is being loaded: only commands that allow it are served. */
  loading = false;
  /** Not empty: every write is refused with this error. */
  writeRefusal = '';
  readonly #control: Control;
  readonly #dispatcher: Dispatcher;
  readonly #readBuffer: Buffer;
  readonly #sessions: (Session | undefined)[] = [];
  readonly #freeIndexes: number[] = [];
  /** Closed sessions whose runs are still out: their index must not be given to another. */
  readonly #leaving = new Map<number, Session>();
  readonly #touched: Session[] = [];
  readonly #waiting = new Set<Session>();
  readonly #errorSink = new BufferSink();
  readonly #errorReply = new ReplyWriter(this.#errorSink);
  readonly #replies: ReplyWriter[] = [];
  #nextId = 1;
  #turnPlanned = false;
  #inTurn = false;
  #internalCount = 0;

  constructor(
    links: ShardLinks, control: Control, stats: ShardStats, clock: Clock, limits: RequestLimits,
    readBuffer: Buffer, services: DoorServices,
  ) {
    this.links = links;
    this.#control = control;
    this.stats = stats;
    this.clock = clock;
    this.limits = limits;
    this.pause = new ClientPause(clock, () => this.resumeWaiting());
    this.#readBuffer = readBuffer;
    this.services = services;
    this.#dispatcher = new Dispatcher(this);
    links.whenFull(this);
    this.#listen();
  }

  get shardCount(): number {
    return this.links.count;
  }

  get congested(): boolean {
    return this.links.congested;
  }

  *sessions(): Iterable<Session> {
    for (const session of this.#sessions) if (session !== undefined) yield session;
  }

  /** Those whom CLIENT LIST shows, the oldest first. */
  clients(): Session[] {
    const shown = [...this.sessions()].filter(({ isInternal, connection }) => !isInternal && !connection.isClosed);
    return shown.toSorted((a, b) => a.id - b.id);
  }

  sessionAt(index: number): Session | undefined {
    return this.#sessions[index];
  }

  get sessionCount(): number {
    return this.#sessions.length - this.#freeIndexes.length - this.#leaving.size - this.#internalCount;
  }

  // Connections.

  accept(socket: Socket, kind: ConnectionKind, unixPath: string): (byteCount: number) => boolean {
    const session = this.#newSession(new Connection(socket, kind, unixPath), !this.services.authenticationRequired());
    this.services.onConnect(session);
    return this.#start(session);
  }

  /** A client within this process, which is served while the data is loaded. */
  acceptInternal(socket: Socket): { session: Session; receive: (bytes: Uint8Array) => void } {
    const session = this.#newSession(new Connection(socket, 'unix', 'internal'), true);
    session.isInternal = true;
    this.#internalCount++;
    this.#start(session);
    return { session, receive: (bytes) => this.#receive(session, bytes, 0, bytes.length) };
  }

  closeNow(session: Session): void {
    session.closing = true;
    session.connection.closeNow();
  }

  /** Resolves once every command that was taken up has been answered, as far as clients take their replies. */
  async drain(): Promise<void> {
    for (const session of this.sessions()) session.connection.reading = false;
    while ([...this.sessions()].some((session) => !session.isSettled)) await new Promise((resolve) => { setTimeout(resolve, 1); });
  }

  /** Closes all connections once their replies are out, or those of clients that do not read after a moment. */
  async close(): Promise<void> {
    for (const session of this.sessions()) {
      session.closing = true;
      session.connection.closeAfterFlush();
    }
    const deadlineMs = this.clock.now() + closingMs;
    while (this.clock.now() < deadlineMs && [...this.sessions()].some(owesReplies)) await new Promise((resolve) => { setTimeout(resolve, 1); });
    for (const session of this.sessions()) session.connection.closeNow();
  }

  /** Has the session looked at in this turn: its output written, its commands gone on with. */
  touch(session: Session): void {
    if (session.isTouched) return;
    session.isTouched = true;
    this.#touched.push(session);
  }

  // What the dispatcher asks for.

  sendRun(session: Session, run: RunBuilder, context: number): void {
    const { shard, commands, isQuick } = run;
    run.close(this.links.ringOf(shard), session.index, session.nextRun, context);
    this.#sent(session, commands);
    this.links.written(shard, isQuick ? commands : Infinity);
  }

  /** Returns true if the input buffer was given away with the command. */
  sendLeased(
    session: Session, id: number, slot: number, context: number, shards: readonly number[],
    bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number,
  ): boolean {
    const command: RawCommand = { id, slot, bytes, at, args, argc, next };
    const isBig = next - at > maxRingCommandBytes || argc > maxRingArguments;
    const shared = isBig ? this.#takeShared(session, bytes, next) : undefined;
    const big = isBig ? toBigRequest(command, shared) : undefined;
    this.links.sendLeased(shards, session.index, session.nextRun, context, command, big);
    this.#sent(session, 1);
    return shared !== undefined;
  }

  /** Returns true if the input buffer was given away with the command. */
  sendBig(
    session: Session, id: number, shard: number, slot: number, context: number,
    bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number,
  ): boolean {
    const command: RawCommand = { id, slot, bytes, at, args, argc, next };
    const shared = this.#takeShared(session, bytes, next);
    this.links.sendBig(shard, session.index, session.nextRun, context, command, toBigRequest(command, shared));
    this.#sent(session, 1);
    return shared !== undefined;
  }

  /** Answers with an error that no shard has given. */
  refuse(session: Session, id: number, text: string): void {
    this.stats.countError(text);
    if (id >= 0) this.stats.countRejected(id);
    this.#errorReply.resp = session.resp;
    this.#errorReply.error(text);
    this.#deliverLocal(session, this.#errorReply.bytes, this.#errorReply.pos);
    this.#errorSink.clear();
  }

  /** Runs a door command now, or once everything before it is answered. The arguments lie at `at`, as in a RawCommand. */
  execute(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number): void {
    const reply = this.#replies.pop() ?? new ReplyWriter(new BufferSink());
    const call = new DoorCall(session, this.services.server, reply, id, 0, bytes, args, at, argc);
    session.heldCall = call;
    if (session.isSettled) this.#runHeld(session);
    else call.keepArguments();
  }

  slotInput(session: Session, flags: number, slot: number): number {
    return this.services.slotInput(session, flags, this.situations![slot]! & ~HOLDS);
  }

  endpointOf(session: Session, slot: number, answer: number): string {
    return this.services.endpointOf(session, slot, answer);
  }

  // Replies.

  onReply(connection: number, run: number, bytes: Uint8Array, offset: number, length: number, ended: boolean, commands: number): void {
    const session = this.#sessions[connection];
    if (session === undefined) {
      this.#answerLeaving(connection, ended);
      return;
    }
    session.deliver(run, bytes, offset, length, ended);
    session.answered(commands, length, ended);
    this.touch(session);
  }

  onUnsaved(connection: number, run: number, commands: number): void {
    for (let i = 0; i < commands; i++) this.#errorReply.error(this.writeRefusal || this.services.unsavedError());
    const bytes = this.#errorSink.take();
    const session = this.#sessions[connection];
    if (session?.hasBegun(run) === true) this.closeNow(session);
    this.onReply(connection, run, bytes, 0, bytes.length, true, commands);
  }

  // Turns.

  /** Has a turn run once the sockets that are readable now have been read. */
  planTurn(): void {
    if (this.#turnPlanned || this.#inTurn) return;
    this.#turnPlanned = true;
    this.#control.doorSleeps(false);
    setImmediate(this.#onImmediate);
  }

  /** Lets a session go on with what it has been sent, if it may. */
  resume(session: Session): void {
    this.touch(session);
    this.planTurn();
  }

  resumeWaiting(): void {
    for (const session of this.#waiting) this.touch(session);
    this.#waiting.clear();
    this.planTurn();
  }

  readonly #onImmediate = (): void => {
    this.#turnPlanned = false;
    this.#turn();
    this.#rest();
  };

  #turn(): void {
    this.#inTurn = true;
    const wasCongested = this.links.congested;
    this.services.beforeTurn();
    this.links.publish();
    this.links.takeReplies(this);
    if (wasCongested && !this.links.congested) for (const session of this.#waiting) this.touch(session);
    this.#goOnTouched();
    this.links.publish();
    this.#inTurn = false;
  }

  #goOnTouched(): void {
    for (let i = 0; i < this.#touched.length; i++) {
      const session = this.#touched[i]!;
      session.isTouched = false;
      this.#goOn(session);
    }
    this.#touched.length = 0;
  }

  /** Takes wake-ups. The next one is awaited before the last look at the rings, so none is missed. */
  async #listen(): Promise<void> {
    for (;;) {
      const wakeUp = this.#control.waitForDoorSignal(this.#control.doorSignal());
      this.#rest();
      if (wakeUp !== undefined) await wakeUp;
      this.#control.doorSleeps(false);
      this.#turn();
    }
  }

  /** Announces that the door may sleep, unless there is something to do. */
  #rest(): void {
    if (this.#turnPlanned) return;
    this.#control.doorSleeps(true);
    if (this.links.hasReplies) this.planTurn();
  }

  #newSession(connection: Connection, authenticated: boolean): Session {
    const index = this.#freeIndexes.pop() ?? this.#sessions.length;
    const session = new Session(this.#nextId++, index, connection, this.limits, authenticated, Math.floor(this.clock.now()));
    this.#sessions[index] = session;
    return session;
  }

  #start(session: Session): (byteCount: number) => boolean {
    return session.connection.start(
      {
        onBytes: (bytes, start, end) => this.#receive(session, bytes, start, end),
        onWritable: () => this.resume(session),
        onEnd: () => this.#end(session),
        onClose: () => this.#forget(session),
      },
      this.#readBuffer,
    );
  }

  #receive(session: Session, bytes: Uint8Array, start: number, end: number): void {
    session.lastInteractionMs = this.clock.now();
    const { input } = session.connection;
    if (input.length > 0 || !this.#dispatcher.mayExecute(session)) {
      this.#store(session, bytes, start, end);
      this.#consumeInput(session);
    } else {
      const at = this.#dispatcher.dispatch(session, bytes, start, end);
      if (at < end) this.#store(session, bytes, at, end);
    }
    this.#settle(session);
    this.#publishSoon();
    if (this.links.hasUnpublished) this.planTurn();
  }

  /** Lets shards begin, and clients have what is answered, while other clients are still to be read. */
  #publishSoon(): void {
    if (!this.links.publishSoon()) return;
    this.links.takeReplies(this);
    this.#goOnTouched();
  }

  #store(session: Session, bytes: Uint8Array, start: number, end: number): void {
    const { input } = session.connection;
    if (session.closing) return;
    input.append(bytes, start, end, session.parser.neededBytes, maxRingCommandBytes);
    if (input.length > this.services.queryBufferLimitBytes()) this.services.onQueryBufferLimit(session);
  }

  #consumeInput(session: Session): void {
    const { input } = session.connection;
    while (input.length > 0 && this.#dispatcher.mayExecute(session)) {
      const before = input.length;
      const at = this.#dispatcher.dispatch(session, input.bytes, input.start, input.end);
      if (at >= 0) input.consume(at);
      if (at >= 0 && input.length === before) return;
    }
  }

  /** After replies, writability or the end of a wait: write, go on, close. */
  #goOn(session: Session): void {
    if (session.connection.isClosed) return;
    session.connection.output.flush();
    if (session.heldCall !== undefined && session.isSettled && !session.busy) this.#runHeld(session);
    if (session.held !== undefined && !this.links.congested && this.#dispatcher.retry(session)) this.#waiting.delete(session);
    this.#consumeInput(session);
    this.#settle(session);
  }

  /** A client that has stopped sending is not kept waiting for the end of a pause, as in Redis. */
  #end(session: Session): void {
    session.ended = true;
    if (session.held === undefined || !this.pause.isOn) this.#goOn(session);
    else this.closeNow(session);
    this.planTurn();
  }

  /** Decides what a session that was worked on waits for. */
  #settle(session: Session): void {
    const { connection } = session;
    if (session.heldFailure !== undefined && session.isSettled) this.#failProtocol(session);
    if (session.ended && session.isSettled && this.#dispatcher.mayExecute(session)) session.closing = true;
    if (session.closing && session.isSettled && !session.busy) {
      connection.closeAfterFlush();
      return;
    }
    const mayGoOn = this.#dispatcher.mayExecute(session);
    if (!mayGoOn && (session.held !== undefined || this.links.congested)) this.#waiting.add(session);
    connection.reading = mayGoOn || connection.input.length < maxWaitingInputBytes;
    if (this.services.outputLimitReached(session)) this.closeNow(session);
    else if (!connection.output.isEmpty) connection.output.flush();
  }

  #failProtocol(session: Session): void {
    const text = session.heldFailure!;
    session.heldFailure = undefined;
    this.refuse(session, -1, text);
    session.closing = true;
  }

  #runHeld(session: Session): void {
    const call = session.heldCall!;
    const row = rows[call.id] as DoorCommand;
    const from = this.clock.now();
    session.heldCall = undefined;
    session.asking = false;
    session.lastInteractionMs = from;
    session.commandCount++;
    call.nowMs = Math.floor(from);
    call.reply.resp = session.resp;
    const outcome = row.execute(call);
    if (outcome === undefined) {
      this.#finish(call, from);
      return;
    }
    void this.#finishLater(call, outcome, from);
  }

  async #finishLater(call: DoorCall, outcome: Promise<void>, from: number): Promise<void> {
    const { session } = call;
    call.keepArguments();
    session.busy = true;
    try {
      await outcome;
    } catch (error) {
      this.services.onFault(error);
      return;
    }
    session.busy = false;
    this.#finish(call, from);
    this.resume(session);
  }

  #finish(call: DoorCall, from: number): void {
    const { session, reply } = call;
    const us = Math.max(0, this.clock.now() - from) * 1000;
    this.services.onDoorCommand(call, us);
    if (!session.connection.isClosed) this.#deliverLocal(session, reply.bytes, reply.pos);
    session.endCommand();
    (reply.sink as BufferSink).clear();
    if (this.#replies.length < pooledReplies) this.#replies.push(reply);
  }

  /** What was delivered leaves when the caller settles the session. */
  #deliverLocal(session: Session, bytes: Uint8Array, length: number): void {
    session.deliver(session.nextRun, bytes, 0, session.isSilent ? 0 : length, true);
    session.nextRun = (session.nextRun + 1) | 0;
  }

  #sent(session: Session, commands: number): void {
    session.nextRun = (session.nextRun + 1) | 0;
    session.runsOut++;
    session.inFlight += commands;
    session.commandCount += commands;
  }

  #takeShared(session: Session, bytes: Uint8Array, next: number): Uint8Array | undefined {
    const { input } = session.connection;
    return bytes === input.bytes ? input.takeShared(next) : undefined;
  }

  #forget(session: Session): void {
    assert(this.#sessions[session.index] === session, 'a session is forgotten once');
    if (session.isInternal) this.#internalCount--;
    else this.services.onDisconnect(session);
    this.#sessions[session.index] = undefined;
    this.#waiting.delete(session);
    session.closing = true;
    if (session.runsOut === 0) this.#freeIndexes.push(session.index);
    else this.#leaving.set(session.index, session);
  }

  #answerLeaving(connection: number, ended: boolean): void {
    const session = this.#leaving.get(connection)!;
    if (ended) session.runsOut--;
    if (session.runsOut > 0) return;
    this.#leaving.delete(connection);
    this.#freeIndexes.push(connection);
  }
}

function owesReplies({ connection }: Session): boolean {
  return connection.output.pendingBytes > 0;
}
