/**
 * `npm run bench`: Tessera and redis-server side by side on this machine, with the report in bench/results/latest.md.
 * Only ratios of one run mean something; a shared machine is never the same twice.
 *
 *     npm run bench -- [--quick] [--parts throughput,types,memory,elements,complexity,replay,heap,readiness,busy,migration,fleet]
 *                      [--rounds 3] [--shards N] [--only set,get,incr,mset] [--pipelines 1,16,64] [--values 64,1024]
 *                      [--requests N] [--types LPUSH,...] [--keys 1000000] [--elements 1000000] [--replay-elements 5000000]
 *                      [--heap-keys 5000000] [--fleet-nodes 30] [--fleet-of tessera,redis] [--fleet-timeouts 5000,15000]
 *                      [--fleet-rest SECONDS] [--no-save] [--rehearse]
 *
 * --quick is a fifth of the work. --rehearse puts redis-server in Tessera's place, where it can stand there.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machineFacts, redis, tessera } from '../support/contestants.ts';
import type { Contestant } from '../support/contestants.ts';
import { Report } from '../support/report.ts';
import { measureBusyShards } from './busy-shards.ts';
import { measureComplexity } from './complexity.ts';
import { measureElements } from './elements.ts';
import { measureFleet } from './fleet.ts';
import { measureHeap } from './heap.ts';
import { measureMemory } from './memory.ts';
import { measureMigration } from './migration.ts';
import { measureReadiness } from './readiness.ts';
import { measureReplay } from './replay.ts';
import { measureThroughput } from './throughput.ts';
import { measureTypes } from './types.ts';

const resultsFile = new URL('../results/latest.md', import.meta.url).pathname;
const allParts = 'readiness,throughput,types,memory,elements,complexity,replay,heap,busy,migration,fleet';

const complexitySizes = [1000, 100_000, 1_000_000];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    parts: { type: 'string', default: allParts },
    rounds: { type: 'string', default: '3' },
    shards: { type: 'string' },
    only: { type: 'string', default: 'set,get,incr,mset' },
    pipelines: { type: 'string', default: '1,16,64' },
    values: { type: 'string', default: '64,1024' },
    requests: { type: 'string' },
    types: { type: 'string', default: '' },
    keys: { type: 'string', default: '1000000' },
    elements: { type: 'string', default: '1000000' },
    'replay-elements': { type: 'string', default: '5000000' },
    'heap-keys': { type: 'string', default: '5000000' },
    'fleet-nodes': { type: 'string', default: '30' },
    'fleet-of': { type: 'string', default: 'tessera' },
    'fleet-timeouts': { type: 'string', default: '5000' },
    'fleet-rest': { type: 'string', default: '20' },
    'no-save': { type: 'boolean', default: false },
    rehearse: { type: 'boolean', default: false },
  },
});

const hurry = values.quick ? 5 : 1;
const reference = redis();
const report = new Report();
const facts = machineFacts();
const steps: Readonly<Record<string, () => Promise<void>>> = {
  readiness: () => measureReadiness(sideBySide(subject(2)), values.quick ? 3 : 7, report),
  throughput: () => measureThroughput(sideBySide(subject(shardCount())), {
    tests: words(values.only),
    pipelines: words(values.pipelines).map(Number),
    valueSizes: words(values.values).map(Number),
    rounds: Number(values.rounds),
    requestCount: values.requests === undefined ? undefined : Number(values.requests),
    hurry,
  }, report),
  types: () => measureTypes(sideBySide(subject(shardCount())), {
    only: words(values.types), pipelines: [1, 16], rounds: Number(values.rounds), hurry,
  }, report),
  elements: () => measureElements(sideBySide(subject(shardCount())), Math.ceil(Number(values.elements) / hurry), report),
  complexity: () => measureComplexity(sideBySide(subject(shardCount())), complexitySizes.map((size) => Math.ceil(size / hurry)), report),
  replay: () => measureReplay(sideBySide(subject(shardCount())), Math.ceil(Number(values['replay-elements']) / hurry), report),
  memory: () => measureMemory(sideBySide(subject(shardCount())), Number(values.keys), report),
  heap: () => measureHeap(subject(2), Math.ceil(Number(values['heap-keys']) / hurry), report),
  busy: () => measureBusyShards(subject(2), 3, report),
  migration: () => measureMigration(sideBySide(subject(shardCount() ?? 1)), Math.ceil(Number(values.keys) / hurry), 20_000, report),
  fleet: () => measureFleet(sideBySide(subject(1)).filter(({ name }) => words(values['fleet-of']).includes(name)), {
    nodeCount: Math.ceil(Number(values['fleet-nodes']) / hurry),
    nodeTimeoutsMs: words(values['fleet-timeouts']).map(Number),
    restSeconds: Math.ceil(Number(values['fleet-rest']) / hurry),
  }, report),
};

for (const part of words(values.parts)) {
  const step = steps[part];
  if (step === undefined) throw new Error(`no part ${part}; there are ${allParts}`);
  await step();
}
if (!values['no-save']) writeFileSync(resultsFile, page());

function subject(shards: number | undefined): Contestant {
  if (!values.rehearse) return tessera(shards);
  if (reference === undefined) throw new Error('redis-server is not installed, so it cannot stand in');
  return { ...reference, name: 'tessera' };
}

/** Tessera, and redis-server where there is one. */
function sideBySide(contestant: Contestant): Contestant[] {
  return reference === undefined ? [contestant] : [contestant, reference];
}

function shardCount(): number | undefined {
  return values.shards === undefined ? undefined : Number(values.shards);
}

function words(text: string): string[] {
  return text.split(',').filter((word) => word !== '');
}

function page(): string {
  const command = `npm run bench${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`;
  return `# The last run of \`${command}\`\n\n${facts.map((fact) => `- ${fact}`).join('\n')}\n${report.markdown}`;
}
