/**
 * All atomic slot migrations of this node: begins what operators and other nodes ask for, one at a time as a source, keeps
 * a record of those that are over, and lets marks and holds of slots follow from where each stands.
 */
import { randomHexId } from '../../base/random-hex.ts';
import { Setting, SlotMark } from '../../channel/control.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import { checkEstablish, checkImport, checkRequest, readExports, readPairs } from '../../cluster/migration/checks.ts';
import type { ExportLimits } from '../../cluster/migration/export-task.ts';
import type { Answer, SourceMessage } from '../../cluster/migration/message.ts';
import type { Range } from '../../cluster/migration/ranges.ts';
import type { Session } from '../../routing/session.ts';
import { dropSlots } from '../drop-slots.ts';
import type { Server } from '../server.ts';
import { ExportJob } from './export-job.ts';
import { ImportJob } from './import-job.ts';
import type { JobHost, JobView } from './job.ts';
import { MigrationLink } from './migration-link.ts';

const tickMs = 50;
const silenceMsMin = 2000;

export class SlotMigrations implements JobHost {
  readonly server: Server;
  readonly cluster: ClusterNode;
  readonly #exports: ExportJob[] = [];
  readonly #imports: ImportJob[] = [];
  readonly #requests = new Map<ImportJob, MigrationLink>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #syncing: Promise<void> = Promise.resolve();
  #shownHandover = '';

  constructor(server: Server, cluster: ClusterNode) {
    this.server = server;
    this.cluster = cluster;
  }

