/**
 * Counters of one shard in shared memory (float64), written by the shard and read by the door at
 * any time, so that INFO answers while the shard is busy. A reader may see a counter one command old.
 *
 *   counters | errors by prefix | per command: calls, usec, rejected, failed | per command: latency histogram
 *   | per slot of the shard: usec, bytes in, bytes out
 */
export const Counter = {
  commandsProcessed: 0,
  expiredKeys: 1,
  keyspaceHits: 2,
  keyspaceMisses: 3,
  batches: 4,
  /** Bytes of JavaScript heap in use in the shard's thread. */
  heapUsedBytes: 5,
  gcPauseMaxMs: 6,
  gcPauseTotalMs: 7,
  gcCount: 8,
  expireCycleUs: 9,
  expiredTimeCapReached: 10,
  leases: 11,
  expiredStalePercent: 12,
  /** Fields of hashes. */
  expiredFields: 13,
} as const;

/** Error prefixes counted one by one in INFO errorstats; others are counted as the last. */
export const errorPrefixes = [
  'ERR', 'WRONGTYPE', 'OOM', 'NOAUTH', 'WRONGPASS', 'NOPERM', 'MOVED', 'ASK', 'TRYAGAIN', 'CROSSSLOT',
  'CLUSTERDOWN', 'MISCONF', 'LOADING', 'BUSY', 'NOSCRIPT', 'EXECABORT', 'READONLY', 'MASTERDOWN',
  'NOREPLICAS', 'NOPROTO', 'BUSYGROUP', 'NOGROUP', 'BUSYKEY', 'UNKILLABLE', 'UNBLOCKED', 'INVALIDOBJ',
  'NOTREADY', 'IOERR', 'INPROG', 'NOGOODSLAVE', 'DENIED', 'OTHER',
] as const;

/** Four buckets an octave from 1 us; the last holds everything slower than about 16 s. */
export const histogramBuckets = 98;

const counterCount = 32;
const errorCount = 64;
const perCommand = 4;
const perSlot = 3;

/** What is counted of one slot. */
export interface SlotCounts {
  readonly cpuUs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export class ShardStats {
  readonly buffer: SharedArrayBuffer;
  readonly f64: Float64Array;
  readonly commandCount: number;
  /** Index of the first slot's counts. */
  readonly #slots: number;

  /** `slotCount`: the slots that the shard owns; without any, slots cannot be counted. */
  static create(commandCount: number, slotCount = 0): ShardStats {
    const words = counterCount + errorCount + commandCount * (perCommand + histogramBuckets) + slotCount * perSlot;
    return new ShardStats(new SharedArrayBuffer(words * 8), commandCount);
  }

  constructor(buffer: SharedArrayBuffer, commandCount: number) {
    this.buffer = buffer;
    this.f64 = new Float64Array(buffer);
    this.commandCount = commandCount;
    this.#slots = counterCount + errorCount + commandCount * (perCommand + histogramBuckets);
  }

  get(counter: number): number {
    return this.f64[counter]!;
  }

  set(counter: number, value: number): void {
    this.f64[counter] = value;
  }

  add(counter: number, amount: number): void {
    this.f64[counter]! += amount;
  }

  /** Counts `calls` executions that took `us` microseconds together. */
  countCalls(command: number, calls: number, us: number): void {
    const at = counterCount + errorCount + command * perCommand;
    this.f64[at]! += calls;
    this.f64[at + 1]! += us;
  }

  countRejected(command: number): void {
    this.f64[counterCount + errorCount + command * perCommand + 2]! += 1;
  }

  countFailed(command: number): void {
    this.f64[counterCount + errorCount + command * perCommand + 3]! += 1;
  }

  countLatency(command: number, us: number, calls: number): void {
    this.f64[this.#histogram(command) + bucketOf(us)]! += calls;
  }

  /** Counts an error reply by its prefix, the text up to the first space. */
  countError(text: string): void {
    const space = text.indexOf(' ');
    const prefix = space < 0 ? text : text.slice(0, space);
    const known = (errorPrefixes as readonly string[]).indexOf(prefix);
    this.f64[counterCount + (known < 0 ? errorPrefixes.length - 1 : known)]! += 1;
  }

  errors(prefix: number): number {
    return this.f64[counterCount + prefix]!;
  }

  calls(command: number): { calls: number; us: number; rejected: number; failed: number } {
    const at = counterCount + errorCount + command * perCommand;
    return { calls: this.f64[at]!, us: this.f64[at + 1]!, rejected: this.f64[at + 2]!, failed: this.f64[at + 3]! };
  }

  latencyBucket(command: number, bucket: number): number {
    return this.f64[this.#histogram(command) + bucket]!;
  }

  // Slots, by their place among those of the shard.

  countSlotCpu(slot: number, us: number): void {
    this.f64[this.#slots + slot * perSlot]! += us;
  }

  countSlotTraffic(slot: number, bytesIn: number, bytesOut: number): void {
    const at = this.#slots + slot * perSlot;
    this.f64[at + 1]! += bytesIn;
    this.f64[at + 2]! += bytesOut;
  }

  slotCounts(slot: number): SlotCounts {
    const at = this.#slots + slot * perSlot;
    return { cpuUs: this.f64[at]!, bytesIn: this.f64[at + 1]!, bytesOut: this.f64[at + 2]! };
  }

  /** As `reset`, of one slot. */
  resetSlot(slot: number): void {
    const at = this.#slots + slot * perSlot;
    this.f64.fill(0, at, at + perSlot);
  }

  /** CONFIG RESETSTAT; a shard that counts meanwhile may keep a few. */
  reset(): void {
    const heap = this.f64.slice(Counter.heapUsedBytes, Counter.heapUsedBytes + 1);
    this.f64.fill(0);
    this.f64[Counter.heapUsedBytes] = heap[0]!;
  }

  #histogram(command: number): number {
    return counterCount + errorCount + this.commandCount * perCommand + command * histogramBuckets;
  }
}

/** The histogram bucket of a latency in microseconds. */
export function bucketOf(us: number): number {
  if (us < 1) return 0;
  const bucket = 1 + Math.floor(Math.log2(us) * 4);
  return bucket < histogramBuckets ? bucket : histogramBuckets - 1;
}

/** The upper bound in microseconds of a histogram bucket. */
export function bucketUpperUs(bucket: number): number {
  return 2 ** (bucket / 4);
}
