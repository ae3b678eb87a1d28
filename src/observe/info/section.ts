/** What an INFO section is made of. */
import type { CommandStatistics } from '../command-statistics.ts';
import type { Sampler } from '../sampler.ts';
import type { Traffic } from '../traffic.ts';
import type { InfoSource } from './info-source.ts';

export type Field = readonly [name: string, value: string | number];

export interface InfoContext {
  readonly source: InfoSource;
  readonly sampler: Sampler;
  readonly traffic: Traffic;
  readonly commands: CommandStatistics;
  readonly nowMs: number;
}

export interface Section {
  readonly title: string;
  /** The words that ask for it. */
  readonly names: readonly string[];
  /** Part of INFO without arguments. */
  readonly isDefault: boolean;
  readonly fields: (context: InfoContext) => readonly Field[];
}

/** Two decimals, as C's %.2f. */
export function hundredths(value: number): string {
  return value.toFixed(2);
}
