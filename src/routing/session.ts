/**
 * What the door knows of one client: who it is, what it selected, and where its replies stand.
 *
 * Runs (batches of consecutive commands for one shard, or one local reply) are numbered in the
 * order of the commands. Replies leave in that order; one that comes too early is kept here.
 */
import type { Connection } from '../socket/connection.ts';
import { RequestParser } from '../protocol/request-parser.ts';
import type { RequestLimits } from '../protocol/request-limits.ts';
import { fullNames } from '../commands/table.ts';
import type { DoorCall } from '../commands/door-call.ts';
import type { Fieldsets } from '../commands/hash/fieldsets.ts';
import { EarlyReplies, EarlyState } from './early-replies.ts';

export const ReplyMode = { on: 0, off: 1, skipNext: 2, skip: 3 } as const;

/** A parsed command that waits: for its turn (door commands) or for the end of a pause. */
export interface HeldCommand {
  readonly bytes: Uint8Array;
  readonly args: Int32Array;
}

/** Replies larger than this on average narrow a client's window of commands in flight. */
const windowBytes = 1024 * 1024;
/** Commands of one client in flight: at first, and at most. It doubles with each reply that is small enough. */
const initialWindow = 64;
const maxWindow = 1024;

export class Session {
  readonly id: number;
  /** Position in the door's table of sessions, as records name it. */
  readonly index: number;
  readonly connection: Connection;
  readonly parser: RequestParser;
  readonly createdMs: number;

  db = 0;
  resp: 2 | 3 = 2;
  name = '';
  libName = '';
  libVersion = '';
  user = 'default';
  authenticated: boolean;
  noEvict = false;
  noTouch = false;
  /** READONLY and ASKING in a cluster. */
  readonlyMode = false;
  asking = false;
  /** CLIENT CAPA redirect: a replica outside a cluster may answer -REDIRECT (slot-decision.ts). */
  redirects = false;
  replyMode: number = ReplyMode.on;

  /** Of HIMPORT, once the client has prepared one. */
  fieldsets: Fieldsets | undefined;

  lastInteractionMs: number;
  /** Id of the last command that was looked up; -1 for none, or an unknown one. */
  lastCommand = -1;
  /** Commands executed; those that the door refuses do not count. */
  commandCount = 0;

  /** Number of the next run, and of the next run to be answered. */
  nextRun = 0;
  nextReply = 0;
  /** Runs that shards have not answered. */
  runsOut = 0;
  /** Commands sent to shards and not yet answered, and how many may be. */
  inFlight = 0;
  window = initialWindow;
  held: HeldCommand | undefined;
  heldCall: DoorCall | undefined;
  /** A protocol error to be answered before closing, once everything before it is. */
  heldFailure: string | undefined;
  /** The door has it on its list of sessions to look at. */
  isTouched = false;
  /** A client within this process: not shown, not limited. */
  isInternal = false;
  /** What it sends was logged by another node, or is the node's own (RequestFlag.replay). */
  isReplaying = false;
  /** A door command is executing asynchronously. */
  busy = false;
  /** No further command is executed; the connection closes when the replies are out. */
  closing = false;
  /** The client sends no more; it closes once what it has sent is answered. */
  ended = false;
  /** The run of which a part has been delivered, or -1. */
  #begunRun = -1;
  #early: EarlyReplies | undefined;
  /** Of the replies since the last one that ended. */
  #replyBytes = 0;
  #backlogBytes = 0;

  constructor(id: number, index: number, connection: Connection, limits: RequestLimits, authenticated: boolean, nowMs: number) {
    this.id = id;
    this.index = index;
    this.connection = connection;
    this.parser = new RequestParser(limits);
    this.authenticated = authenticated;
    this.parser.authenticated = authenticated;
    this.createdMs = nowMs;
    this.lastInteractionMs = nowMs;
  }

  /** Whether every run has been answered. */
  get isSettled(): boolean {
    return this.nextRun === this.nextReply;
  }

  /** Bytes of replies that came before their turn. */
  get earlyBytes(): number {
    return this.#early === undefined ? 0 : this.#early.waitingBytes;
  }

