/**
 * Carries out what the task of a destination asks for: has the source's stream executed, unseen by clients, and answers
 * the source. A task that an operator asked for here (CLUSTER MIGRATION IMPORT) first asks the source to begin, and again
 * after each failure until it is cancelled.
 */
import { Setting } from '../../channel/control.ts';
import { ImportTask } from '../../cluster/migration/import-task.ts';
import type { ImportOutput, ImportState } from '../../cluster/migration/import-task.ts';
import type { Answer, SourceMessage } from '../../cluster/migration/message.ts';
import { slotsOfRanges } from '../../cluster/migration/ranges.ts';
import type { Range } from '../../cluster/migration/ranges.ts';
import { maxEpoch } from '../../cluster/state.ts';
import type { Session } from '../../routing/session.ts';
import type { JobHost, JobView } from './job.ts';
import { ReplayClient } from './replay-client.ts';

interface Waiting {
  readonly to: SourceMessage['kind'];
  readonly session: Session;
  readonly resolve: (answer: Answer) => void;
}

export interface ImportParts {
  readonly id: string;
  readonly peerId: string;
  readonly ranges: readonly Range[];
}

export class ImportJob {
  readonly id: string;
  readonly peerId: string;
  readonly ranges: readonly Range[];
  readonly slots: readonly number[];
  readonly createdMs: number;
  task: ImportTask | undefined;
  /** Asked for by an operator here. */
  readonly isRequested: boolean;
  isCancelled = false;
  /** Asks the source to begin, from this time on; Infinity while it is under way. */
  requestAtMs = Infinity;
  retries = -1;
  readonly #host: JobHost;
  readonly #clients = new Map<number, ReplayClient>();
  readonly #waiting: Waiting[] = [];
  /** Of the source. */
  #session: Session | undefined;
  #startedMs = 0;
  #updatedMs: number;
  #endedMs = 0;
  #failure = '';
  #shown: ImportState | undefined;
  #flushes = 0;

  constructor(host: JobHost, { id, peerId, ranges }: ImportParts, isRequested: boolean) {
    this.#host = host;
    this.id = id;
    this.peerId = peerId;
    this.ranges = ranges;
    this.slots = [...slotsOfRanges(ranges)];
    this.isRequested = isRequested;
    this.createdMs = host.now();
    this.#updatedMs = this.createdMs;
    if (isRequested) this.requestAtMs = this.createdMs;
  }

