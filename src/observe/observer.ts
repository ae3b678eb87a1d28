/**
 * The node's view of itself: statistics, samples and the latency monitor in one place, for INFO, LATENCY
 * and MEMORY. It asks nobody: everything comes from shared memory and the door.
 */
import { CommandStatistics } from './command-statistics.ts';
import { watchGarbageCollection } from './gc-watch.ts';
import { allStats, type InfoSource } from './info/info-source.ts';
import { infoText } from './info/info.ts';
import { LatencyMonitor } from './latency-monitor.ts';
import { latencyGraph, latencyReport } from './latency-report.ts';
import { memoryFigures, type MemoryFigures } from './memory-figures.ts';
import { memoryReport } from './memory-report.ts';
import { Sampler } from './sampler.ts';
import { Traffic } from './traffic.ts';

export class Observer {
  readonly latency = new LatencyMonitor();
  readonly commands: CommandStatistics;
  readonly #source: InfoSource;
  readonly #traffic: Traffic;
  readonly #sampler: Sampler;

  /** `namesById` are the commands' full names, in the order of their counters. */
  constructor(source: InfoSource, namesById: readonly string[], nowMs: number) {
    this.#source = source;
    this.#traffic = new Traffic(source);
    this.#sampler = new Sampler(source, this.#traffic, nowMs);
    this.commands = new CommandStatistics(allStats(source), namesById);
    watchGarbageCollection(source.stats);
  }

  /** To be called ten times a second. */
  sample(nowMs: number): void {
    this.#sampler.sample(nowMs);
  }

  /** INFO's text for the sections asked for. */
  info(wanted: readonly string[], nowMs: number): string {
    this.#sampler.notePeak(nowMs);
    return infoText(wanted, { source: this.#source, sampler: this.#sampler, traffic: this.#traffic, commands: this.commands, nowMs });
  }

  memory(): MemoryFigures & { readonly clientBufferBytes: number } {
    return { ...memoryFigures(this.#source, this.#sampler), clientBufferBytes: this.#traffic.measure().bufferBytes };
  }

  memoryReport(): string {
    return memoryReport(this.memory(), this.#source.config.values.maxmemory);
  }

  /** LATENCY GRAPH's text; undefined for an event without samples. */
  latencyGraph(event: string, nowMs: number): string | undefined {
    const found = this.latency.event(event);
    return found === undefined ? undefined : latencyGraph(found, nowMs);
  }

  latencyReport(): string {
    return latencyReport(this.latency.events(), this.#source.config.values['latency-monitor-threshold']);
  }

  /** Notes something that took `us` microseconds, if the monitor is on and that is long. */
  noteLatency(event: string, us: number, nowMs: number): void {
    const thresholdMs = this.#source.config.values['latency-monitor-threshold'];
    if (thresholdMs > 0 && us >= thresholdMs * 1000) this.latency.add(event, us / 1000, nowMs);
  }

  /** CONFIG RESETSTAT. Shards go on counting meanwhile, so a few of their latest counts may stay. */
  reset(nowMs: number): void {
    for (const stats of allStats(this.#source)) stats.reset();
    this.#traffic.reset();
    this.#sampler.reset(nowMs);
  }
}
