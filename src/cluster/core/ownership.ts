/**
 * Who owns which slot, as primaries claim it: the claim with the greater config epoch holds. A node that loses its last
 * slots to another becomes that node's replica, as it happens to a primary that comes back after a failover.
 */
import type { MessageHeader } from '../bus/message.ts';
import { epochAfter } from '../epoch-operations.ts';
import { asReplica } from '../member-operations.ts';
import { rangesInMoves } from '../migration/moves.ts';
import { isPrimary } from '../node-info.ts';
import type { NodeInfo } from '../node-info.ts';
import { exceptSlots, hasSlot, slotsIn, slotsOf, withoutSlots } from '../slot-bitmap.ts';
import { slotRanges } from '../slot-ranges.ts';
import { NO_OWNER, nodeOf } from '../state.ts';
import { sendUpdate } from './compose.ts';
import type { CoreContext } from './context.ts';

/** `claimant` serves these slots under that epoch, says itself or somebody for it. */
export function takeClaim(core: CoreContext, claimant: NodeInfo, configEpoch: bigint, claimed: Uint8Array): void {
  if (claimant.id === core.state.myId) return;
  const { owners } = core.state;
  const mainId = core.isPrimary ? core.state.myId : core.me.primaryId;
  const held = slotsOf(owners, claimant.id);
  // Who owns what was granted to another node is for the migration to find out.
  const contested = withoutSlots(exceptSlots(claimed, held), rangesInMoves(core.state, 'granted'));
  for (const slot of core.unclaimed) if (owners[slot] === claimant.id && hasSlot(claimed, slot)) core.unclaimed.delete(slot);
  let next: string[] | undefined;
  const dirty: number[] = [];
  let lostCount = 0;
  for (const slot of slotsIn(contested)) {
    const owner = owners[slot]!;
    if (core.state.importingFrom.has(slot) || !yields(core, owner, slot, configEpoch)) continue;
    if (owner === core.state.myId && core.keysInSlot(slot) > 0) dirty.push(slot);
    if (owner !== NO_OWNER && owner === mainId) lostCount++;
    core.unclaimed.delete(slot);
    next ??= [...owners];
    next[slot] = claimant.id;
  }
  // What the claimant holds and does not claim any more it keeps until another claims it.
  for (const slot of slotsIn(exceptSlots(held, claimed))) core.unclaimed.add(slot);
  if (next === undefined) return;
  core.state = { ...core.state, owners: next };
  afterLoss(core, claimant.id, mainId, lostCount, claimed, dirty);
}

function yields(core: CoreContext, owner: string, slot: number, configEpoch: bigint): boolean {
  return owner === NO_OWNER || core.unclaimed.has(slot) || nodeOf(core.state, owner).configEpoch < configEpoch;
}

function afterLoss(core: CoreContext, winner: string, mainId: string, lostCount: number, claimed: Uint8Array, dirty: readonly number[]): void {
  const isOusted = lostCount > 0 && !core.ownsSlots(mainId);
  if (isOusted && (core.settings.allowReplicaMigration || slotsIn(claimed).length === lostCount)) follow(core, winner);
  else if (dirty.length > 0) core.outputs.push({ do: 'drop-slots', slots: dirty });
}

/** Makes this node a replica of `primaryId`. */
export function follow(core: CoreContext, primaryId: string): void {
  core.log('notice', `Configuration change detected. Reconfiguring myself as a replica of ${primaryId}`);
  core.state = { ...asReplica(core.state, core.state.myId, primaryId), migratingTo: new Map(), importingFrom: new Map() };
}

/** A sender that claims what others own under a greater epoch is told of one of them. */
export function correctClaim(core: CoreContext, sender: NodeInfo, configEpoch: bigint, claimed: Uint8Array): void {
  for (const { start, end, ownerId } of slotRanges(core.state.owners)) {
    if (ownerId === sender.id || nodeOf(core.state, ownerId).configEpoch <= configEpoch) continue;
    if (!isClaimed(core, claimed, start, end)) continue;
    core.log('verbose', `Node ${sender.id} has old slots configuration, sending an UPDATE message about ${ownerId}`);
    sendUpdate(core, core.peer(sender.id).outLink, nodeOf(core.state, ownerId));
    return;
  }
}

/** Whether a slot from `start` to `end` is among the claimed whose owner claims it too. */
function isClaimed(core: CoreContext, claimed: Uint8Array, start: number, end: number): boolean {
  for (let slot = start; slot <= end; slot++) if (hasSlot(claimed, slot) && !core.unclaimed.has(slot)) return true;
  return false;
}

/** Two primaries with one epoch: the one with the smaller id takes a new one. */
export function resolveCollision(core: CoreContext, sender: NodeInfo, { configEpoch }: MessageHeader): void {
  const { me, state } = core;
  if (!core.isPrimary || !isPrimary(sender) || configEpoch !== me.configEpoch || sender.id <= me.id) return;
  const currentEpoch = epochAfter(state.currentEpoch);
  if (currentEpoch === configEpoch) return;
  core.state = { ...state, currentEpoch };
  core.change(me.id, { configEpoch: currentEpoch });
  core.log('verbose', `WARNING: configEpoch collision with node ${sender.id}. configEpoch set to ${currentEpoch}`);
}
