/**
 * What INFO tells about the last moments, and about peaks: looked at ten times a second. The first
 * sample is taken by the constructor.
 */
import { Counter } from '../channel/shard-stats.ts';
import { type InfoSource, usedBytesOf } from './info/info-source.ts';
import { Rate } from './rate.ts';
import { RecentMaximum } from './recent-maximum.ts';
import type { Traffic } from './traffic.ts';

export class Sampler {
  readonly commands: Rate;
  readonly inputBytes: Rate;
  readonly outputBytes: Rate;
  /** Commands of each shard. */
  readonly shardCommands: readonly Rate[];
  /** The largest query and reply buffers of a client in the last seconds, in bytes. */
  readonly inputBuffer = new RecentMaximum();
  readonly outputBuffer = new RecentMaximum();
  /** Memory in use with no key in it. */
  readonly startupBytes: number;
  readonly #source: InfoSource;
  readonly #traffic: Traffic;
  #peakBytes: number;
  #peakMs: number;

  constructor(source: InfoSource, traffic: Traffic, nowMs: number) {
    this.#source = source;
    this.#traffic = traffic;
    this.commands = new Rate(0, nowMs);
    this.inputBytes = new Rate(0, nowMs);
    this.outputBytes = new Rate(0, nowMs);
    this.shardCommands = source.pool.stats.map(() => new Rate(0, nowMs));
    this.startupBytes = usedBytesOf(source);
    this.#peakBytes = this.startupBytes;
    this.#peakMs = nowMs;
  }

  sample(nowMs: number): void {
    const { receivedBytes, writtenBytes, largestInputBytes, largestOutputBytes } = this.#traffic.measure();
    const { stats } = this.#source.pool;
    this.commands.sample(this.#traffic.commandCount, nowMs);
    this.inputBytes.sample(receivedBytes, nowMs);
    this.outputBytes.sample(writtenBytes, nowMs);
    this.shardCommands.forEach((rate, shard) => rate.sample(stats[shard]!.get(Counter.commandsProcessed), nowMs));
    this.inputBuffer.note(largestInputBytes, nowMs);
    this.outputBuffer.note(largestOutputBytes, nowMs);
    this.notePeak(nowMs);
  }

  notePeak(nowMs: number): void {
    const usedBytes = usedBytesOf(this.#source);
    if (usedBytes <= this.#peakBytes) return;
    this.#peakBytes = usedBytes;
    this.#peakMs = nowMs;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  get peakMs(): number {
    return this.#peakMs;
  }

  /** Begins the rates anew, after the counters were set back. */
  reset(nowMs: number): void {
    for (const rate of [this.commands, this.inputBytes, this.outputBytes, ...this.shardCommands]) rate.reset(0, nowMs);
  }
}
