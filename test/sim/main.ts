/**
 * Runs simulations of the cluster core.
 *
 *   npm run sim -- --seed 1 --runs 2000 [--nodes 7]     runs with seeds 1, 2, ...; stops at the first that fails
 *   npm run sim -- --seed 17 --runs 1 --trace           prints the whole course of one
 *   npm run sim -- --broken 'votes twice'               runs nodes that are broken on purpose: see variants.ts
 *   npm run sim -- --figures [--nodes 100]              prints what a cluster costs and how fast it learns: see figures.ts
 *   npm run sim -- --record                             makes the transcripts anew: see transcript.ts
 *
 * A failure prints its seed, what did not hold and the last lines of its course. Exits with 1 after a failure.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { figuresTable, restMsOf } from './figures-table.ts';
import { SimNode } from './sim-node.ts';
import { simulate } from './simulation.ts';
import { readTranscript, record } from './transcript.ts';
import { variantNamed } from './variants.ts';
import { Violation } from './violation.ts';

const traceLinesMax = 40;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '100' },
    nodes: { type: 'string' },
    trace: { type: 'boolean', default: false },
    broken: { type: 'string' },
    figures: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const firstSeed = wholeNumber('seed', values.seed);
const runCount = wholeNumber('runs', values.runs);
const nodeCount = values.nodes === undefined ? undefined : wholeNumber('nodes', values.nodes);
const nodeClass = values.broken === undefined ? SimNode : variantNamed(values.broken).nodeClass;
if (values.figures) printFigures(nodeCount ?? 100);
else if (values.record) recordTranscripts();
else run();

function run(): void {
  const startMs = performance.now();
  let elections = 0;
  let slowest = { seed: 0, convergedMs: -1 };
  for (let seed = firstSeed; seed < firstSeed + runCount; seed++) {
    try {
      const result = simulate({ seed, nodeCount, nodeClass, trace: values.trace ? (line): void => console.log(line) : undefined });
      elections += result.electionCount;
      if (result.convergedMs > slowest.convergedMs) slowest = { seed, convergedMs: result.convergedMs };
    } catch (error) {
      explain(seed, error);
      process.exitCode = 1;
      return;
    }
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${runCount} runs in ${seconds} s: ${elections} elections; the slowest to agree (seed ${slowest.seed}) took ${slowest.convergedMs} ms`);
}

function printFigures(count: number): void {
  for (const nodeTimeoutMs of [15_000, 1000]) {
    const startMs = performance.now();
    console.log(figuresTable({ seed: firstSeed, nodeCount: count, nodeTimeoutMs, restMs: restMsOf(nodeTimeoutMs), joinCount: 5, crashCount: 5 }));
    console.log(`  (measured in ${((performance.now() - startMs) / 1000).toFixed(1)} s)\n`);
  }
}

function recordTranscripts(): void {
  const folder = new URL('./transcripts/', import.meta.url);
  for (const name of readdirSync(folder)) {
    const file = new URL(name, folder);
    writeFileSync(file, record(readTranscript(readFileSync(file, 'utf8'))));
  }
}

/** The same seed takes the same course: the last lines of it. */
function explain(seed: number, error: unknown): void {
  const lines: string[] = [];
  if (!values.trace) {
    try {
      simulate({ seed, nodeCount, nodeClass, trace: (line) => { if (!isRoutine(line)) lines.push(line); } });
    } catch {}
  }
  console.log([...lines.slice(-traceLinesMax), ''].join('\n'));
  console.log(`seed ${seed}: ${error instanceof Violation ? error.message : (error as Error).stack}`);
  console.log(`the whole course: npm run sim -- --seed ${seed} --runs 1 --trace${nodeCount === undefined ? '' : ` --nodes ${nodeCount}`}`);
}

/** Pings and pongs, of which there are too many. */
function isRoutine(line: string): boolean {
  return / gets p[io]ng /.test(line);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} ${text} is not a whole number`);
  return Number(text);
}
