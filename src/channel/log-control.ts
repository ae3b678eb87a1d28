/**
 * The control block that the log thread shares with the door and all shards: its sleep, its fsync
 * policy, its stop, its error, and the count of transactions being published.
 *
 *   int32 word   0   wake: the log thread sleeps on it        1   1 while the log thread sleeps
 *               16   errno of the write or fsync that fails, 0 = fine
 *               17   fsync policy (see FsyncPolicy)          18   1 = drain, fsync and end
 *               19   1 once the log thread has ended
 *               32   publications begun                      33   publications ended
 *
 * A transaction lies in several logs; it is published in all of them between `beginPublication`
 * and `endPublication`, so that the log thread never takes it from one log alone into a round.
 */
export const FsyncPolicy = { no: 0, everysec: 1, always: 2 } as const;
export type FsyncPolicyName = keyof typeof FsyncPolicy;

const wakeWord = 0;
const sleepingWord = 1;
const errorWord = 16;
const policyWord = 17;
const stopWord = 18;
const endedWord = 19;
const begunWord = 32;
const endedPublicationsWord = 33;
const wordCount = 48;

export class LogControl {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  static create(policy: FsyncPolicyName = 'everysec'): LogControl {
    const control = new LogControl(new SharedArrayBuffer(wordCount * 4));
    control.setPolicy(policy);
    return control;
  }

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** errno of what keeps the log thread from writing or syncing; 0 = fine. Any thread may ask. */
  get error(): number {
    return Atomics.load(this.#words, errorWord);
  }

  setError(errno: number): void {
    Atomics.store(this.#words, errorWord, errno);
  }

  get policy(): FsyncPolicyName {
    const policy = Atomics.load(this.#words, policyWord);
    return policy === FsyncPolicy.always ? 'always' : policy === FsyncPolicy.everysec ? 'everysec' : 'no';
  }

  /** Takes effect in the log thread's next round. */
  setPolicy(policy: FsyncPolicyName): void {
    Atomics.store(this.#words, policyWord, FsyncPolicy[policy]);
    this.interrupt();
  }

  /** Asks the log thread to write and sync all that is published, and to end. */
  stop(): void {
    Atomics.store(this.#words, stopWord, 1);
    this.interrupt();
  }

  get stopping(): boolean {
    return Atomics.load(this.#words, stopWord) === 1;
  }

  get ended(): boolean {
    return Atomics.load(this.#words, endedWord) === 1;
  }

  markEnded(): void {
    Atomics.store(this.#words, endedWord, 1);
    Atomics.notify(this.#words, endedWord);
  }

  /** Wakes the log thread if it sleeps; called after something has been published for it. */
  wake(): void {
    if (Atomics.load(this.#words, sleepingWord) === 0) return;
    if (Atomics.exchange(this.#words, sleepingWord, 0) === 0) return;
    this.interrupt();
  }

  /** Wakes the log thread from a sleep or a pause; called when someone waits for it. */
  interrupt(): void {
    Atomics.add(this.#words, wakeWord, 1);
    Atomics.notify(this.#words, wakeWord);
  }

  /** The log thread's rest between two rounds, so that more comes together: only `interrupt` ends it early. */
  pause(timeoutMs: number): void {
    const seen = Atomics.load(this.#words, wakeWord);
    if (!this.stopping) Atomics.wait(this.#words, wakeWord, seen, timeoutMs);
  }

  /** The log thread's sleep, at most `timeoutMs`, unless `hasWork` says otherwise once it is announced. */
  sleep(timeoutMs: number, hasWork: () => boolean): void {
    const seen = Atomics.load(this.#words, wakeWord);
    Atomics.store(this.#words, sleepingWord, 1);
    if (!hasWork()) Atomics.wait(this.#words, wakeWord, seen, timeoutMs);
    Atomics.store(this.#words, sleepingWord, 0);
  }

  beginPublication(): void {
    Atomics.add(this.#words, begunWord, 1);
  }

  endPublication(): void {
    Atomics.add(this.#words, endedPublicationsWord, 1);
  }

  /** How many publications have begun, or -1 while one is under way. */
  publicationStamp(): number {
    const ended = Atomics.load(this.#words, endedPublicationsWord);
    const begun = Atomics.load(this.#words, begunWord);
    return begun === ended ? begun & 0x7fff_ffff : -1;
  }
}
