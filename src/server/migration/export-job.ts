/**
 * Carries out what the task of a source asks for: talks to the destination, opens the shards' taps and sends what they
 * give, holds back writers, deletes what has moved.
 */
import { Setting } from '../../channel/control.ts';
import type { EffectLog } from '../../channel/effect-log.ts';
import { emptyTap, isTapEmpty, isWalkOver, takeFromTap } from '../../channel/slot-tap.ts';
import { ExportTask } from '../../cluster/migration/export-task.ts';
import type { ExportOutput, ExportParts, ExportState } from '../../cluster/migration/export-task.ts';
import type { MoveChange } from '../../cluster/migration/moves.ts';
import { slotsOfRanges } from '../../cluster/migration/ranges.ts';
import { maxEpoch } from '../../cluster/state.ts';
import type { JobHost, JobView } from './job.ts';
import { MigrationLink } from './migration-link.ts';

const pieceBytes = 128 * 1024;
/** So much may be under way; beyond it the walk through the keys waits. */
const windowBytes = 128 * 1024;

export class ExportJob {
  readonly task: ExportTask;
  readonly slots: readonly number[];
  readonly createdMs: number;
  readonly #host: JobHost;
  #link: MigrationLink | undefined;
  #startedMs = 0;
  #updatedMs: number;
  #endedMs = 0;
  #shown: ExportState;
  /** Of data that was sent. */
  #unappliedBytes = 0;
  #flushes = 0;
  #stream: 'none' | 'opening' | 'open' | 'closing' = 'none';
  /** The shards have executed everything that came before the pause. */
  #isBarrierPassed = false;
  #pausedAtMs = 0;
  isTrimmed = false;
  #isRunning = false;

  constructor(host: JobHost, task: ExportTask, nowMs: number) {
    this.#host = host;
    this.task = task;
    this.slots = [...slotsOfRanges(task.ranges)];
    this.createdMs = nowMs;
    this.#updatedMs = nowMs;
    this.#shown = task.state;
  }

  static begin(host: JobHost, parts: ExportParts): ExportJob {
    return new ExportJob(host, new ExportTask(parts), host.now());
  }

  static restore(host: JobHost, parts: ExportParts, role: 'granted' | 'trimming'): ExportJob {
    const nowMs = host.now();
    const job = new ExportJob(host, ExportTask.restored(parts, role, nowMs), nowMs);
    job.#startedMs = nowMs;
    job.#run(() => {});
    return job;
  }

  get isStarted(): boolean {
    return this.#startedMs !== 0;
  }

  /** Whether the shards' taps are this task's. */
  get usesTaps(): boolean {
    return this.#stream !== 'none';
  }

  /** Whether clients whose slots are being handed over are still to wait. */
  get isPatient(): boolean {
    return this.#pausedAtMs !== 0 && this.#host.now() - this.#pausedAtMs <= this.#host.server.config.values['cluster-slot-migration-write-pause-timeout'];
  }

  get isPaused(): boolean {
    return this.#pausedAtMs !== 0;
  }

  start(): void {
    this.#startedMs = this.#host.now();
    this.#run((nowMs) => this.task.start(nowMs));
  }

