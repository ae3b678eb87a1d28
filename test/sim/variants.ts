/** Nodes that are broken on purpose, one way each, and the invariant that must fail when a cluster is made of them. */
import type { BusMessage, MessageHeader } from '../../src/cluster/bus/message.ts';
import type { Output } from '../../src/cluster/core/output.ts';
import { NodeFlag, hasFailed, isPrimary } from '../../src/cluster/node-info.ts';
import type { ClusterSettings } from '../../src/cluster/settings.ts';
import { hasSlot, ownsSlots, sameSlots, slotsOf } from '../../src/cluster/slot-bitmap.ts';
import { myself, nodeOf, withNode } from '../../src/cluster/state.ts';
import { Candidate, headerOf } from './candidate.ts';
import { SimNode } from './sim-node.ts';
import type { Invariant } from './violation.ts';
import type { NodeClass } from './world.ts';

export interface Variant {
  readonly name: string;
  readonly invariant: Invariant;
  readonly nodeClass: NodeClass;
}

class ForgetsItsVote extends SimNode {
  override read(text: string): string {
    return text.replace(/lastVoteEpoch \d+/, 'lastVoteEpoch 0');
  }
}

class ForgetsTheEpoch extends SimNode {
  override read(text: string): string {
    return text.replace(/currentEpoch \d+/, 'currentEpoch 0');
  }
}

class VotesTwice extends SimNode {
  override receive(link: number, message: BusMessage): void {
    super.receive(link, message);
    if (message.kind !== 'auth-req' || !this.isUp) return;
    const me = myself(this.state);
    const back = this.world.network.outbound(this).find(({ to }) => to.lastId === message.header.sender);
    if (back !== undefined && isPrimary(me) && ownsSlots(this.state.owners, me.id)) this.send(back.link, { kind: 'auth-ack', header: headerOf(this, '') });
  }
}

/** Says first, and writes down at the next tick. */
class SavesLate extends SimNode {
  #unsaved = '';

  override save(text: string): void {
    this.#unsaved = text;
    if (this.disk === '') super.save(text);
  }

  override tick(): void {
    if (this.#unsaved !== '') super.save(this.#unsaved);
    this.#unsaved = '';
    super.tick();
  }
}

/** Does not see that another primary has its config epoch. */
class IgnoresCollisions extends SimNode {
  override receive(link: number, message: BusMessage): void {
    const { header } = message;
    const collides = header !== undefined && header.configEpoch > 0n && header.primaryId === '' && header.configEpoch === myself(this.state).configEpoch;
    super.receive(link, collides ? { ...message, header: { ...header, configEpoch: header.configEpoch - 1n } } as BusMessage : message);
  }
}

/** Takes its own suspicion for the cluster's. */
class FailsAlone extends SimNode {
  override tick(): void {
    super.tick();
    if (!this.isUp) return;
    const suspect = [...this.state.nodes.values()].find(({ flags }) => (flags & NodeFlag.maybeFailed) !== 0);
    if (suspect === undefined) return;
    const flags = (suspect.flags & ~NodeFlag.maybeFailed) | NodeFlag.failed;
    this.command('nothing, but is sure', (node) => node.adopt(withNode(node.state, suspect.id, { flags })));
  }
}

/** Does not hear the answers of who has failed. */
class NeverForgives extends SimNode {
  override receive(link: number, message: BusMessage): void {
    const sender = this.state.nodes.get(message.header?.sender ?? '');
    if (message.kind === 'pong' && sender !== undefined && hasFailed(sender)) return;
    super.receive(link, message);
  }
}

class TellsNoUpdates extends SimNode {
  override perform(output: Output): void {
    if (output.do !== 'send' || output.message.kind !== 'update') super.perform(output);
  }
}

class EasyCandidate extends Candidate {
  override votesNeeded(): number {
    return 1;
  }
}

class WinsWithOneVote extends SimNode {
  override candidate = new EasyCandidate(this);
}

class StaleWinner extends Candidate {
  override epochOfOwner(primaryId: string): bigint {
    return nodeOf(this.node.state, primaryId).configEpoch;
  }
}

/** Takes its primary's slots under that one's epoch, in place of the one that it has won. */
class KeepsThePrimarysEpoch extends SimNode {
  override candidate = new StaleWinner(this);
}

/** Gives slots to who claims them last, under whichever epoch. */
class BelievesOldClaims extends SimNode {
  #claim: MessageHeader | undefined;

  override receive(link: number, message: BusMessage): void {
    this.#claim = message.kind === 'ping' && message.header.primaryId === '' ? message.header : undefined;
    super.receive(link, message);
    this.#claim = undefined;
  }

  override step(run: () => void): void {
    super.step(() => {
      run();
      if (this.#claim !== undefined && this.state.nodes.has(this.#claim.sender)) this.#believe(this.#claim);
    });
  }

  #believe({ sender, slots }: MessageHeader): void {
    const { owners, myId } = this.state;
    const isTaken = (owner: string, slot: number): boolean => owner !== '' && owner !== myId && hasSlot(slots, slot);
    if (!sameSlots(slotsOf(owners, sender), slots)) this.node.adopt({ ...this.state, owners: owners.map((owner, slot) => (isTaken(owner, slot) ? sender : owner)) });
  }
}

/** Forgets nodes, and takes them in again as soon as somebody tells of them. */
class ForgetsInVain extends SimNode {
  override get settings(): ClusterSettings {
    return { ...super.settings, blacklistTtlMs: -1 };
  }
}

export const variants: readonly Variant[] = [
  { name: 'forgets its vote', invariant: 'epochs', nodeClass: ForgetsItsVote },
  { name: 'forgets the epoch', invariant: 'epochs', nodeClass: ForgetsTheEpoch },
  { name: 'votes twice', invariant: 'vote once', nodeClass: VotesTwice },
  { name: 'saves late', invariant: 'vote on disk', nodeClass: SavesLate },
  { name: 'ignores collisions', invariant: 'convergence', nodeClass: IgnoresCollisions },
  { name: "keeps the primary's epoch", invariant: 'one owner', nodeClass: KeepsThePrimarysEpoch },
  { name: 'believes old claims', invariant: 'one owner', nodeClass: BelievesOldClaims },
  { name: 'fails alone', invariant: 'failed', nodeClass: FailsAlone },
  { name: 'never forgives', invariant: 'convergence', nodeClass: NeverForgives },
  { name: 'forgets in vain', invariant: 'convergence', nodeClass: ForgetsInVain },
  { name: 'tells no updates', invariant: 'convergence', nodeClass: TellsNoUpdates },
  { name: 'wins with one vote', invariant: 'majority', nodeClass: WinsWithOneVote },
];

export function variantNamed(name: string): Variant {
  const variant = variants.find((each) => each.name === name);
  if (variant === undefined) throw new Error(`there is no variant ${name}; there are ${variants.map((each) => each.name).join(', ')}`);
  return variant;
}
