/**
 * The append-only files of a running node: loads them at the start, keeps the log thread, and
 * begins or ends logging when `appendonly` changes. Reading and writing is done by the shards and
 * the log thread; here is who does what when.
 *
 *   start, nothing there       every shard begins a log
 *   start, our own logs        all shards load, complete transactions, and go on with their logs;
 *                              with another number of shards they begin new ones
 *   start, redis-server's      the commands go through the door like a client's; then as if nothing was there
 */
import { resolve } from 'node:path';
import { Piscina } from 'piscina';
import { assert } from '../base/assert.ts';
import type { ServerLogger } from '../base/server-logger.ts';
import { Setting } from '../channel/control.ts';
import { DirectoryLock } from '../persistence/directory-lock.ts';
import { diskFiles } from '../persistence/files.ts';
import { beginGeneration, commitGeneration } from '../persistence/generation.ts';
import type { LogTask } from '../persistence/log-thread.ts';
import { PersistenceError } from '../persistence/persistence-error.ts';
import { type ForeignPlan, type OwnPlan, planRecovery, type RecoveryPlan } from '../persistence/recovery-plan.ts';
import type { LogReport } from '../persistence/log-report.ts';
import { type Completion, highestTransactionId, mergeReports, openForeign } from '../persistence/recovery.ts';
import type { OrderAnswer, ShardOrder } from '../shard/shard-orders.ts';
import { loadThroughDoor } from './foreign-loader.ts';
import type { Server } from './server.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

export class Persistence {
  readonly #server: Server;
  readonly #logger: ServerLogger;
  readonly #root: string;
  #lock: DirectoryLock | undefined;
  #logThread: Promise<void> | undefined;
  #logPool: Piscina | undefined;

  constructor(server: Server, logger: ServerLogger) {
    const { values } = server.config;
    this.#server = server;
    this.#logger = logger;
    this.#root = resolve(values.dir, values.appenddirname);
  }

