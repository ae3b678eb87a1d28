/**
 * One migration as its destination sees it: a state machine like export-task.ts.
 *
 *   opening ─ receiving ─ syncing ─ taking ─ taken ─ ending ─ done
 *       └────────┴───────────┴──▶ dropping ─ ending ─ failed, cancelled
 *
 * Up to `taking` the task can be given up. Once the slots are kept as this node's own they are; a task that is given up
 * never takes them, so that its answer `aborted` can be relied on.
 */
import type { Answer, SourceMessage } from './message.ts';
import type { MoveChange } from './moves.ts';
import type { Range } from './ranges.ts';

export type ImportState = 'opening' | 'receiving' | 'syncing' | 'taking' | 'taken' | 'dropping' | 'ending' | 'done' | 'failed' | 'cancelled';

export type ImportOutput =
  | { readonly do: 'answer'; readonly to: SourceMessage['kind']; readonly answer: Answer }
  | { readonly do: 'keep'; readonly change: MoveChange }
  /** Hide the slots' keys from clients and from expiry; or no more. */
  | { readonly do: 'hide' | 'show' }
  /** Have everything that was applied on disk, and say `synced`. */
  | { readonly do: 'sync' }
  /** Delete the keys of the slots that are not this node's, and say `dropped`. */
  | { readonly do: 'drop' }
  | { readonly do: 'log'; readonly text: string };

export interface ImportParts {
  readonly id: string;
  /** The source. */
  readonly peerId: string;
  readonly ranges: readonly Range[];
  /** Without a message for so long the source counts as gone. */
  readonly silenceMs: number;
}

export class ImportTask {
  readonly id: string;
  readonly peerId: string;
  readonly ranges: readonly Range[];
  state: ImportState = 'opening';
  failure = '';
  heardMs = 0;
  readonly #silenceMs: number;
  #outputs: ImportOutput[] = [];
  #sourceEpoch = 0n;
  #takenEpoch = 0n;
  #isSyncing = false;
  #isDoneAsked = false;
  #end: 'done' | 'failed' | 'cancelled' = 'done';

  constructor({ id, peerId, ranges, silenceMs }: ImportParts) {
    this.id = id;
    this.peerId = peerId;
    this.ranges = ranges;
    this.#silenceMs = silenceMs;
  }

  /** A task of which nodes.conf says how far it had come; `epoch` is this node's. */
  static restored(parts: ImportParts, role: 'receiving' | 'taken', nowMs: number, epoch: bigint): ImportTask {
    const task = new ImportTask(parts);
    task.heardMs = nowMs;
    if (role === 'taken') {
      task.state = 'taken';
      task.#takenEpoch = epoch;
    } else task.#giveUp('failed', 'the node was restarted');
    return task;
  }

  takeOutputs(): ImportOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  get isOver(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'cancelled';
  }

  /** Whether keys are being taken in. */
  get isReceiving(): boolean {
    return this.state === 'receiving';
  }

  open(nowMs: number): void {
    this.heardMs = nowMs;
    this.#keep({ kind: 'receive', id: this.id, peerId: this.peerId, ranges: this.ranges });
  }

  received(nowMs: number, message: SourceMessage): void {
    this.heardMs = nowMs;
    switch (message.kind) {
      case 'alive':
        return this.#answer('alive', this.isReceiving ? { kind: 'ok' } : this.#aborted());
      case 'sync':
        if (!this.isReceiving) return this.#answer('sync', this.#aborted());
        this.#isSyncing = true;
        return this.#push({ do: 'sync' });
      case 'take':
        return this.#take(message.epoch);
      case 'outcome':
        return this.#tellOutcome();
      case 'abort':
        this.#abandon('failed', message.reason);
        return undefined;
      case 'done':
        return this.#doneAsked();
      default:
        return this.#answer(message.kind, this.#aborted());
    }
  }

  /** Everything that was applied is on disk. `epoch` is the greatest known here. */
  synced(nowMs: number, epoch: bigint): void {
    this.heardMs = nowMs;
    if (this.#isSyncing) {
      this.#isSyncing = false;
      this.#answer('sync', this.isReceiving ? { kind: 'ok' } : this.#aborted());
    } else if (this.state === 'syncing') {
      this.#takenEpoch = (epoch > this.#sourceEpoch ? epoch : this.#sourceEpoch) + 1n;
      this.state = 'taking';
      this.#keep({ kind: 'take', id: this.id, epoch: this.#takenEpoch });
    }
  }

