/**
 * One migration as its source sees it: a state machine. Time, answers and what became of the work come in; messages,
 * work and what to keep go out.
 *
 *   connecting ─ establishing ─ copying ─ catching-up ─ syncing ─ settling ─ pausing ─ granted ─ giving ─ trimming ─ done
 *        └──────────┴──────────────┴───────────┴───────────┴──────────┤         │         │
 *                                                                     ▼         │         ▼
 *                                              failed, cancelled ◀─ returning ◀─┴───── doubtful
 *
 * Up to `pausing` the source may end the task by itself. The grant is kept while the last changes are under way, and is
 * taken back (`returning`) if they do not get there. Once it is told the destination may own the slots, so the source
 * serves them no more until it knows: `granted` while it waits for the answer, `doubtful` when the answer got lost. A
 * `keep` is the last output of its step; the caller answers it with `kept`.
 */
import type { Answer, SourceMessage } from './message.ts';
import type { MoveChange } from './moves.ts';
import type { Range } from './ranges.ts';

export type ExportState =
  | 'connecting' | 'establishing' | 'copying' | 'catching-up' | 'syncing' | 'settling' | 'pausing'
  | 'granted' | 'doubtful' | 'giving' | 'returning' | 'trimming' | 'ending' | 'done' | 'failed' | 'cancelled';

export type ExportOutput =
  | { readonly do: 'connect' | 'disconnect' }
  | { readonly do: 'send'; readonly message: SourceMessage }
  | { readonly do: 'keep'; readonly change: MoveChange }
  /** Send all keys of the slots, and every change of them from then on; or no more of them. */
  | { readonly do: 'start-stream' | 'stop-stream' }
  /** Hold back writes to the slots, and say `drained` when the destination has applied all before; or let them go on. */
  | { readonly do: 'pause' | 'resume' }
  /** Delete the keys of the slots, and say `trimmed`. */
  | { readonly do: 'trim' }
  | { readonly do: 'log'; readonly text: string };

export interface ExportLimits {
  /** How long writes may be held back before the source gives up, or asks for the outcome. */
  readonly pauseMs: number;
  /** Changes under way, in bytes, with which writes may be paused. */
  readonly lagBytes: number;
  /** Without an answer for so long the link counts as lost. */
  readonly silenceMs: number;
}

export interface ExportParts {
  readonly id: string;
  readonly peerId: string;
  readonly ranges: readonly Range[];
  readonly limits: ExportLimits;
}

/** Between two attempts to reach the destination. */
const retryMs = 200;
const aliveMs = 1000;
/** With fewer bytes under way the pause is not worth putting off. */
const quietBytes = 64 * 1024;
const settlingMs = 1000;
/** Before and after the hand-over the nodes and their clients get time for what has come to wait meanwhile. */
const restMs = 200;

export class ExportTask {
  readonly id: string;
  readonly peerId: string;
  readonly ranges: readonly Range[];
  state: ExportState = 'connecting';
  /** Why it failed. */
  failure = '';
  /** How long writes were held back. */
  pausedMs = 0;
  heardMs = 0;
  readonly #limits: ExportLimits;
  #outputs: ExportOutput[] = [];
  #sinceMs = 0;
  #pausedAtMs = 0;
  #isPaused = false;
  #isGrantKept = false;
  #isStreaming = false;
  #isLinked = false;
  #isLinking = false;
  #retryAtMs = 0;
  #aliveAtMs = 0;
  #lagBytes = 0;
  #isCancelled = false;
  #trimAtMs = 0;
  #isTrimming = false;
  #isTrimmed = false;
  #isDoneHeard = false;

  constructor({ id, peerId, ranges, limits }: ExportParts) {
    this.id = id;
    this.peerId = peerId;
    this.ranges = ranges;
    this.#limits = limits;
  }

  /** A task of which nodes.conf says how far it had come. */
  static restored(parts: ExportParts, role: 'granted' | 'trimming', nowMs: number): ExportTask {
    const task = new ExportTask(parts);
    if (role === 'granted') task.#enter('doubtful', nowMs);
    else task.#beginTrimming(nowMs);
    return task;
  }

  takeOutputs(): ExportOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  get isOver(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'cancelled';
  }

  /** Whether the destination may own the slots, or does. */
  get isPastReturn(): boolean {
    return ['granted', 'doubtful', 'giving', 'returning', 'trimming', 'ending', 'done'].includes(this.state);
  }

  start(nowMs: number): void {
    this.#enter('connecting', nowMs);
    this.#connect(nowMs);
  }

  // The link.

