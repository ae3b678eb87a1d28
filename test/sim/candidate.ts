/**
 * What a replica of the specification does when its primary has failed: after a while it takes a new epoch and asks
 * everybody for a vote; with the votes of most primaries it takes its primary's place and slots under that epoch. The
 * node itself votes, but does not ask: this is the script of a node that does.
 */
import type { BusMessage, MessageHeader } from '../../src/cluster/bus/message.ts';
import { asPrimary } from '../../src/cluster/member-operations.ts';
import { hasFailed, isPrimary, isReplica } from '../../src/cluster/node-info.ts';
import { ownsSlots, slotsOf } from '../../src/cluster/slot-bitmap.ts';
import { myself, nodeOf, withNode } from '../../src/cluster/state.ts';
import type { ClusterState } from '../../src/cluster/state.ts';
import { busPort, clientPort } from './sim-node.ts';
import type { SimNode } from './sim-node.ts';

const delayMinMs = 500;
const delaySpreadMs = 500;
/** In node timeouts. */
const electionTime = 2;
const retryTime = 4;

interface Attempt {
  readonly primaryId: string;
  readonly askAtMs: number;
  /** 0 until it has asked. */
  epoch: bigint;
  readonly votes: Set<string>;
}

export class Candidate {
  readonly node: SimNode;
  #attempt: Attempt | undefined;

  constructor(node: SimNode) {
    this.node = node;
  }

  reset(): void {
    this.#attempt = undefined;
  }

  tick(): void {
    const { state, world: { queue, settings } } = this.node;
    const me = myself(state);
    const primary = state.nodes.get(me.primaryId);
    if (!isReplica(me) || primary === undefined || !hasFailed(primary) || !ownsSlots(state.owners, primary.id)) {
      this.reset();
      return;
    }
    const attempt = this.#attempt;
    const isOver = attempt === undefined || attempt.primaryId !== primary.id || queue.nowMs > attempt.askAtMs + settings.nodeTimeoutMs * retryTime;
    if (isOver) this.#attempt = this.#plan(primary.id);
    else if (attempt.epoch === 0n && queue.nowMs >= attempt.askAtMs) this.#ask(attempt);
  }

  takeAck(header: MessageHeader): void {
    const { state, world: { queue, settings } } = this.node;
    const attempt = this.#attempt;
    const voter = state.nodes.get(header.sender);
    if (attempt === undefined || attempt.epoch === 0n || voter === undefined) return;
    if (header.currentEpoch < attempt.epoch || queue.nowMs > attempt.askAtMs + settings.nodeTimeoutMs * electionTime) return;
    if (isPrimary(voter) && ownsSlots(state.owners, voter.id)) attempt.votes.add(voter.id);
    if (attempt.votes.size >= this.votesNeeded(state)) this.#win(attempt);
  }

  /** More than half of the primaries with slots. */
  votesNeeded(state: ClusterState): number {
    return Math.floor([...state.nodes.values()].filter((node) => isPrimary(node) && ownsSlots(state.owners, node.id)).length / 2) + 1;
  }

  /** Under which epoch it takes the slots of its primary, when it has won in `wonEpoch`. */
  epochOfOwner(_primaryId: string, wonEpoch: bigint): bigint {
    return wonEpoch;
  }

  #plan(primaryId: string): Attempt {
    const { world: { queue }, random } = this.node;
    return { primaryId, askAtMs: queue.nowMs + delayMinMs + random.below(delaySpreadMs), epoch: 0n, votes: new Set() };
  }

  #ask(attempt: Attempt): void {
    const node = this.node;
    attempt.epoch = node.state.currentEpoch + 1n;
    node.command(`to ask for votes in epoch ${attempt.epoch}`, (core) => core.adopt({ ...node.state, currentEpoch: attempt.epoch }));
    if (!node.isUp) return;
    const message: BusMessage = { kind: 'auth-req', header: headerOf(node, attempt.primaryId) };
    for (const { link } of node.world.network.outbound(node)) node.send(link, message);
  }

  #win({ primaryId, epoch, votes }: Attempt): void {
    const node = this.node;
    this.reset();
    node.world.watcher.elected(node, epoch, votes);
    const { state } = node;
    const won = withNode(asPrimary(state, state.myId), state.myId, { configEpoch: this.epochOfOwner(primaryId, epoch) });
    const owners = state.owners.map((owner) => (owner === primaryId ? state.myId : owner));
    node.command(`that it won in epoch ${epoch}`, (core) => core.adopt({ ...won, owners }));
  }
}

/** What a node writes at the head of a message; `primaryId` is '' for a primary. */
export function headerOf({ state }: SimNode, primaryId: string): MessageHeader {
  const me = myself(state);
  const owner = primaryId === '' ? me : nodeOf(state, primaryId);
  return {
    sender: me.id,
    currentEpoch: state.currentEpoch,
    configEpoch: owner.configEpoch,
    replicationOffset: 0n,
    slots: slotsOf(state.owners, owner.id),
    primaryId,
    announcedIp: '',
    port: clientPort,
    otherPort: 0,
    busPort,
    flags: me.flags,
    clusterIsUp: false,
    messageFlags: 0,
  };
}
