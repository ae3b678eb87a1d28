/** The latency monitor's samples for people: LATENCY GRAPH and LATENCY DOCTOR. */
import type { LatencyEvent } from './latency-monitor.ts';

const columns = 80;
const rows = 4;
/** From the bottom of a cell to its top. */
const steps = ['_', '-', '`'] as const;
const secondsPerUnit: readonly (readonly [seconds: number, unit: string])[] = [[86_400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];

/** A column for each of the newest samples, the oldest first, with its age written downwards below it. */
export function latencyGraph({ name, samples, maxMs }: LatencyEvent, nowMs: number): string {
  const shown = samples.slice(-columns);
  const values = shown.map(({ ms }) => ms);
  const [high, low] = [Math.max(...values), Math.min(...values)];
  const head = `${name} - high ${high} ms, low ${low} ms (all time high ${maxMs} ms)`;
  const heights = values.map((ms) => (high === low ? 0 : Math.round(((ms - low) * (rows * steps.length - 1)) / (high - low))));
  const picture = Array.from({ length: rows }, (_, row) => heights.map((height) => cell(height, rows - 1 - row)).join('').trimEnd());
  const ages = shown.map(({ atSeconds }) => age(Math.floor(nowMs / 1000) - atSeconds));
  const depth = Math.max(...ages.map(({ length }) => length));
  const labels = Array.from({ length: depth }, (_, row) => ages.map((text) => text[row] ?? ' ').join('').trimEnd());
  return [head, '-'.repeat(columns), ...picture, '', ...labels, ''].join('\n');
}

/** What has been seen, and what to look at; `thresholdMs` 0 means that the monitor is off. */
export function latencyReport(events: readonly LatencyEvent[], thresholdMs: number): string {
  if (thresholdMs === 0 && events.length === 0) {
    return 'The latency monitor is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it on.\n';
  }
  if (events.length === 0) return `Nothing has taken ${thresholdMs} ms or longer since the monitor was turned on or reset.\n`;
  const lines = events.map(({ name, samples, maxMs }) => {
    const sum = samples.reduce((total, { ms }) => total + ms, 0);
    return `${name}: ${samples.length} moments, ${Math.round(sum / samples.length)} ms on average, ${maxMs} ms at worst. ${advice(name)}`;
  });
  return `Moments of ${thresholdMs} ms or longer, by event:\n\n${lines.join('\n')}\n`;
}

function cell(height: number, row: number): string {
  const within = height - row * steps.length;
  if (within < 0) return ' ';
  return steps[within] ?? '|';
}

function age(seconds: number): string {
  const [size, unit] = secondsPerUnit.find(([least]) => seconds >= least) ?? [1, 's'];
  return `${Math.floor(seconds / size)}${unit}`;
}

function advice(event: string): string {
  switch (event) {
    case 'command': return 'SLOWLOG GET shows which commands; those that touch many keys or large values hold up their shard.';
    case 'fast-command': return 'Quick commands were slow: the machine may lack processors for its threads, or swap.';
    case 'expire-cycle': return 'Many keys expire together; lower active-expire-effort or spread their expiry times.';
    default: return '';
  }
}