  linked(nowMs: number): void {
    this.#isLinked = true;
    this.#isLinking = false;
    this.heardMs = nowMs;
    if (this.state === 'connecting') {
      this.#enter('establishing', nowMs);
      this.#send({ kind: 'establish' });
    } else if (this.state === 'doubtful') this.#send({ kind: 'outcome' });
    else if (this.state === 'trimming' && !this.#isDoneHeard) this.#send({ kind: 'done' });
    else this.#disconnect();
  }

  unlinked(nowMs: number, reason: string): void {
    this.#isLinked = false;
    this.#isLinking = false;
    this.#retryAtMs = nowMs + retryMs;
    if (this.isOver) return;
    if (this.state === 'granted') this.#enter('doubtful', nowMs);
    else if (!this.isPastReturn) this.#giveUp(nowMs, reason);
  }

  answered(nowMs: number, to: SourceMessage['kind'], answer: Answer): void {
    this.heardMs = nowMs;
    if (this.isOver) return;
    if (to === 'take' || to === 'outcome') this.#takeOutcome(nowMs, answer);
    else if (answer.kind === 'aborted') this.#refused(nowMs, to, answer.reason);
    else if (to === 'establish' && this.state === 'establishing') {
      this.#enter('copying', nowMs);
      this.#isStreaming = true;
      this.#outputs.push({ do: 'start-stream' });
    } else if (to === 'sync' && this.state === 'syncing') {
      this.#enter('settling', nowMs);
      this.#pauseIfQuiet(nowMs);
    } else if (to === 'done') {
      this.#isDoneHeard = true;
      this.#endIfDone(nowMs);
    }
  }

  /** The destination has answered something else, such as keys. */
  heard(nowMs: number): void {
    this.heardMs = nowMs;
  }

  // The work.

  /** All keys have been handed to the link. */
  copied(nowMs: number): void {
    if (this.state !== 'copying') return;
    this.#enter('catching-up', nowMs);
    this.progress(nowMs, this.#lagBytes);
  }

  /** So many bytes of keys and changes are not applied at the destination yet. */
  progress(nowMs: number, lagBytes: number): void {
    this.#lagBytes = lagBytes;
    if (this.state === 'catching-up' && lagBytes <= Math.max(this.#limits.lagBytes, quietBytes)) {
      this.#enter('syncing', nowMs);
      this.#send({ kind: 'sync' });
    } else if (this.state === 'settling') this.#pauseIfQuiet(nowMs);
  }

  /** The destination has applied every change that came before the pause. `epoch` is the greatest known here. */
  drained(nowMs: number, epoch: bigint): void {
    if (this.state !== 'pausing' || !this.#isGrantKept) return;
    this.#enter('granted', nowMs);
    this.#send({ kind: 'take', epoch });
  }

  /** Keys cannot be copied or changes cannot be sent. */
  broken(nowMs: number, reason: string): void {
    if (!this.isPastReturn) this.#giveUp(nowMs, reason);
  }

  trimmed(nowMs: number): void {
    this.#isTrimmed = true;
    this.#endIfDone(nowMs);
  }

  /** What became of the last `keep`. */
  kept(nowMs: number, failure: string | undefined): void {
    switch (this.state) {
      case 'pausing':
        if (failure !== undefined) return this.#fail(nowMs, 'failed', failure);
        this.#isGrantKept = true;
        return undefined;
      case 'giving':
        if (failure !== undefined) return this.#doubt(nowMs);
        return this.#beginTrimming(nowMs);
      case 'returning':
        if (failure !== undefined) return this.#doubt(nowMs);
        return this.#fail(nowMs, this.#endState, this.failure);
      case 'ending':
        if (failure !== undefined) return this.#enter('trimming', nowMs);
        this.#enter('done', nowMs);
        return this.#disconnect();
      default:
        return undefined;
    }
  }

  // The cluster.

  /** The slots are not this node's any more. */
  lost(nowMs: number, reason: string): void {
    if (!this.isPastReturn && !this.isOver) this.#giveUp(nowMs, reason);
  }

  /** The destination is no member any more: whatever it has, it is not the owner of anything. */
  forgotten(nowMs: number): void {
    const reason = 'the other node is no member of the cluster any more';
    if (this.state === 'granted' || this.state === 'doubtful') this.#return(nowMs, reason);
    else if (this.state === 'trimming') {
      this.#isDoneHeard = true;
      this.#endIfDone(nowMs);
    } else this.lost(nowMs, reason);
  }

  /** True if the task is or may yet be cancelled. */
  cancel(nowMs: number): boolean {
    if (this.isOver || ['giving', 'returning', 'trimming', 'ending'].includes(this.state)) return false;
    this.#isCancelled = true;
    if (this.state === 'granted') this.#doubt(nowMs);
    else if (this.state !== 'doubtful') this.#giveUp(nowMs, 'cancelled by a client');
    return true;
  }

  tick(nowMs: number): void {
    if (this.isOver) return;
    if (this.#isLinked && nowMs - this.heardMs > this.#limits.silenceMs) this.#cutLink(nowMs, 'the other node is silent');
    else if (this.#isLinking && nowMs - this.#sinceMs > this.#limits.silenceMs) this.#cutLink(nowMs, 'the other node cannot be reached');
    if (this.state === 'pausing' && nowMs - this.#pausedAtMs > this.#limits.pauseMs) this.#giveUp(nowMs, 'the write pause timed out');
    if (this.state === 'granted' && nowMs - this.#sinceMs > this.#limits.pauseMs) this.#doubt(nowMs);
    if (this.state === 'settling') this.#pauseIfQuiet(nowMs);
    if (this.state === 'trimming') this.#goOnTrimming(nowMs);
    const wantsLink = this.state === 'doubtful' || (this.state === 'trimming' && !this.#isDoneHeard);
    if (wantsLink && !this.#isLinked && !this.#isLinking && nowMs >= this.#retryAtMs) this.#connect(nowMs);
    if (this.#isLinked && !this.isPastReturn && nowMs >= this.#aliveAtMs) {
      this.#aliveAtMs = nowMs + aliveMs;
      this.#send({ kind: 'alive' });
    }
  }

  #pauseIfQuiet(nowMs: number): void {
    const settledMs = nowMs - this.#sinceMs;
    const isQuiet = settledMs >= restMs && this.#lagBytes <= quietBytes;
    if (!isQuiet && (this.#lagBytes > this.#limits.lagBytes || settledMs < settlingMs)) return;
    this.#enter('pausing', nowMs);
    this.#isPaused = true;
    this.#pausedAtMs = nowMs;
    this.#outputs.push({ do: 'pause' });
    this.#keep({ kind: 'grant', id: this.id, peerId: this.peerId, ranges: this.ranges });
  }

  #takeOutcome(nowMs: number, answer: Answer): void {
    if (this.state !== 'granted' && this.state !== 'doubtful') return;
    if (answer.kind === 'taken') this.#give(nowMs, answer.epoch);
    else if (answer.kind === 'aborted') this.#return(nowMs, answer.reason);
  }

  #refused(nowMs: number, to: SourceMessage['kind'], reason: string): void {
    if (to === 'done') {
      this.#isDoneHeard = true;
      this.#endIfDone(nowMs);
    } else if (!this.isPastReturn) this.#giveUp(nowMs, reason);
  }

  #give(nowMs: number, epoch: bigint): void {
    this.#enter('giving', nowMs);
    this.#keep({ kind: 'give', id: this.id, epoch });
  }

  /** The slots stay here. */
  #return(nowMs: number, reason: string): void {
    this.failure = reason;
    this.#enter('returning', nowMs);
    this.#keep({ kind: 'forget', id: this.id });
  }

  #beginTrimming(nowMs: number): void {
    this.#enter('trimming', nowMs);
    this.#trimAtMs = nowMs + restMs;
    this.#endStream(nowMs);
  }

  #goOnTrimming(nowMs: number): void {
    if (!this.#isTrimming && nowMs >= this.#trimAtMs) {
      this.#isTrimming = true;
      this.#outputs.push({ do: 'trim' });
      if (this.#isLinked && !this.#isDoneHeard) this.#send({ kind: 'done' });
    }
    this.#endIfDone(nowMs);
  }

  #endIfDone(nowMs: number): void {
    if (this.state !== 'trimming' || !this.#isTrimmed || !this.#isDoneHeard) return;
    this.#enter('ending', nowMs);
    this.#keep({ kind: 'forget', id: this.id });
  }

  /** The answer to the grant will not come over this link. */
  #doubt(nowMs: number): void {
    this.#enter('doubtful', nowMs);
    this.#disconnect();
    this.#retryAtMs = nowMs;
  }

  /** Ends the task, which has told no grant; one that is kept is taken back first. */
  #giveUp(nowMs: number, reason: string): void {
    if (this.#isGrantKept) this.#return(nowMs, reason);
    else this.#fail(nowMs, this.#endState, reason);
  }

  get #endState(): 'failed' | 'cancelled' {
    return this.#isCancelled ? 'cancelled' : 'failed';
  }

  #fail(nowMs: number, state: 'failed' | 'cancelled', reason: string): void {
    this.failure = reason;
    this.#endStream(nowMs);
    if (this.#isLinked) this.#send({ kind: 'abort', reason });
    this.#disconnect();
    this.#enter(state, nowMs);
    this.#outputs.push({ do: 'log', text: `Migration ${this.id} ${state}: ${reason}` });
  }

  #endStream(nowMs: number): void {
    if (this.#isStreaming) this.#outputs.push({ do: 'stop-stream' });
    this.#isStreaming = false;
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.pausedMs = nowMs - this.#pausedAtMs;
    this.#outputs.push({ do: 'resume' });
  }

  #cutLink(nowMs: number, reason: string): void {
    this.#disconnect();
    this.unlinked(nowMs, reason);
  }

  #connect(nowMs: number): void {
    this.#isLinking = true;
    this.#sinceMs = nowMs;
    this.#outputs.push({ do: 'connect' });
  }

  #disconnect(): void {
    if (this.#isLinked || this.#isLinking) this.#outputs.push({ do: 'disconnect' });
    this.#isLinked = false;
    this.#isLinking = false;
  }

  #send(message: SourceMessage): void {
    this.#outputs.push({ do: 'send', message });
  }

  #keep(change: MoveChange): void {
    this.#outputs.push({ do: 'keep', change });
  }

  #enter(state: ExportState, nowMs: number): void {
    this.state = state;
    this.#sinceMs = nowMs;
  }
}
