/**
 * What reading a shard's log has shown about transactions, and which of them other logs lack.
 *
 * A transaction over several shards lies complete in the log of each participant. A crash cuts the
 * end off some of the logs, so a transaction may be whole in one and missing in another. It is then
 * completed where it is missing; in no log whole, it never happened. Why that is right:
 *
 * 1. Ids ascend in every log: the door numbers leases in the order in which it puts them into the
 *    rings, and a shard executes its ring in order. What a cut takes is the end of a log. So a shard
 *    has exactly its transactions up to the highest id found in its log or folded into its base, and
 *    lacks exactly those above it that name it as a participant: no list of ids is needed.
 * 2. Whole in one log is enough: each copy holds the effects of all participants.
 * 3. All or none: after completion every participant has it, and a log that has only its beginning is
 *    cut before it. What is left of it nowhere was acknowledged to nobody, since the reply waits for
 *    all participants' logs.
 * 4. A missing transaction comes after all that its shard's log still has, for the cut took a suffix
 *    that contains it. Several missing ones are applied in the order of their ids, which was theirs.
 * 5. What the cut took between the end of the log and the transaction stays lost. Under `always` none
 *    of it was acknowledged, nor was anything that came after the transaction: what a round of the
 *    log thread makes durable ends at one look over all logs that has each transaction whole or not at
 *    all, and replies leave after the whole round. Under the other policies it is within what they may lose.
 * 6. Completion is written to the log that lacked it and synced before the shard serves, with the same
 *    id; a crash during recovery is a crash with the same logs or with some of them completed.
 * 7. Ids go on above the highest one found, so an id that has been cut away may be given again: nothing
 *    of its first owner is left.
 */
import { AofStream } from './aof-stream.ts';
import type { SharedTransaction, TornTail } from './aof-stream.ts';
import type { Files } from './files.ts';
import type { LogPlan } from './recovery-plan.ts';

/** Plain data. */
export interface LogReport {
  /** Index of the log: the shard that wrote it. */
  readonly log: number;
  /** The shard has all its transactions up to this id. */
  readonly highestId: number;
  /** Per participant: the highest id in this log of a transaction it takes part in. */
  readonly highestShared: readonly number[];
  /** Places to begin a search, with the transactions that begin there, some megabytes apart. */
  readonly landmarks: readonly SharedTransaction[];
  /** Where the last file's whole part ends. */
  readonly endOffset: number;
  readonly torn: TornTail | undefined;
  readonly commandCount: number;
}

/** A transaction that a log lacks, and the log (index) whose copy to take. */
export interface MissingTransaction {
  readonly source: number;
  readonly transaction: SharedTransaction;
}

const landmarkBytes = 4 << 20;

/** Collects a report while a log is read. */
export class LogSurvey {
  readonly #log: number;
  readonly #highestShared: number[];
  readonly #landmarks: SharedTransaction[] = [];
  #last: SharedTransaction | undefined;
  #highestId: number;
  #commandCount = 0;

  constructor(log: number, logCount: number, plan: LogPlan) {
    this.#log = log;
    this.#highestId = plan.foldedId;
    this.#highestShared = Array.from({ length: logCount }, () => 0);
  }

  /** Looks at the command that `stream` has just read. */
  note(stream: AofStream): void {
    this.#commandCount++;
    const { transaction } = stream;
    if (transaction === undefined || transaction === this.#last) return;
    this.#last = transaction;
    this.#highestId = Math.max(this.#highestId, transaction.id);
    for (const shard of transaction.participants) {
      if (shard < this.#highestShared.length) this.#highestShared[shard] = Math.max(this.#highestShared[shard]!, transaction.id);
    }
    const landmark = this.#landmarks.at(-1);
    if (landmark?.fileIndex !== transaction.fileIndex || transaction.offset - landmark.offset >= landmarkBytes) {
      this.#landmarks.push(transaction);
    }
  }

  /** `stream` is at its end. */
  report(stream: AofStream): LogReport {
    return {
      log: this.#log, highestId: this.#highestId, highestShared: this.#highestShared, landmarks: this.#landmarks,
      endOffset: stream.endOffset, torn: stream.torn, commandCount: this.#commandCount,
    };
  }
}

/** The transactions that `log` lacks, by id. Reads other logs only if there are any. */
export function findMissing(
  files: Files, logs: readonly LogPlan[], reports: readonly LogReport[], log: number,
): MissingTransaction[] {
  const aboveId = reports[log]!.highestId;
  const found = new Map<number, MissingTransaction>();
  for (const report of reports) {
    if (report.log === log || report.highestShared[log]! <= aboveId) continue;
    for (const transaction of transactionsOf(files, logs[report.log]!, report, log, aboveId)) {
      if (!found.has(transaction.id)) found.set(transaction.id, { source: report.log, transaction });
    }
  }
  return [...found.values()].toSorted((a, b) => a.transaction.id - b.transaction.id);
}

/** Those in one log that name `participant`, above an id. */
function transactionsOf(
  files: Files, plan: LogPlan, report: LogReport, participant: number, aboveId: number,
): SharedTransaction[] {
  const found: SharedTransaction[] = [];
  const stream = new AofStream(files, plan.paths, { loadTruncated: true, lastEndOffset: report.endOffset });
  try {
    const start = report.landmarks.findLast((landmark) => landmark.id <= aboveId);
    if (start !== undefined) stream.seek(start.fileIndex, start.offset, start.db);
    let last: SharedTransaction | undefined;
    while (stream.next()) {
      const { transaction } = stream;
      if (transaction === undefined || transaction === last) continue;
      last = transaction;
      if (transaction.id > aboveId && transaction.participants.includes(participant)) found.push(transaction);
    }
  } finally {
    stream.close();
  }
  return found;
}
