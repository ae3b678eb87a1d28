/**
 * One run from one seed: a cluster comes to be, things go wrong for some seconds, everything works again, and then all
 * nodes must agree within a time that is stated here. Throws a Violation as soon as something is not as it must be.
 */
import { Random } from '../../src/base/random.ts';
import { Chaos } from './chaos.ts';
import { disagreement } from './convergence.ts';
import { startAndMeet, startFormed } from './formation.ts';
import type { Shape } from './formation.ts';
import { calm, chance } from './network.ts';
import { Violation } from './violation.ts';
import { World } from './world.ts';
import type { NodeClass } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  /** Chosen by the seed when absent. */
  readonly nodeCount?: number | undefined;
  readonly nodeClass?: NodeClass;
  readonly trace?: ((line: string) => void) | undefined;
}

export interface RunResult {
  readonly nodeCount: number;
  readonly electionCount: number;
  /** From when everything worked again until all agreed. */
  readonly convergedMs: number;
}

/** In node timeouts: within this time all agree again. Clocks that were put back by up to three timeouts are in it. */
export const convergenceTimeouts = 15;
/** When an operator looks for slots that nobody serves. */
const repairTimeouts = 8;
/** Short enough to end while things go wrong, and soon after that. */
const blacklistTtlMs = 3000;
/** When operators begin to meet again who was forgotten by all, and how long they look after the cluster. */
const reuniteTimeouts = 5;
const careTimeouts = 10;
/** How much later all agree when nodes were removed or forgotten. */
const membershipTimeouts = 5;
const chaosMinMs = 3000;
const chaosSpreadMs = 9000;

export function simulate({ seed, nodeCount, nodeClass, trace }: RunOptions): RunResult {
  const plan = planOf(seed, nodeCount);
  const world = new World({
    seed, nodeCount: plan.nodeCount, trace, ...(nodeClass === undefined ? {} : { nodeClass }),
    settings: { requireFullCoverage: plan.fullCoverage, blacklistTtlMs }, tellsForgotten: plan.tellsForgotten,
  });
  world.network.weather = { ...calm, packetChance: plan.packetChance };
  if (plan.meets) startAndMeet(world, plan.shape);
  else startFormed(world, plan.shape);
  const chaos = new Chaos(world);
  chaos.run(plan.chaosMs);
  chaos.end();
  const convergedMs = untilAgreed(world, chaos);
  return { nodeCount: plan.nodeCount, electionCount: world.watcher.electionCount, convergedMs };
}

/** All agree in time, and still do a node timeout later, when nobody is kept out any more. From when, in milliseconds from now. */
function untilAgreed(world: World, chaos: Chaos): number {
  const { queue, settings: { nodeTimeoutMs } } = world;
  const startMs = queue.nowMs;
  const isChanged = chaos.membership.deedCount > 0;
  const quietMs = isChanged ? blacklistTtlMs : 0;
  let agreedMs: number | undefined;
  for (;;) {
    const passedMs = queue.nowMs - startMs;
    const what = disagreement(world, chaos.membership.members);
    if (what !== undefined) agreedMs = undefined;
    else if (agreedMs === undefined) agreedMs = passedMs;
    else if (passedMs - Math.max(agreedMs, quietMs) >= nodeTimeoutMs) return agreedMs;
    if (what !== undefined && passedMs >= nodeTimeoutMs * (convergenceTimeouts + (isChanged ? membershipTimeouts : 0))) throw new Violation('convergence', what);
    if (passedMs === nodeTimeoutMs * repairTimeouts) chaos.operator.repair(chaos.dead);
    if (isChanged && passedMs <= nodeTimeoutMs * careTimeouts) chaos.care(passedMs >= nodeTimeoutMs * reuniteTimeouts);
    world.pass(nodeTimeoutMs / 2);
  }
}

interface Plan {
  readonly nodeCount: number;
  readonly shape: Shape;
  readonly meets: boolean;
  readonly fullCoverage: boolean;
  readonly chaosMs: number;
  readonly packetChance: number;
  readonly tellsForgotten: boolean;
}

const bigClusterChance = 0.01;

function planOf(seed: number, nodeCount: number | undefined): Plan {
  const random = new Random(seed ^ 0x5eed);
  const size = nodeCount ?? (chance(random, bigClusterChance) ? 20 : 3 + random.below(5));
  const primaryMin = Math.min(size, 3);
  return {
    nodeCount: size,
    shape: { primaryCount: primaryMin + random.below(Math.ceil((size - primaryMin + 1) / 2)), collides: chance(random, 0.2) },
    meets: chance(random, 0.25),
    fullCoverage: chance(random, 0.5),
    chaosMs: chaosMinMs + random.below(chaosSpreadMs),
    packetChance: chance(random, 0.2) ? 1 : 0,
    tellsForgotten: chance(random, 0.5),
  };
}
