/**
 * This node's vote for a replica that wants to replace its failed primary. One vote an epoch, kept before it leaves;
 * one an electorate every two node timeouts; none for a replica whose claim to a slot is older than what its owner still
 * claims.
 */
import { MessageFlag } from '../bus/message.ts';
import type { MessageHeader } from '../bus/message.ts';
import { hasFailed, isPrimary } from '../node-info.ts';
import type { NodeInfo } from '../node-info.ts';
import { slotsIn } from '../slot-bitmap.ts';
import { NO_OWNER, nodeOf } from '../state.ts';
import { composeHeader, sendUpdate } from './compose.ts';
import type { CoreContext } from './context.ts';

const pause = 2;

export function voteIfDue(core: CoreContext, candidate: NodeInfo, request: MessageHeader): void {
  if (!core.isVoter(core.me)) return;
  const refusal = refusalOf(core, candidate, request) ?? refusalOfClaim(core, candidate, request);
  if (refusal !== undefined) {
    core.log('warning', `Failover auth denied to ${candidate.id}: ${refusal}`);
    return;
  }
  core.votedMs.set(candidate.primaryId, core.nowMs);
  core.state = { ...core.state, lastVoteEpoch: core.state.currentEpoch };
  core.log('notice', `Failover auth granted to ${candidate.id} for epoch ${core.state.currentEpoch}`);
  core.send(core.peer(candidate.id).outLink, { kind: 'auth-ack', header: composeHeader(core) });
}

function refusalOf(core: CoreContext, candidate: NodeInfo, request: MessageHeader): string | undefined {
  const { currentEpoch, lastVoteEpoch, nodes } = core.state;
  const primary = nodes.get(candidate.primaryId);
  const isForced = (request.messageFlags & MessageFlag.forceAck) !== 0;
  if (request.currentEpoch < currentEpoch) return `reqEpoch (${request.currentEpoch}) < curEpoch(${currentEpoch})`;
  if (lastVoteEpoch === currentEpoch) return `already voted for epoch ${currentEpoch}`;
  if (isPrimary(candidate)) return 'it is a master node';
  if (primary === undefined) return "I don't know its master";
  if (!hasFailed(primary) && !isForced) return 'its master is up';
  const sinceMs = core.nowMs - (core.votedMs.get(primary.id) ?? 0);
  if (sinceMs >= core.settings.nodeTimeoutMs * pause) return undefined;
  return `can't vote about this master before ${Math.ceil(core.settings.nodeTimeoutMs * pause - sinceMs)} milliseconds`;
}

/**
 * The candidate is told what is newer than its claim. Its primary may have died before it told it of its last epoch:
 * nobody else would, since the slots are the same, and it would ask for ever.
 */
function refusalOfClaim(core: CoreContext, candidate: NodeInfo, { configEpoch, slots }: MessageHeader): string | undefined {
  for (const slot of slotsIn(slots)) {
    const ownerId = core.state.owners[slot]!;
    if (ownerId === NO_OWNER || core.unclaimed.has(slot)) continue;
    const owner = nodeOf(core.state, ownerId);
    if (owner.configEpoch <= configEpoch) continue;
    sendUpdate(core, core.peer(candidate.id).outLink, owner);
    return `slot ${slot} epoch (${owner.configEpoch}) > reqEpoch (${configEpoch})`;
  }
  return undefined;
}
