/**
 * What the door knows of one client: who it is, what it selected, and where its replies stand.
 *
 * Runs (batches of consecutive commands for one shard, or one local reply) are numbered in the
 * order of the commands. Replies leave in that order; one that comes too early is kept here.
 */
import type { Connection } from '../socket/connection.ts';
import { RequestParser } from '../protocol/request-parser.ts';
import type { RequestLimits } from '../protocol/request-limits.ts';
import type { DoorCall } from '../commands/door-call.ts';

export const ReplyMode = { on: 0, off: 1, skipNext: 2, skip: 3 } as const;

/** A parsed command that waits: for its turn (door commands) or for the end of a pause. */
export interface HeldCommand {
  readonly bytes: Uint8Array;
  readonly args: Int32Array;
}

interface EarlyReply {
  readonly chunks: Uint8Array[];
  ended: boolean;
}

/** Replies larger than this on average narrow a client's window of commands in flight. */
const windowBytes = 1024 * 1024;
const maxWindow = 8192;

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
  /** READONLY, ASKING and CAPA redirect in a cluster. */
  readonlyMode = false;
  asking = false;
  redirects = false;
  replyMode: number = ReplyMode.on;

  lastInteractionMs: number;
  lastCommand = -1;
  commandCount = 0;

  /** Number of the next run, and of the next run to be answered. */
  nextRun = 0;
  nextReply = 0;
  /** Commands sent to shards and not yet answered, and how many may be. */
  inFlight = 0;
  window = 1024;
  held: HeldCommand | undefined;
  heldCall: DoorCall | undefined;
  /** A protocol error to be answered before closing, once everything before it is. */
  heldFailure: string | undefined;
  /** A client within this process: not shown, not limited. */
  isInternal = false;
  /** A door command is executing asynchronously. */
  busy = false;
  /** No further command is executed; the connection closes when the replies are out. */
  closing = false;
  /** Waits for room in the rings or the end of a pause. */
  parked = false;
  #early: Map<number, EarlyReply> | undefined;

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
      this.#keepEarly(run, bytes, offset, length, ended);
      return;
    }
    if (length > 0) this.connection.output.append(bytes, offset, length);
    if (!ended) return;
    this.nextReply = (this.nextReply + 1) | 0;
    if (this.#early !== undefined) this.#deliverEarly();
  }

  /** Adapts the window to the size of the replies, so that a client that never reads costs bounded memory. */
  answered(commands: number, replyBytes: number): void {
    this.inFlight -= commands;
    if (replyBytes > commands * 64) this.window = Math.max(1, Math.min(maxWindow, Math.floor((windowBytes * commands) / replyBytes)));
    else this.window = maxWindow;
  }

  #keepEarly(run: number, bytes: Uint8Array, offset: number, length: number, ended: boolean): void {
    this.#early ??= new Map();
    let early = this.#early.get(run);
    if (early === undefined) {
      early = { chunks: [], ended: false };
      this.#early.set(run, early);
    }
    if (length > 0) early.chunks.push(bytes.slice(offset, offset + length));
    early.ended = ended;
  }

  #deliverEarly(): void {
    for (;;) {
      const early = this.#early!.get(this.nextReply);
      if (early === undefined) return;
      for (const chunk of early.chunks) this.connection.output.append(chunk, 0, chunk.length);
      early.chunks.length = 0;
      if (!early.ended) return;
      this.#early!.delete(this.nextReply);
      this.nextReply = (this.nextReply + 1) | 0;
    }
  }
}
