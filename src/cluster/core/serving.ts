/**
 * Whether this node serves. What health.ts finds in the state is followed at once when it is bad. When it is good
 * again, a primary that was out of reach of the majority waits, so that it learns of a failover before it takes writes;
 * so does one that has just started among others.
 */
import type { CoreContext } from './context.ts';

const startDelayMs = 2000;
const rejoinDelayMinMs = 500;
const rejoinDelayMaxMs = 5000;

export function updateServing(core: CoreContext): void {
  const health = core.health();
  if (!health.inMajority) core.minorityMs = core.nowMs;
  core.isHeld = health.up && !core.isUp && mustWait(core);
  core.isUp = health.up && !core.isHeld;
}

function mustWait({ state, isPrimary, nowMs, startedMs, minorityMs, settings }: CoreContext): boolean {
  if (!isPrimary || state.nodes.size === 1) return false;
  const rejoinDelayMs = Math.min(Math.max(settings.nodeTimeoutMs, rejoinDelayMinMs), rejoinDelayMaxMs);
  return nowMs - startedMs < startDelayMs || nowMs - minorityMs < rejoinDelayMs;
}