  /** Goes on with what nodes.conf says was under way. */
  open(): void {
    for (const move of this.cluster.state.moves.values()) {
      const parts = { ...move, limits: this.#limits };
      if (move.role === 'granted' || move.role === 'trimming') this.#exports.push(ExportJob.restore(this, parts, move.role));
      else this.#imports.push(ImportJob.restore(this, parts, move.role));
    }
    this.settle();
    this.#keepTicking();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  /** Called at the beginning of each turn of the door. */
  pump(): void {
    for (const job of this.#exports) if (job.usesTaps) job.pump();
  }

  // What operators ask for.

  /** Words as pairs of start and end, or the text of an error. */
  readRanges(words: readonly string[]): Range[] | string {
    return readPairs(words);
  }

  /** Begins a migration to this node; its id, or an error's text in an object. */
  requestImport(ranges: readonly Range[]): { readonly id: string } | { readonly error: string } {
    const checked = checkImport(this.cluster.state, ranges, this.#imports.filter((job) => !job.isOver));
    if ('error' in checked) return checked;
    const job = new ImportJob(this, { id: randomHexId(), peerId: checked.sourceId, ranges: checked.ranges }, true);
    this.#imports.push(job);
    this.#keepTicking();
    return { id: job.id };
  }

  /** Begins migrations from this node, all or none, as the words of CLUSTER MIGRATESLOTS say. Gives the text of an error. */
  beginExports(words: readonly string[]): string | undefined {
    const wanted = readExports(this.cluster.state, words, this.#exports.filter(({ task }) => !task.isOver).map(({ task }) => task));
    if (typeof wanted === 'string') return wanted;
    for (const { ranges, nodeId } of wanted) this.#exports.push(ExportJob.begin(this, { id: randomHexId(), peerId: nodeId, ranges, limits: this.#limits }));
    this.#keepTicking();
    this.#startNext();
    return undefined;
  }

  /** Cancels the migrations from this node; false if there are none. */
  cancelExports(): boolean {
    const active = this.#exports.filter(({ task }) => !task.isOver && task.state !== 'trimming');
    for (const job of active) job.cancel();
    return active.length > 0;
  }

  /** Cancels one task, or all; how many. */
  cancel(id: string | undefined): number {
    const exported = this.#exports.filter(({ task }) => id === undefined || task.id === id);
    const imported = this.#imports.filter((job) => id === undefined || job.id === id);
    return [...exported, ...imported].filter((job) => job.cancel()).length;
  }

  /** The newest first. */
  views(): JobView[] {
    return [...this.#exports, ...this.#imports].map((job) => job.view()).toSorted((a, b) => b.createdMs - a.createdMs);
  }

  /** Whether keys of the slot are not to be seen. */
  hides(slot: number): boolean {
    return this.server.pool.control.isHidden(slot);
  }

  /** Lines of CLUSTER INFO. */
  infoText(): string {
    const active = [...this.#exports.map((job) => !job.task.isPastReturn && !job.task.isOver), ...this.#imports.map((job) => !job.isOver)].filter(Boolean);
    const trims = this.#exports.filter(({ task }) => task.state === 'trimming' || task.state === 'ending').length + this.#imports.filter(({ task }) => task?.state === 'dropping').length;
    return `cluster_slot_migration_active_tasks:${active.length}\r\ncluster_slot_migration_active_trim_running:${trims}\r\n`;
  }

  /** Whether SETSLOT would come in between. */
  get activity(): 'export' | 'import' | undefined {
    if (this.#exports.some(({ task }) => !task.isOver)) return 'export';
    return this.#imports.some((job) => !job.isOver) ? 'import' : undefined;
  }

  // What other nodes ask for.

  establish(session: Session, id: string, sourceId: string, ranges: readonly Range[]): Promise<Answer> {
    const busy = this.#imports.filter((job) => job.id !== id && !job.isOver);
    const known = this.#imports.find((job) => job.id === id);
    const isBusy = known?.task !== undefined && !known.task.isOver;
    const failure = isBusy || known?.isCancelled === true ? 'the task is not to be begun now' : checkEstablish(this.cluster.state, sourceId, ranges, busy);
    if (failure !== undefined) return Promise.resolve({ kind: 'aborted', reason: failure });
    const job = known ?? new ImportJob(this, { id, peerId: sourceId, ranges }, false);
    if (known === undefined) this.#imports.push(job);
    this.#keepTicking();
    return job.establish(session);
  }

  receive(session: Session, id: string, message: SourceMessage): Promise<Answer> {
    const job = this.#imports.find((each) => each.id === id && each.task !== undefined);
    if (job === undefined) return Promise.resolve({ kind: 'aborted', reason: 'no such task' });
    return job.receive(session, message);
  }

  apply(id: string, shard: number, bytes: Uint8Array): Promise<Answer> {
    const job = this.#imports.find((each) => each.id === id);
    return job === undefined ? Promise.resolve({ kind: 'aborted', reason: 'no such task' }) : job.apply(shard, bytes);
  }

  /** The destination wants slots of this node. Gives the text of what speaks against it. */
  requested(id: string, targetId: string, ranges: readonly Range[]): string | undefined {
    const active = this.#exports.filter(({ task }) => !task.isOver).map(({ task }) => task);
    const failure = active.some((task) => task.id === id) ? 'the task is under way' : checkRequest(this.cluster.state, targetId, ranges, active);
    if (failure !== undefined) return failure;
    const former = this.#exports.findIndex(({ task }) => task.id === id);
    if (former >= 0) this.#exports.splice(former, 1);
    this.#exports.push(ExportJob.begin(this, { id, peerId: targetId, ranges, limits: this.#limits }));
    this.#keepTicking();
    this.#startNext();
    return undefined;
  }

  onDisconnect(session: Session): void {
    for (const job of this.#imports) job.onDisconnect(session);
  }

  // JobHost.

  now(): number {
    return Math.floor(this.server.clock.now());
  }

  settle(): void {
    this.#mark();
    this.#hold();
    this.#startNext();
  }

  async sync(): Promise<void> {
    const { persistence } = this.server;
    const mine = this.#syncing.then(() => persistence?.sync());
    this.#syncing = mine.catch(() => {});
    await mine;
  }

  drop(slots: readonly number[]): Promise<void> {
    return dropSlots(this.server.door, slots, (slot) => this.cluster.state.owners[slot] !== this.cluster.state.myId);
  }

  get #limits(): ExportLimits {
    const { values } = this.server.config;
    return {
      pauseMs: values['cluster-slot-migration-write-pause-timeout'],
      lagBytes: values['cluster-slot-migration-handoff-max-lag-bytes'],
      silenceMs: Math.max(silenceMsMin, this.cluster.settings.nodeTimeoutMs),
    };
  }

  /** A node without migrations is not woken for them. */
  #keepTicking(): void {
    if (!this.#isStopped && this.#exports.length + this.#imports.length > 0) this.#timer ??= setInterval(() => this.#tick(), tickMs);
  }

  #tick(): void {
    for (const job of this.#exports) job.tick();
    for (const job of this.#imports) {
      job.tick();
      if (!job.isOver && this.now() >= job.requestAtMs) this.#request(job);
    }
    this.#forgetOld();
    this.settle();
    if (this.#exports.length + this.#imports.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #startNext(): void {
    const isBusy = this.#exports.some((job) => job.usesTaps || (job.isStarted && !job.task.isPastReturn && !job.task.isOver));
    if (!isBusy) this.#exports.find((job) => !job.isStarted && !job.task.isOver)?.start();
  }

  /** Asks the source to begin with a task that was asked for here. */
  #request(job: ImportJob): void {
    const source = this.cluster.state.nodes.get(job.peerId);
    job.requestAtMs = Infinity;
    job.retries++;
    const end = (reason: string): void => {
      this.#requests.get(job)?.close();
      this.#requests.delete(job);
      job.notBegun(reason);
    };
    if (source === undefined) return end('the source is not known');
    try {
      const link = MigrationLink.connect(this.server.config.values, source, job.id, {
        onAnswer: (_, answer) => {
          if (answer.kind === 'aborted') return end(answer.reason);
          this.#requests.delete(job);
          return link.close();
        },
        onApplied: () => {},
        onEnd: end,
      }, () => link.request(this.cluster.state.myId, job.ranges));
      this.#requests.set(job, link);
    } catch (error) {
      end((error as Error).message);
    }
    return undefined;
  }

  /** Keeps as many tasks that are over as Redis and Valkey do. */
  #forgetOld(): void {
    const keepCount = this.server.config.values['cluster-slot-migration-log-max-len'];
    for (const jobs of [this.#exports, this.#imports] as { readonly length: number }[]) {
      const list = jobs as (ExportJob | ImportJob)[];
      const over = list.filter((job) => ('task' in job && job instanceof ExportJob ? job.task.isOver : (job as ImportJob).isOver));
      for (const job of over.slice(0, Math.max(0, over.length - keepCount))) list.splice(list.indexOf(job), 1);
    }
  }

  #mark(): void {
    const { control } = this.server.pool;
    const marks = new Uint8Array(control.slotMarks.length);
    const set = (slots: readonly number[], mark: number): void => { for (const slot of slots) marks[slot]! |= mark; };
    for (const job of this.#imports) if (job.hides) set(job.slots, SlotMark.hidden);
    for (const job of this.#exports) {
      if (job.task.state === 'trimming' && !job.isTrimmed) set(job.slots, SlotMark.hidden);
      if (job.usesTaps) set(job.slots, SlotMark.leaving);
    }
    if (Buffer.compare(marks, control.slotMarks) === 0) return;
    control.slotMarks.set(marks);
    this.server.setting(Setting.hiddenSlots, marks.reduce((count, mark) => count + (mark & SlotMark.hidden), 0));
  }

  #hold(): void {
    const paused = this.#exports.filter((job) => job.isPaused);
    const isPatient = paused.some((job) => job.isPatient);
    const handover = `${isPatient} ${paused.map(({ task }) => task.id).join(' ')}`;
    if (handover === this.#shownHandover) return;
    this.#shownHandover = handover;
    this.cluster.setHandover({ paused: paused.flatMap(({ task }) => task.ranges), isPatient });
  }
}
