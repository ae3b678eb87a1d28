/**
 * Failure detection. A node that leaves a ping unanswered for the node timeout is suspected (fail?) by this node alone;
 * when a majority of the primaries with slots suspects it, it has failed, and everybody is told. Reports age; a node
 * that answers again is taken back: at once if nobody needs it replaced, after twice the timeout otherwise.
 */
import { NodeFlag, hasFailed, isPrimary, isReplica } from '../node-info.ts';
import type { NodeInfo } from '../node-info.ts';
import { nodeOf } from '../state.ts';
import { broadcastFail } from './compose.ts';
import type { CoreContext } from './context.ts';
import type { Peer } from './peer.ts';

/** In node timeouts. */
const reportValidity = 2;
const undoTime = 2;

export function report(core: CoreContext, node: NodeInfo, reporter: NodeInfo): void {
  const { reports } = core.peer(node.id);
  if (!reports.has(reporter.id)) core.log('notice', `Node ${reporter.id} reported node ${node.id} as not reachable.`);
  reports.set(reporter.id, core.nowMs);
}

export function withdrawReport(core: CoreContext, node: NodeInfo, reporter: NodeInfo): void {
  if (!core.peer(node.id).reports.delete(reporter.id)) return;
  core.log('notice', `Node ${reporter.id} reported node ${node.id} is back online.`);
}

/** Reports that are recent enough to count. */
export function countReports(core: CoreContext, { reports }: Peer): number {
  const oldestMs = core.nowMs - core.settings.nodeTimeoutMs * reportValidity;
  for (const [reporter, atMs] of reports) if (atMs < oldestMs) reports.delete(reporter);
  return reports.size;
}

/** A node that this one cannot reach has failed when enough others say the same. */
export function failIfAgreed(core: CoreContext, id: string): void {
  const node = nodeOf(core.state, id);
  if ((node.flags & NodeFlag.maybeFailed) === 0 || hasFailed(node)) return;
  const mine = core.isPrimary ? 1 : 0;
  if (countReports(core, core.peer(id)) + mine < majority(core)) return;
  core.log('notice', `Marking node ${id} as failing (quorum reached).`);
  markFailed(core, node);
  if (core.isPrimary) broadcastFail(core, id);
}

export function markFailed(core: CoreContext, node: NodeInfo): void {
  core.setFlags(node, NodeFlag.failed, NodeFlag.maybeFailed);
  core.peer(node.id).failedSinceMs = core.nowMs;
}

/** A node that has failed has answered. */
export function forgiveIfDue(core: CoreContext, id: string): void {
  const node = nodeOf(core.state, id);
  if (!hasFailed(node)) return;
  const isMissed = isPrimary(node) && core.ownsSlots(id);
  const isLongAgo = core.nowMs - core.peer(id).failedSinceMs > core.settings.nodeTimeoutMs * undoTime;
  if (isMissed && !isLongAgo) return;
  const reason = isReplica(node) ? 'replica is reachable again.'
    : isMissed ? 'is reachable again and nobody is serving its slots after some time.' : 'master without slots is reachable again.';
  core.log('notice', `Clear FAIL state for node ${id}: ${reason}`);
  core.setFlags(node, 0, NodeFlag.failed);
}

/** How many primaries with slots are more than half of them. */
export function majority(core: CoreContext): number {
  const size = [...core.state.nodes.values()].filter((node) => core.isVoter(node)).length;
  return Math.floor(size / 2) + 1;
}