  static restore(host: JobHost, parts: ImportParts, role: 'receiving' | 'taken'): ImportJob {
    const job = new ImportJob(host, parts, false);
    job.#startedMs = job.createdMs;
    job.task = ImportTask.restored({ ...parts, silenceMs: job.#silenceMs }, role, host.now(), host.cluster.myself.configEpoch);
    job.#run(() => {});
    return job;
  }

  /** Whether nothing more will come of it. */
  get isOver(): boolean {
    if (this.task !== undefined && !this.task.isOver) return false;
    return this.task?.state === 'done' || this.isCancelled || !this.isRequested || this.#failure === 'lost';
  }

  /** Whether keys of the slots here are not to be seen. */
  get hides(): boolean {
    const { task } = this;
    if (task === undefined || task.isOver) return false;
    return !['opening', 'taken', 'done'].includes(task.state) && !(task.state === 'ending' && task.failure === '');
  }

  /** A message of the source; resolves with what to answer. */
  receive(session: Session, message: SourceMessage): Promise<Answer> {
    this.#session = session;
    const answer = new Promise<Answer>((resolve) => { this.#waiting.push({ to: message.kind, session, resolve }); });
    this.#run((nowMs, task) => {
      if (message.kind === 'establish') task.open(nowMs);
      else task.received(nowMs, message);
    });
    if (message.kind === 'abort') this.#answer('abort', { kind: 'ok' });
    return answer;
  }

  /** Begins to receive. */
  establish(session: Session): Promise<Answer> {
    this.task = new ImportTask({ id: this.id, peerId: this.peerId, ranges: this.ranges, silenceMs: this.#silenceMs });
    this.#startedMs = this.#host.now();
    this.#endedMs = 0;
    this.#failure = '';
    this.#shown = undefined;
    this.#flushes = this.#flushCount;
    this.requestAtMs = Infinity;
    return this.receive(session, { kind: 'establish' });
  }

  /** Executes a piece of the source's stream. */
  async apply(shard: number, bytes: Uint8Array): Promise<Answer> {
    const { task } = this;
    if (task?.isReceiving !== true) return this.#aborted();
    let client = this.#clients.get(shard);
    if (client === undefined) this.#clients.set(shard, client = new ReplayClient(this.#host.server.door));
    task.heard(this.#host.now());
    try {
      await client.feed(bytes);
    } catch (error) {
      this.#run((_, current) => current.broken((error as Error).message));
    }
    return task.isReceiving ? { kind: 'ok' } : this.#aborted();
  }

  onDisconnect(session: Session): void {
    for (const waiting of this.#waiting.filter((each) => each.session === session)) this.#settleWaiting(waiting, this.#aborted());
    if (session === this.#session) this.#run((_, task) => task.unlinked('the connection was lost'));
  }

  /** The source has refused to begin, or cannot be reached; it is asked again. */
  notBegun(reason: string): void {
    this.#failure = reason;
    this.#updatedMs = this.#host.now();
    if (this.task === undefined || this.task.isOver) this.requestAtMs = this.#updatedMs + retryMs;
  }

  cancel(): boolean {
    if (this.isOver || (this.task !== undefined && ['taking', 'taken', 'ending', 'dropping'].includes(this.task.state) && !this.isRequested)) return false;
    if (this.task === undefined || this.task.isOver) {
      this.isCancelled = true;
      this.#endedMs = this.#updatedMs = this.#host.now();
      return true;
    }
    let isCancelled = this.task.state === 'dropping' && !this.isCancelled;
    this.#run((_, task) => {
      isCancelled = task.cancel() || isCancelled;
    });
    this.isCancelled ||= isCancelled;
    return isCancelled;
  }

  tick(): void {
    const { cluster } = this.#host;
    this.#run((nowMs, task) => {
      if (!cluster.state.nodes.has(this.peerId)) task.forgotten();
      if (task.isReceiving && this.slots.some((slot) => cluster.state.owners[slot] !== this.peerId)) task.broken('the slots are no longer served by the source');
      if (task.isReceiving && this.#flushCount !== this.#flushes) task.broken('a database was flushed');
      task.tick(nowMs);
    });
    const isIdle = this.task?.isOver === true && this.task.state !== 'done';
    if (this.isRequested && !this.isCancelled && isIdle && this.requestAtMs === Infinity) this.requestAtMs = this.#host.now() + retryMs;
  }

  view(): JobView {
    const { task } = this;
    const { cluster } = this.#host;
    return {
      id: this.id, operation: 'import', ranges: this.ranges, sourceId: this.peerId, targetId: cluster.state.myId, state: this.#stateName(), isOver: this.isOver,
      failure: this.#failure || (task?.failure ?? ''), retries: Math.max(0, this.retries), createdMs: this.createdMs, startedMs: this.#startedMs,
      updatedMs: this.#updatedMs, heardMs: task?.heardMs ?? 0, endedMs: this.#endedMs, pausedMs: 0, lagBytes: 0,
    };
  }

  #stateName(): JobView['state'] {
    if (this.isCancelled) return { redis: 'canceled', valkey: 'cancelled' };
    if (this.task === undefined) return { redis: 'connecting', valkey: 'waiting-for-ack' };
    return stateNames[this.task.state];
  }

  get #silenceMs(): number {
    return this.#host.cluster.settings.nodeTimeoutMs;
  }

  get #flushCount(): number {
    return this.#host.server.pool.control.settings[Setting.flushes]!;
  }

  #run(step: (nowMs: number, task: ImportTask) => void): void {
    const { task } = this;
    if (task === undefined) return;
    step(this.#host.now(), task);
    for (let outputs = task.takeOutputs(); outputs.length > 0; outputs = task.takeOutputs()) {
      for (const output of outputs) this.#perform(task, output);
    }
    if (task.state === this.#shown) return;
    this.#shown = task.state;
    this.#updatedMs = this.#host.now();
    if (task.isOver || task.state === 'taken') this.#endedMs ||= this.#updatedMs;
    if (!task.isReceiving) this.#closeClients();
    this.#host.settle();
  }

  #perform(task: ImportTask, output: ImportOutput): void {
    const { server, cluster } = this.#host;
    switch (output.do) {
      case 'answer':
        this.#answer(output.to, output.answer);
        break;
      case 'keep': {
        const failure = cluster.changeMoves(output.change);
        task.kept(this.#host.now(), failure);
        if (failure === undefined && output.change.kind === 'take') server.logger.notice(`Import ${this.id} has succeeded: the slots are this node's`);
        break;
      }
      case 'hide':
      case 'show':
        this.#host.settle();
        break;
      case 'sync':
        void this.#sync();
        break;
      case 'drop':
        void this.#drop();
        break;
      case 'log':
        server.logger.notice(output.text);
        break;
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#host.sync();
    } catch (error) {
      this.#run((_, task) => task.broken((error as Error).message));
    }
    const { cluster } = this.#host;
    this.#run((nowMs, task) => {
      const isStillTheirs = this.slots.every((slot) => cluster.state.owners[slot] === this.peerId);
      if (!isStillTheirs) task.broken('the slots are no longer served by the source');
      if (this.#flushCount !== this.#flushes) task.broken('a database was flushed');
      task.synced(nowMs, maxEpoch(cluster.state));
    });
  }

  async #drop(): Promise<void> {
    this.#closeClients();
    await this.#host.drop(this.slots);
    this.#run((_, task) => task.dropped());
  }

  #closeClients(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #answer(to: SourceMessage['kind'], answer: Answer): void {
    for (const waiting of this.#waiting.filter((each) => each.to === to)) this.#settleWaiting(waiting, answer);
  }

  #settleWaiting(waiting: Waiting, answer: Answer): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    waiting.resolve(answer);
  }

  #aborted(): Answer {
    return { kind: 'aborted', reason: this.task?.failure || 'the task is not under way' };
  }
}

const retryMs = 1000;

const stateNames: Readonly<Record<ImportState, JobView['state']>> = {
  opening: { redis: 'syncslots-reply', valkey: 'waiting-for-ack' },
  receiving: { redis: 'streaming-buffer', valkey: 'receiving-snapshot' },
  syncing: { redis: 'wait-stream-eof', valkey: 'failover-requested' },
  taking: { redis: 'takeover', valkey: 'failover-granted' },
  taken: { redis: 'completed', valkey: 'success' },
  dropping: { redis: 'failed', valkey: 'cleaning-up' },
  ending: { redis: 'takeover', valkey: 'cleaning-up' },
  done: { redis: 'completed', valkey: 'success' },
  failed: { redis: 'failed', valkey: 'failed' },
  cancelled: { redis: 'canceled', valkey: 'cancelled' },
};