  cancel(): boolean {
    let isCancelled = false;
    this.#run((nowMs) => {
      isCancelled = this.task.cancel(nowMs);
    });
    return isCancelled;
  }

  tick(): void {
    if (this.task.isOver || !this.isStarted) return;
    const { cluster } = this.#host;
    this.#run((nowMs) => {
      if (!cluster.state.nodes.has(this.task.peerId)) this.task.forgotten(nowMs);
      if (this.slots.some((slot) => cluster.state.owners[slot] !== cluster.state.myId)) this.task.lost(nowMs, 'the slots are no longer served by this node');
      if (this.#stream === 'open' && this.#flushCount !== this.#flushes) this.task.broken(nowMs, 'a database was flushed');
      this.task.tick(nowMs);
    });
    this.pump();
  }

  /** Sends what the taps have. Once the destination has it all, what expires here concerns nobody, but no shard may wait for room. */
  pump(): void {
    if (this.#stream === 'closing' || (this.#stream === 'open' && this.task.isPastReturn)) {
      this.#host.server.pool.taps.forEach(emptyTap);
      return;
    }
    if (this.#stream !== 'open' || this.#link === undefined) return;
    const { pool } = this.#host.server;
    for (const [shard, tap] of pool.taps.entries()) {
      while (this.#mayTake(tap)) {
        const piece = takeFromTap(tap, pieceBytes);
        this.#unappliedBytes += piece.length;
        this.#link.sendData(shard, piece);
      }
      if (!isWalkOver(tap) && tap.freeBytes >= tap.capacityBytes / 2) pool.control.wakeShard(shard);
    }
    if (!this.#isRunning) this.#look();
  }

  view(): JobView {
    const { task } = this;
    return {
      id: task.id, operation: 'export', ranges: task.ranges, sourceId: this.#host.cluster.state.myId, targetId: task.peerId,
      state: stateNames[task.state], isOver: task.isOver, failure: task.failure, retries: 0, createdMs: this.createdMs, startedMs: this.#startedMs,
      updatedMs: this.#updatedMs, heardMs: task.heardMs, endedMs: this.#endedMs, pausedMs: task.pausedMs, lagBytes: this.#lagBytes,
    };
  }

  get #flushCount(): number {
    return this.#host.server.pool.control.settings[Setting.flushes]!;
  }

  get #lagBytes(): number {
    if (this.#stream !== 'open') return this.#unappliedBytes;
    return this.#host.server.pool.taps.reduce((sum, tap) => sum + ((tap.written - tap.consumed) | 0), this.#unappliedBytes);
  }

  #mayTake(tap: EffectLog): boolean {
    return !isTapEmpty(tap) && (this.#unappliedBytes < windowBytes || tap.freeBytes < tap.capacityBytes / 4);
  }

  /** Tells the task how far the stream is. */
  #look(): void {
    const { server: { pool: { taps } }, cluster } = this.#host;
    const lagBytes = this.#lagBytes;
    const { hardBytes } = this.#host.server.config.values['client-output-buffer-limit'].replica;
    this.#run((nowMs) => {
      if (hardBytes > 0 && lagBytes > hardBytes) this.task.broken(nowMs, 'the other node does not keep up with the changes');
      if (taps.every(isWalkOver)) this.task.copied(nowMs);
      this.task.progress(nowMs, lagBytes);
      if (this.#isBarrierPassed && lagBytes === 0 && this.#flushCount === this.#flushes) this.task.drained(nowMs, maxEpoch(cluster.state));
    });
  }

  /** Has the task take a step and carries out what it asks for. */
  #run(step: (nowMs: number) => void): void {
    const isOuter = !this.#isRunning;
    this.#isRunning = true;
    step(this.#host.now());
    for (let outputs = this.task.takeOutputs(); outputs.length > 0; outputs = this.task.takeOutputs()) {
      for (const output of outputs) this.#perform(output);
    }
    if (isOuter) this.#isRunning = false;
    if (this.task.state === this.#shown) return;
    this.#shown = this.task.state;
    this.#updatedMs = this.#host.now();
    if (this.task.isOver || this.task.state === 'trimming') this.#endedMs ||= this.#updatedMs;
    this.#host.settle();
  }

  #perform(output: ExportOutput): void {
    const { server, cluster } = this.#host;
    switch (output.do) {
      case 'connect':
        this.#connect();
        break;
      case 'disconnect':
        this.#link?.close();
        this.#link = undefined;
        break;
      case 'send':
        this.#link?.send(output.message, cluster.state.myId, this.task.ranges);
        break;
      case 'keep':
        this.task.kept(this.#host.now(), this.#keep(output.change));
        break;
      case 'start-stream':
        void this.#openStream();
        break;
      case 'stop-stream':
        void this.#closeStream();
        break;
      case 'pause':
        void this.#pause();
        break;
      case 'resume':
        this.#isBarrierPassed = false;
        this.#pausedAtMs = 0;
        this.#host.settle();
        break;
      case 'trim':
        void this.#trim();
        break;
      case 'log':
        server.logger.notice(output.text);
        break;
    }
  }

  #keep(change: MoveChange): string | undefined {
    const { cluster } = this.#host;
    if (change.kind === 'give' && !cluster.state.nodes.has(this.task.peerId)) return 'the other node is no member of the cluster any more';
    const failure = cluster.changeMoves(change);
    if (failure === undefined && change.kind === 'give') this.#host.server.logger.notice(`Migration ${this.task.id} has succeeded: the slots are ${this.task.peerId}'s`);
    return failure;
  }

  #connect(): void {
    const { server, cluster } = this.#host;
    const peer = cluster.state.nodes.get(this.task.peerId);
    const fail = (reason: string): void => this.#run((nowMs) => this.task.unlinked(nowMs, reason));
    if (peer === undefined) {
      queueMicrotask(() => fail('the other node is not known'));
      return;
    }
    this.#unappliedBytes = 0;
    try {
      const link = MigrationLink.connect(server.config.values, peer, this.task.id, {
        onAnswer: (to, answer) => {
          if (to !== 'request') this.#run((nowMs) => this.task.answered(nowMs, to, answer));
        },
        onApplied: (byteCount) => {
          this.#unappliedBytes -= byteCount;
          this.task.heard(this.#host.now());
          this.pump();
        },
        onEnd: (reason) => {
          this.#link = undefined;
          fail(reason);
        },
      }, () => {
        if (this.#link === link) this.#run((nowMs) => this.task.linked(nowMs));
      });
      this.#link = link;
    } catch (error) {
      queueMicrotask(() => fail((error as Error).message));
    }
  }

  async #openStream(): Promise<void> {
    this.#stream = 'opening';
    this.#flushes = this.#flushCount;
    this.#host.settle();
    await this.#host.server.order(() => ({ order: 'open-tap' }));
    if (this.#stream !== 'opening') return;
    this.#stream = 'open';
    this.pump();
  }

  async #closeStream(): Promise<void> {
    this.#stream = 'closing';
    await this.#host.server.order(() => ({ order: 'close-tap' }));
    this.#host.server.pool.taps.forEach(emptyTap);
    this.#stream = 'none';
    this.#host.settle();
  }

  async #pause(): Promise<void> {
    this.#pausedAtMs = this.#host.now();
    this.#host.settle();
    await this.#host.server.order(() => ({ order: 'hello' }));
    this.#isBarrierPassed = this.task.state === 'pausing';
    this.pump();
  }

  async #trim(): Promise<void> {
    this.#host.settle();
    await this.#host.drop(this.slots);
    this.isTrimmed = true;
    this.#host.settle();
    this.#run((nowMs) => this.task.trimmed(nowMs));
  }
}

const stateNames: Readonly<Record<ExportState, JobView['state']>> = {
  'connecting': { redis: 'connecting', valkey: 'connecting' },
  'establishing': { redis: 'connecting', valkey: 'reading-establish-response' },
  'copying': { redis: 'send-bulk-and-stream', valkey: 'snapshotting' },
  'catching-up': { redis: 'send-stream', valkey: 'replicating' },
  'syncing': { redis: 'send-stream', valkey: 'replicating' },
  'settling': { redis: 'send-stream', valkey: 'waiting-to-pause' },
  'pausing': { redis: 'handoff-prep', valkey: 'failover-paused' },
  'granted': { redis: 'handoff', valkey: 'failover-granted' },
  'doubtful': { redis: 'handoff', valkey: 'failover-granted' },
  'giving': { redis: 'handoff', valkey: 'failover-granted' },
  'returning': { redis: 'handoff', valkey: 'failover-granted' },
  'trimming': { redis: 'completed', valkey: 'success' },
  'ending': { redis: 'completed', valkey: 'success' },
  'done': { redis: 'completed', valkey: 'success' },
  'failed': { redis: 'failed', valkey: 'failed' },
  'cancelled': { redis: 'canceled', valkey: 'cancelled' },
};