  /** Keys have come. */
  heard(nowMs: number): void {
    this.heardMs = nowMs;
  }

  /** What became of the last `keep`. */
  kept(nowMs: number, failure: string | undefined): void {
    this.heardMs = nowMs;
    if (this.state === 'opening') this.#opened(failure);
    else if (this.state === 'taking') this.#took(failure);
    else if (this.state === 'ending') this.#ended(failure);
  }

  /** The source's link has gone. A grant that was received is carried out all the same. */
  unlinked(reason: string): void {
    if (this.isReceiving) this.#giveUp('failed', reason);
  }

  /** What was received cannot be applied, or the slots are no longer the source's. */
  broken(reason: string): void {
    this.#abandon('failed', reason);
  }

  /** True if the task is cancelled. */
  cancel(): boolean {
    return this.#abandon('cancelled', 'cancelled by a client');
  }

  /** The keys are deleted. */
  dropped(): void {
    if (this.state !== 'dropping') return;
    this.state = 'ending';
    this.#keep({ kind: 'forget', id: this.id });
  }

  /** The source is no member any more, and will not ask. */
  forgotten(): void {
    if (this.state === 'taken') this.#doneAsked();
    else this.#abandon('failed', 'the other node is no member of the cluster any more');
  }

  tick(nowMs: number): void {
    if (this.isReceiving && nowMs - this.heardMs > this.#silenceMs) this.#giveUp('failed', 'the other node is silent');
    if (this.state === 'taking') this.#keep({ kind: 'take', id: this.id, epoch: this.#takenEpoch });
  }

  #take(epoch: bigint): void {
    if (!this.isReceiving) return this.#answer('take', this.#aborted());
    this.#sourceEpoch = epoch;
    this.state = 'syncing';
    return this.#push({ do: 'sync' });
  }

  #tellOutcome(): void {
    this.#abandon('failed', 'the source lost its link while it handed the slots over');
    if (this.state === 'taken' || this.state === 'ending') this.#answer('outcome', { kind: 'taken', epoch: this.#takenEpoch });
    else if (this.state !== 'taking') this.#answer('outcome', this.#aborted());
  }

  #doneAsked(): void {
    if (this.state !== 'taken') return this.#answer('done', this.#aborted());
    this.#isDoneAsked = true;
    this.state = 'ending';
    return this.#keep({ kind: 'forget', id: this.id });
  }

  #opened(failure: string | undefined): void {
    if (failure !== undefined) {
      this.state = 'failed';
      this.failure = failure;
      return this.#answer('establish', this.#aborted());
    }
    this.state = 'receiving';
    this.#push({ do: 'hide' });
    return this.#answer('establish', { kind: 'ok' });
  }

  #took(failure: string | undefined): void {
    // What is on disk now is not known: neither answer would be true, so it is tried again.
    if (failure !== undefined) return undefined;
    this.state = 'taken';
    this.#push({ do: 'show' });
    return this.#answer('take', { kind: 'taken', epoch: this.#takenEpoch });
  }

  #ended(failure: string | undefined): void {
    if (failure !== undefined) {
      this.state = this.#end === 'done' ? 'taken' : 'dropping';
      return;
    }
    this.state = this.#end;
    if (this.#end !== 'done') this.#push({ do: 'show' });
    if (this.#isDoneAsked) this.#answer('done', { kind: 'ok' });
  }

  #abandon(end: 'failed' | 'cancelled', reason: string): boolean {
    if (this.state !== 'receiving' && this.state !== 'syncing') return false;
    this.#giveUp(end, reason);
    return true;
  }

  #giveUp(end: 'failed' | 'cancelled', reason: string): void {
    this.#end = end;
    this.failure = reason;
    this.state = 'dropping';
    this.#push({ do: 'log', text: `Import ${this.id} ${end}: ${reason}` });
    this.#push({ do: 'hide' });
    this.#push({ do: 'drop' });
  }

  #aborted(): Answer {
    return { kind: 'aborted', reason: this.failure === '' ? 'the task is not under way' : this.failure };
  }

  #answer(to: SourceMessage['kind'], answer: Answer): void {
    this.#push({ do: 'answer', to, answer });
  }

  #keep(change: MoveChange): void {
    this.#push({ do: 'keep', change });
  }

  #push(output: ImportOutput): void {
    this.#outputs.push(output);
  }
}
