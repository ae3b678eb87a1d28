/**
 * One owner per slot and epoch:
 *
 * Two primaries claim a slot under one config epoch only when both have come by it rightly, and one of them without an
 * election. Rightly means that it has won an election in that epoch, or that it took the next one after all that it knew
 * of, as an operator or a collision wants it; such epochs may be the same by chance until they are found to collide.
 *
 * A node takes a slot from its owner because of a message only for who claims it there, and only under a greater config
 * epoch, unless it has heard that the owner does not claim it any more.
 */
import type { BusMessage } from '../../src/cluster/bus/message.ts';
import { isPrimary } from '../../src/cluster/node-info.ts';
import { exceptSlots, hasSlot, ownsSlots, sameSlots, slotsIn, slotsOf } from '../../src/cluster/slot-bitmap.ts';
import { NO_OWNER, myself } from '../../src/cluster/state.ts';
import type { ClusterState } from '../../src/cluster/state.ts';
import type { SimNode } from './sim-node.ts';
import { fail } from './violation.ts';
import type { World } from './world.ts';

interface Memory {
  /** Config epochs that the node won, and those that it gave itself. */
  readonly won: Set<bigint>;
  readonly taken: Set<bigint>;
  /** Slots that their owners did not claim when this process heard of them. */
  readonly unclaimed: Set<number>;
}

interface Claim {
  readonly id: string;
  readonly configEpoch: bigint;
  readonly slots: Uint8Array;
}

export class OwnerWatch {
  readonly #world: World;
  readonly #memories = new Map<SimNode, Memory>();

  constructor(world: World) {
    this.#world = world;
  }

  hasWon(node: SimNode): boolean {
    return this.#memoryOf(node).won.size > 0;
  }

  started(node: SimNode): void {
    const isFirst = !this.#memories.has(node);
    const memory = this.#memoryOf(node);
    memory.unclaimed.clear();
    if (isFirst) memory.taken.add(myself(node.state).configEpoch);
    this.#checkEpoch(node);
  }

  elected(node: SimNode, epoch: bigint): void {
    this.#memoryOf(node).won.add(epoch);
  }

  hears(node: SimNode, message: BusMessage): void {
    const claim = claimIn(message);
    if (claim === undefined) return;
    const held = slotsOf(node.state.owners, claim.id);
    if (sameSlots(held, claim.slots)) return;
    for (const slot of slotsIn(exceptSlots(held, claim.slots))) this.#memoryOf(node).unclaimed.add(slot);
  }

  /** `hearing` is the message that has changed the node's state, if one has. */
  changed(node: SimNode, former: ClusterState, state: ClusterState, hearing: BusMessage | undefined): void {
    const [was, is] = [myself(former), myself(state)];
    if (was.id !== is.id) this.#begin(node, is.configEpoch);
    else if (was.configEpoch !== is.configEpoch && is.configEpoch === state.currentEpoch && is.configEpoch > former.currentEpoch) this.#memoryOf(node).taken.add(is.configEpoch);
    if (former.owners !== state.owners && hearing !== undefined) this.#checkTakings(node, former, state, hearing);
    if (former.owners !== state.owners || was.configEpoch !== is.configEpoch || was.flags !== is.flags) this.#checkEpoch(node);
  }

  #begin(node: SimNode, epoch: bigint): void {
    this.#memories.delete(node);
    this.#memoryOf(node).taken.add(epoch);
  }

  #checkEpoch(node: SimNode): void {
    const me = myself(node.state);
    if (!isPrimary(me) || !ownsSlots(node.state.owners, me.id)) return;
    for (const other of this.#world.running) {
      const peer = myself(other.state);
      if (other === node || peer.configEpoch !== me.configEpoch || !isPrimary(peer)) continue;
      if (!meet(slotsOf(node.state.owners, me.id), slotsOf(other.state.owners, peer.id))) continue;
      const [one, two] = [node, other].map((each) => this.#memoryOf(each));
      const isByChance = isRight(one!, me.configEpoch) && isRight(two!, me.configEpoch) && !(one!.won.has(me.configEpoch) && two!.won.has(me.configEpoch));
      if (!isByChance) fail('one owner', `${node.name} and ${other.name} both own slots under epoch ${me.configEpoch}`);
    }
  }

  #checkTakings(node: SimNode, former: ClusterState, { nodes, owners }: ClusterState, hearing: BusMessage): void {
    const claim = claimIn(hearing);
    for (const id of nodes.keys()) {
      for (const slot of slotsIn(exceptSlots(slotsOf(owners, id), slotsOf(former.owners, id)))) this.#checkTaking(node, former, id, slot, claim);
    }
  }

  #checkTaking(node: SimNode, former: ClusterState, owner: string, slot: number, claim: Claim | undefined): void {
    const previous = former.owners[slot]!;
    if (previous === NO_OWNER) return;
    const isClaimed = claim?.id === owner && hasSlot(claim.slots, slot);
    const { configEpoch } = former.nodes.get(previous)!;
    const isNewer = isClaimed && (claim.configEpoch > configEpoch || this.#memoryOf(node).unclaimed.has(slot));
    if (isNewer) return;
    const takes = `${node.name} takes ${slot} from ${this.#world.nameOf(previous)} for ${this.#world.nameOf(owner)}`;
    fail('one owner', isClaimed ? `${takes} under epoch ${claim.configEpoch}, and that one has ${configEpoch}` : `${takes}, which does not claim it`);
  }

  #memoryOf(node: SimNode): Memory {
    let memory = this.#memories.get(node);
    if (memory === undefined) this.#memories.set(node, memory = { won: new Set(), taken: new Set(), unclaimed: new Set() });
    return memory;
  }
}

/** What a message says that a primary owns: its sender, or another. */
function claimIn(message: BusMessage): Claim | undefined {
  if (message.kind === 'update') return { id: message.nodeId, configEpoch: message.configEpoch, slots: message.slots };
  if (message.kind !== 'ping' && message.kind !== 'pong' && message.kind !== 'meet') return undefined;
  const { sender, primaryId, configEpoch, slots } = message.header;
  return primaryId === '' ? { id: sender, configEpoch, slots } : undefined;
}

function isRight({ won, taken }: Memory, epoch: bigint): boolean {
  return won.has(epoch) || taken.has(epoch);
}

function meet(one: Uint8Array, other: Uint8Array): boolean {
  return one.some((byte, i) => (byte & other[i]!) !== 0);
}
