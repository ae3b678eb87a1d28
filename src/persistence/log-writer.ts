/**
 * The log thread's work: takes what the shards have published to their files and syncs by policy.
 *
 * A round takes one look at all logs, writes them up to there, syncs, and only then publishes what is
 * durable. A transaction of several shards is in all logs of a look or in none (see log-control.ts),
 * so what a client has seen acknowledged never depends on something that a crash can take away.
 *
 * A write or sync that fails is tried again in the next round, from where it stopped; the error stands
 * in the control block meanwhile, and the door answers writes with it. Under `always` the log keeps what
 * is not durable, so that it can be written again after a failed sync. Under the other policies a sync
 * that succeeds after one that failed is believed, as Redis does.
 */
import type { Logger } from '../base/logger.ts';
import type { EffectLog } from '../channel/effect-log.ts';
import type { LogControl } from '../channel/log-control.ts';
import { errnoText } from './errno-text.ts';
import type { Files } from './files.ts';
import { shardDirectory } from './layout.ts';
import { LogFile } from './log-file.ts';
import { incrementName } from './manifest.ts';

export interface LogWriterParts {
  readonly files: Files;
  readonly control: LogControl;
  /** One a shard. */
  readonly logs: readonly EffectLog[];
  /** `<dir>/<appenddirname>`. */
  readonly root: string;
  readonly appendFilename: string;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Called when more has become durable and when the error has changed: wakes the door. */
  readonly onProgress: () => void;
  readonly logger: Logger;
}

const syncIntervalMs = 1000;
const retryIntervalMs = 100;
/** Where nobody waits for a sync, what comes within this time is written together. */
const gatherMs = 5;
/** With nothing to do the thread wakes this often all the same. */
const idleMs = 1000;
/** A stop gives up on a failing disk after this. */
const stopPatienceMs = 2000;
/** Looks that meet a publication under way: so many at once, then so many a millisecond apart. */
const spinLooks = 1000;
const sleepLooks = 100;

export class LogWriter {
  readonly #parts: LogWriterParts;
  readonly #files: readonly LogFile[];
  readonly #looks: Int32Array;
  #lastSyncMs: number;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
    this.#files = parts.logs.map((log, shard) => new LogFile(
      parts.files, log,
      (generation, sequence) => `${shardDirectory(parts.root, generation, shard)}/${incrementName(parts.appendFilename, sequence)}`,
    ));
    this.#looks = new Int32Array(parts.logs.length);
    this.#lastSyncMs = parts.nowMs();
  }

  /** Writes and sleeps in turns until the control block says stop; then all is durable, or the error stands. */
  run(): void {
    const { control } = this.#parts;
    const hasWork = (): boolean => this.#hasWork();
    while (!control.stopping) {
      this.round();
      if (control.policy !== 'always') control.pause(gatherMs);
      control.sleep(this.#sleepMs(), hasWork);
    }
    this.#finish();
    control.markEnded();
  }

  /** One look, and all it calls for. */
  round(): void {
    const { control, nowMs } = this.#parts;
    const { policy } = control;
    let errno = this.#write(policy === 'always');
    const isDue = policy === 'everysec' && nowMs() - this.#lastSyncMs >= syncIntervalMs;
    if (policy === 'always' || isDue) errno = this.#sync() || errno;
    this.#setError(errno);
  }

  get #isBehind(): boolean {
    return this.#files.some((file) => file.isBehind);
  }

  get #isUnsynced(): boolean {
    return this.#files.some((file) => file.isUnsynced);
  }

  #hasWork(): boolean {
    const { control } = this.#parts;
    // A failing disk is tried again after a while, not at once.
    if (control.stopping || control.error !== 0) return control.stopping;
    return this.#isBehind || (control.policy === 'always' && this.#isUnsynced);
  }

  #sleepMs(): number {
    const { control, nowMs } = this.#parts;
    if (control.error !== 0) return retryIntervalMs;
    if (control.policy !== 'everysec' || !this.#isUnsynced) return idleMs;
    return Math.max(1, this.#lastSyncMs + syncIntervalMs - nowMs());
  }

  /** Returns the last errno, 0 = all written. */
  #write(retain: boolean): number {
    this.#look();
    let errno = 0;
    for (const [shard, file] of this.#files.entries()) {
      errno = attempt(() => file.write(this.#looks[shard]!, retain)) || errno;
    }
    return errno;
  }

  #sync(): number {
    if (!this.#isUnsynced) return 0;
    let errno = 0;
    for (const file of this.#files) errno = attempt(() => file.sync()) || errno;
    for (const file of this.#files) file.publishDurable();
    this.#lastSyncMs = this.#parts.nowMs();
    this.#parts.onProgress();
    return errno;
  }

  /**
   * What is published now, without a transaction that is published in some logs only. A publication that
   * does not end is one whose thread has died; recovery completes it or not.
   */
  #look(): void {
    const { control, logs } = this.#parts;
    for (let attempts = 0; attempts < spinLooks + sleepLooks; attempts++) {
      const stamp = control.publicationStamp();
      for (let shard = 0; shard < logs.length; shard++) this.#looks[shard] = logs[shard]!.written;
      if (stamp >= 0 && control.publicationStamp() === stamp) return;
      if (attempts >= spinLooks) control.sleep(1, () => false);
    }
  }

  #setError(errno: number): void {
    const { control, logger, onProgress } = this.#parts;
    const before = control.error;
    if (errno === before) return;
    control.setError(errno);
    if (errno !== 0) logger.warning(`Error writing to the AOF file: ${errnoText(errno)}`);
    else logger.notice('AOF write error looks solved, writes are accepted again');
    onProgress();
  }

  #finish(): void {
    const { control, nowMs, logger } = this.#parts;
    const giveUpMs = nowMs() + stopPatienceMs;
    for (;;) {
      const errno = this.#write(true) || this.#sync();
      this.#setError(errno);
      if (errno === 0) break;
      if (nowMs() >= giveUpMs) {
        logger.warning('The AOF files lack the last writes: the disk does not take them');
        break;
      }
      control.sleep(retryIntervalMs, () => false);
    }
    for (const file of this.#files) file.close();
  }
}

/** errno (positive) of what `action` throws, 0 if it does not. Only the file system's errors are expected. */
function attempt(action: () => void): number {
  try {
    action();
    return 0;
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (typeof errno !== 'number') throw error;
    return Math.abs(errno);
  }
}
