/**
 * Loads a shard from the logs on disk, in two steps, each in all shard threads at once:
 *
 *   loadShard       reads logs, applies what the shard owns, reports what transactions it saw
 *   completeShard   with the reports of all logs: applies the transactions that a log lacks (why that
 *                   is right: log-report.ts); the shard's own log is then cut, completed and synced
 *
 * With the number of shards that wrote the logs, a shard reads its own. With another number it reads
 * all of them and takes its share of each: what is in log s is about keys of slots = s mod the old
 * number, except that transactions carry other shards' keys too. The logs stay as they are then, and
 * the caller writes a new generation (generation.ts).
 */
import { keySlot } from '../base/crc16.ts';
import { AofStream } from './aof-stream.ts';
import type { Files } from './files.ts';
import { LogSurvey, findMissing } from './log-report.ts';
import type { LogReport, MissingTransaction } from './log-report.ts';
import type { LogTarget } from './generation.ts';
import type { ForeignPlan, OwnPlan } from './recovery-plan.ts';
import { repairLog } from './log-repair.ts';

/** Where effects go. Slots below are those that are `residue` modulo `modulus`, among the shard's own. */
export interface ReplayTarget {
  /** The index of an effect's key among its arguments; 0 without one. */
  keyArgument(bytes: Uint8Array, index: Int32Array, argc: number): number;
  /** An effect on one key: `argc` pairs (offset, length) into `bytes`, valid during the call. */
  apply(db: number, bytes: Uint8Array, index: Int32Array, argc: number): void;
  /** Removes all keys of such slots, in all databases if `db` is -1. */
  flush(db: number, modulus: number, residue: number): void;
  /** Exchanges the keys of such slots between two databases. */
  swap(first: number, second: number, modulus: number, residue: number): void;
}

/** Reads the logs; one report for each log read. Throws PersistenceError. */
export function loadShard(files: Files, plan: OwnPlan, shard: number, target: ReplayTarget): LogReport[] {
  const oldCount = plan.logs.length;
  const reports: LogReport[] = [];
  for (const [log, logPlan] of plan.logs.entries()) {
    if (keepsCount(plan) && log !== shard) continue;
    const stream = new AofStream(files, logPlan.paths, { loadTruncated: plan.loadTruncated });
    const survey = new LogSurvey(log, oldCount, logPlan);
    const replay = new Replay(plan, log, shard, target);
    try {
      while (stream.next()) {
        survey.note(stream);
        replay.apply(stream);
      }
      reports.push(survey.report(stream));
    } finally {
      stream.close();
    }
  }
  return reports;
}

/** One report per log, from what the shards have returned. */
export function mergeReports(plan: OwnPlan, reports: readonly (readonly LogReport[])[]): LogReport[] {
  return keepsCount(plan) ? reports.flat() : [...reports[0]!];
}

/** The door numbers transactions from the one after this. */
export function highestTransactionId(reports: readonly LogReport[]): number {
  return Math.max(0, ...reports.map((report) => report.highestId));
}

export interface Completion {
  /** Transactions that the shard's logs lacked and other logs had. */
  readonly completedCount: number;
  /** Where the shard's log goes on; undefined if that needs a new generation. */
  readonly logTarget: LogTarget | undefined;
}

/** Second step; `reports` has one report per log. */
export function completeShard(
  files: Files, plan: OwnPlan, reports: readonly LogReport[], shard: number, target: ReplayTarget,
): Completion {
  let completedCount = 0;
  let logTarget: LogTarget | undefined;
  for (const [log, logPlan] of plan.logs.entries()) {
    if (keepsCount(plan) && log !== shard) continue;
    const missing = findMissing(files, plan.logs, reports, log);
    completedCount += missing.length;
    applyMissing(files, plan, reports, missing, new Replay(plan, log, shard, target));
    if (!keepsCount(plan)) continue;
    repairLog(files, plan.logs, reports[log]!, missing);
    logTarget = { generation: plan.generation, sequence: logPlan.lastSequence };
  }
  return { completedCount, logTarget };
}

/** The commands of redis-server's files in order, keyed or not, over any number of keys. Close it after use. */
export function openForeign(files: Files, plan: ForeignPlan): AofStream {
  return new AofStream(files, plan.paths, { loadTruncated: plan.loadTruncated });
}

/** True if the logs are continued by the shards that load them. */
export function keepsCount(plan: OwnPlan): boolean {
  return plan.logs.length === plan.shardCount;
}

/** Applies the commands of one log as far as they concern the shard. */
class Replay {
  readonly #log: number;
  readonly #logCount: number;
  readonly #shard: number;
  readonly #shardCount: number;
  readonly #target: ReplayTarget;

  constructor(plan: OwnPlan, log: number, shard: number, target: ReplayTarget) {
    this.#log = log;
    this.#logCount = plan.logs.length;
    this.#shard = shard;
    this.#shardCount = plan.shardCount;
    this.#target = target;
  }

  /** The command that `stream` has just read. */
  apply(stream: AofStream): void {
    if (this.#applyToAll(stream)) return;
    const { bytes, index } = stream;
    const key = this.#target.keyArgument(bytes, index, stream.argc);
    if (key === 0 || key >= stream.argc) throw stream.corrupt(`${stream.argument(0)} is an effect without a key`);
    const slot = keySlot(bytes, index[key * 2]!, index[key * 2 + 1]!);
    if (slot % this.#logCount !== this.#log) {
      if (stream.transaction !== undefined) return;
      throw stream.corrupt('it concerns a key of another shard');
    }
    if (slot % this.#shardCount === this.#shard) this.#target.apply(stream.db, bytes, index, stream.argc);
  }

  /** Effects without a key: each log has its own copy, for the keys that it is about. */
  #applyToAll(stream: AofStream): boolean {
    if (stream.commandIs('FLUSHALL')) {
      this.#target.flush(-1, this.#logCount, this.#log);
    } else if (stream.commandIs('FLUSHDB')) {
      this.#target.flush(stream.db, this.#logCount, this.#log);
    } else if (stream.commandIs('SWAPDB')) {
      const [first, second] = [Number(stream.argument(1)), Number(stream.argument(2))];
      if (stream.argc !== 3 || !Number.isInteger(first) || !Number.isInteger(second)) throw stream.corrupt('SWAPDB names no database');
      this.#target.swap(first, second, this.#logCount, this.#log);
    } else {
      return false;
    }
    return true;
  }
}

function applyMissing(
  files: Files, plan: OwnPlan, reports: readonly LogReport[], missing: readonly MissingTransaction[], replay: Replay,
): void {
  for (const { source, transaction } of missing) {
    const stream = new AofStream(files, plan.logs[source]!.paths, {
      loadTruncated: true, lastEndOffset: reports[source]!.endOffset,
    });
    try {
      stream.seek(transaction.fileIndex, transaction.offset, transaction.db);
      while (stream.next() && stream.transaction?.id === transaction.id) replay.apply(stream);
    } finally {
      stream.close();
    }
  }
}
