/**
 * Throws random input at the server's parts until the time is over; at the cluster bus a million spoilt packets at least.
 *
 *   npm run fuzz -- --seconds 60 [--seed 7] [--target request-parser] [--cases 1]
 *
 * Case i of a run uses seed + i, so the line printed with a failure repeats that case alone.
 * Exits with 1 after a failure.
 */
import { parseArgs } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { busPacketsTarget } from './bus-packets.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { replyWriterTarget } from './reply-writer.ts';
import { requestParserTarget } from './request-parser.ts';

const targets: readonly FuzzTarget[] = [requestParserTarget, replyWriterTarget, busPacketsTarget];

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    target: { type: 'string' },
    cases: { type: 'string' },
  },
});
const chosen = targets.filter((target) => values.target === undefined || target.name === values.target);
if (chosen.length === 0) usage(`no target ${values.target}; there are ${targets.map(({ name }) => name).join(', ')}`);
const secondsMax = wholeNumber('seconds', values.seconds);
const casesMax = values.cases === undefined ? Infinity : wholeNumber('cases', values.cases);
const firstSeed = values.seed === undefined ? Date.now() % 2 ** 31 : wholeNumber('seed', values.seed);

console.log(`fuzzing ${chosen.map(({ name }) => name).join(', ')} from seed ${firstSeed}`);
for (const target of chosen) {
  const cases = await fuzz(target, (secondsMax * 1000) / chosen.length);
  console.log(`${target.name}: ${cases} cases${target.summary === undefined ? '' : `, ${target.summary()}`}`);
}

/** Runs cases of one target for its share of the time; returns how many. */
async function fuzz(target: FuzzTarget, durationMs: number): Promise<number> {
  const deadlineMs = performance.now() + durationMs;
  let cases = 0;
  await target.open?.();
  try {
    while (cases < casesMax && (cases < (target.casesMin ?? 1) || performance.now() < deadlineMs)) {
      await runCase(target, firstSeed + cases);
      cases++;
    }
  } finally {
    await target.close?.();
  }
  return cases;
}

async function runCase(target: FuzzTarget, seed: number): Promise<void> {
  try {
    await target.run(new Random(seed));
  } catch (error) {
    console.error(`${target.name} failed; repeat with: npm run fuzz -- --target ${target.name} --seed ${seed} --cases 1`);
    throw error;
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) usage(`--${name} wants a whole number, not ${text}`);
  return number;
}

function usage(mistake: string): never {
  console.error(mistake);
  process.exit(2);
}