  /** Loads what is on disk if `appendonly` asks for it, and follows the configuration from then on. Throws PersistenceError. */
  async open(): Promise<void> {
    const { config, logControl } = this.#server;
    if (config.values.appendonly) await this.#load();
    config.onChange(['appendfsync'], ({ appendfsync }) => logControl.setPolicy(appendfsync));
    config.onChange(['appendonly'], ({ appendonly }) => (appendonly ? this.#switchOn() : this.#switchOff()));
  }

  /** Resolves once everything written so far is synced; rejects if it cannot be. */
  async sync(): Promise<void> {
    if (this.#logThread === undefined) return;
    const { logControl, pool } = this.#server;
    const positions = pool.effectLogs.map((log) => log.written);
    const policy = logControl.policy;
    logControl.setPolicy('always');
    const isDurable = (): boolean => pool.effectLogs.every((log, shard) => ((log.durable - positions[shard]!) | 0) >= 0);
    while (!isDurable()) {
      if (logControl.error !== 0) {
        logControl.setPolicy(policy);
        throw new PersistenceError(this.#server.unsavedError());
      }
      await new Promise((done) => { setTimeout(done, 1); });
    }
    logControl.setPolicy(policy);
  }

  /** Writes out and syncs everything, and ends the log thread. */
  async stop(): Promise<void> {
    if (this.#logThread === undefined) return;
    this.#server.logControl.stop();
    await this.#logThread;
    await this.#logPool!.destroy();
    this.#lock?.release();
    if (this.#server.logControl.error !== 0) throw new PersistenceError(this.#server.unsavedError());
  }

  /** Reads the logs of the running node again, in place of what is in memory (DEBUG LOADAOF). */
  async reload(): Promise<void> {
    await this.#order(() => ({ order: 'log-to', generation: 0, sequence: 0 }));
    await this.#untilWritten();
    const plan = this.#plan();
    assert(plan.kind === 'own', 'a node that logs has logs of its own');
    await this.#loadOwn(plan);
  }

  async #load(): Promise<void> {
    const { clock } = this.#server;
    this.#lock ??= new DirectoryLock(diskFiles, this.#root, process.pid);
    const plan = this.#plan();
    this.#startLogThread();
    const startMs = clock.now();
    if (plan.kind === 'own') await this.#loadOwn(plan);
    else if (plan.kind === 'foreign') await this.#takeOver(plan);
    else await this.#beginGeneration(0, []);
    if (plan.kind !== 'fresh') this.#logger.notice(`DB loaded from append only file: ${((clock.now() - startMs) / 1000).toFixed(3)} seconds`);
  }

  #plan(): RecoveryPlan {
    const { values } = this.#server.config;
    return planRecovery(diskFiles, {
      root: this.#root,
      appendFilename: values.appendfilename,
      shardCount: this.#server.pool.links.length,
      loadTruncated: values['aof-load-truncated'],
    });
  }

  async #loadOwn(plan: OwnPlan): Promise<void> {
    const perShard = await this.#order(() => ({ order: 'load', plan })) as LogReport[][];
    const reports = mergeReports(plan, perShard);
    for (const { torn } of reports) {
      if (torn !== undefined) this.#logger.warning(`Truncated the end of ${torn.path}, which was not written to its end`, { ...torn });
    }
    const completions = await this.#order(() => ({ order: 'complete', plan, reports })) as Completion[];
    const completedCount = completions.reduce((sum, completion) => sum + completion.completedCount, 0);
    if (completedCount > 0) this.#logger.notice('Completed transactions that some logs lacked', { completedCount });
    const highestId = highestTransactionId(reports);
    this.#server.setting(Setting.transactionBase, highestId - this.#server.door.links.leaseCount);
    const targets = completions.map(({ logTarget }) => logTarget);
    if (targets.every((target) => target !== undefined)) {
      await this.#order((shard) => ({ order: 'log-to', ...targets[shard]! }));
    } else {
      await this.#beginGeneration(highestId, []);
    }
  }

  async #takeOver(plan: ForeignPlan): Promise<void> {
    this.#logger.notice('Taking over the append only files of redis-server');
    const stream = openForeign(diskFiles, plan);
    try {
      await loadThroughDoor(this.#server.door, stream);
    } finally {
      stream.close();
    }
    await this.#beginGeneration(this.#newestTransactionId, plan.obsolete);
  }

  get #newestTransactionId(): number {
    return this.#server.pool.control.settings[Setting.transactionBase]! + this.#server.door.links.leaseCount;
  }

  /** Has every shard write its content as a base and log from there on; `obsolete` files are removed once that is safe. */
  async #beginGeneration(foldedId: number, obsolete: readonly string[]): Promise<void> {
    const root = this.#root;
    const { appendfilename: appendFilename } = this.#server.config.values;
    const generation = beginGeneration(diskFiles, root);
    try {
      await this.#order(() => ({ order: 'begin-log', root, appendFilename, generation, foldedId }));
    } catch (error) {
      // Those shards that could begin must not go on with a generation that never comes into force.
      await this.#order(() => ({ order: 'log-to', generation: 0, sequence: 0 }));
      throw error;
    }
    commitGeneration(diskFiles, root, generation, this.#server.pool.links.length, obsolete);
  }

  async #switchOn(): Promise<void> {
    try {
      this.#lock ??= new DirectoryLock(diskFiles, this.#root, process.pid);
      this.#startLogThread();
      await this.#beginGeneration(this.#newestTransactionId, []);
    } catch (error) {
      this.#logger.warning('Could not begin the append only files', { error: error as Error });
      throw new Error('Unable to turn on AOF. Check server logs.', { cause: error });
    }
  }

  async #switchOff(): Promise<void> {
    await this.#order(() => ({ order: 'log-to', generation: 0, sequence: 0 }));
    await this.#untilWritten();
  }

  async #untilWritten(): Promise<void> {
    const logs = this.#server.pool.effectLogs;
    while (!logs.every((log) => log.isSwitched && log.consumed === log.written)) {
      if (this.#server.logControl.error !== 0) throw new PersistenceError(this.#server.unsavedError());
      await new Promise((done) => { setTimeout(done, 1); });
    }
  }

  #startLogThread(): void {
    if (this.#logThread !== undefined) return;
    const { pool, logControl, config } = this.#server;
    const task: LogTask = {
      control: pool.control.buffer,
      logControl: logControl.buffer,
      effectLogs: pool.effectLogs.map((log) => log.handle),
      root: this.#root,
      appendFilename: config.values.appendfilename,
      loggerPort: this.#logger.portFor('log'),
    };
    this.#logPool = new Piscina({
      filename: new URL(`../../workers/log.${extension}`, import.meta.url).href, minThreads: 1, maxThreads: 1, atomics: 'disabled',
    });
    const transferList: object = [task.loggerPort];
    this.#logThread = this.#watch(this.#logPool.run(task, { transferList }));
  }

  async #watch(logThread: Promise<unknown>): Promise<void> {
    try {
      await logThread;
      if (!this.#server.logControl.stopping) throw new Error('the log thread ended');
    } catch (error) {
      this.#server.onFault(error);
    }
  }

  /** Sends one order to each shard and waits for all answers. Throws PersistenceError with the first failure. */
  async #order(make: (shard: number) => ShardOrder): Promise<OrderAnswer['result'][]> {
    const answers = await this.#server.order(make);
    for (const { failure } of answers) if (failure !== undefined) throw new PersistenceError(failure);
    return answers.map(({ result }) => result);
  }
}