  /** Whether the client waits for nothing, so that `timeout` counts. */
  get isIdle(): boolean {
    return this.isSettled && this.heldCall === undefined && this.held === undefined && !this.busy && !this.isInternal;
  }

  /** To be called now and then: a client that takes what it is owed interacts. */
  noteBacklog(nowMs: number): void {
    const { backlogBytes } = this.connection.output;
    if (backlogBytes > 0 && backlogBytes !== this.#backlogBytes) this.lastInteractionMs = nowMs;
    this.#backlogBytes = backlogBytes;
  }

  /** Replies are not sent: CLIENT REPLY OFF, or the command behind CLIENT REPLY SKIP. */
  get isSilent(): boolean {
    return this.replyMode === ReplyMode.off || this.replyMode === ReplyMode.skip;
  }

  /** `client|list`; undefined before the first command and after an unknown one. */
  get lastCommandName(): string | undefined {
    return fullNames[this.lastCommand];
  }

  /** The command in hand is over: its CLIENT REPLY SKIP ends, or the one that it asked for begins. */
  endCommand(): void {
    if (this.replyMode === ReplyMode.skipNext) this.replyMode = ReplyMode.skip;
    else if (this.replyMode === ReplyMode.skip) this.replyMode = ReplyMode.on;
  }

  /** CLIENT REPLY. To skip the next reply means nothing to a client that gets none. */
  setReplies(mode: 'on' | 'off' | 'skip'): void {
    if (mode !== 'skip') this.replyMode = ReplyMode[mode];
    else if (this.replyMode !== ReplyMode.off) this.replyMode = ReplyMode.skipNext;
  }

  /** As the connection was when it began, but for what the client has told about its library and what it can do. */
  reset(isAuthenticated: boolean): void {
    this.db = 0;
    this.resp = 2;
    this.name = '';
    this.user = 'default';
    this.authenticated = isAuthenticated;
    this.parser.authenticated = isAuthenticated;
    this.noEvict = false;
    this.noTouch = false;
    this.readonlyMode = false;
    this.asking = false;
    this.fieldsets = undefined;
    if (this.replyMode === ReplyMode.off) this.replyMode = ReplyMode.on;
  }

  authenticate(user: string): void {
    this.authenticated = true;
    this.parser.authenticated = true;
    this.user = user;
  }

  /**
   * Delivers (a part of) the reply of `run`: straight to the output if it is its turn, else it is
   * kept. `ended` is true with the last part.
   */
  deliver(run: number, bytes: Uint8Array, offset: number, length: number, ended: boolean): void {
    if (run !== this.nextReply) {
      this.#early ??= new EarlyReplies();
      this.#early.keep(run, this.nextReply, bytes, offset, length, ended);
      return;
    }
    if (length > 0) this.connection.output.append(bytes, offset, length);
    if (!ended) {
      this.#begunRun = run;
      return;
    }
    this.#begunRun = -1;
    this.nextReply = (this.nextReply + 1) | 0;
    if (this.#early !== undefined && !this.#early.isEmpty) this.#deliverEarly(this.#early);
  }

  /** Whether a part of the reply of `run` has come. */
  hasBegun(run: number): boolean {
    return run === this.#begunRun || (this.#early !== undefined && this.#early.stateOf(run, this.nextReply) !== EarlyState.absent);
  }

  /**
   * Notes (a part of) a shard's reply of `bytes` to `commands` commands. The window follows the size
   * of the replies, so that a client that never reads costs bounded memory.
   */
  answered(commands: number, bytes: number, ended = true): void {
    this.#replyBytes += bytes;
    if (!ended) return;
    const replyBytes = this.#replyBytes;
    this.#replyBytes = 0;
    this.runsOut--;
    this.inFlight -= commands;
    const fitting = Math.max(1, Math.floor((windowBytes * commands) / Math.max(1, replyBytes)));
    this.window = Math.min(fitting, maxWindow, this.window * 2);
  }

  #deliverEarly(early: EarlyReplies): void {
    const { output } = this.connection;
    let state = early.deliver(this.nextReply, output);
    while (state === EarlyState.ended) {
      this.nextReply = (this.nextReply + 1) | 0;
      state = early.deliver(this.nextReply, output);
    }
    if (state === EarlyState.begun) this.#begunRun = this.nextReply;
  }
}
