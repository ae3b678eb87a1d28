/**
 * What must hold at every step of a simulation, whatever happens:
 *
 *   vote once       a node gives one vote an epoch, over all its lives, and has kept it on disk before it leaves
 *   majority        who wins an election has votes of most primaries with slots, cast for it in that epoch; nobody else
 *                   wins in that epoch
 *   epochs          a node's currentEpoch, its lastVoteEpoch and, while it is a primary, its configEpoch never go back,
 *                   over restarts too; no configEpoch is beyond the currentEpoch
 *   one owner       see owner-watch.ts
 *   failed          a node takes another one for failed only when most primaries with slots, itself among them, have
 *                   said lately that they cannot reach it, or a member says in a FAIL message that it has failed; and
 *                   says so in a FAIL message only when it has found that itself
 *   consistent      owners, primaries and marks name members; flags and roles agree
 *
 * That all agree in the end is convergence.ts.
 */
import type { BusMessage } from '../../src/cluster/bus/message.ts';
import { NodeFlag, hasFailed, isPrimary, isReplica } from '../../src/cluster/node-info.ts';
import { ownsSlots } from '../../src/cluster/slot-bitmap.ts';
import { slotRanges } from '../../src/cluster/slot-ranges.ts';
import { myself } from '../../src/cluster/state.ts';
import type { ClusterState } from '../../src/cluster/state.ts';
import { OwnerWatch } from './owner-watch.ts';
import type { SimNode } from './sim-node.ts';
import { fail } from './violation.ts';
import type { World } from './world.ts';

/** When a node said last that another one is down, and when it said so last as a primary with slots. */
interface Report {
  atMs: number;
  asVoterMs: number;
}

/** What the watcher remembers of one node. */
interface Memory {
  currentEpoch: bigint;
  lastVoteEpoch: bigint;
  /** By failing node, then by who says so; of this life. */
  readonly reports: Map<string, Map<string, Report>>;
  /** Before the step that goes on. */
  state: ClusterState;
  /** The message of that step. */
  hearing: BusMessage | undefined;
}

const downFlags = NodeFlag.failed | NodeFlag.maybeFailed;
const reportValidity = 2;

export class Watcher {
  readonly #world: World;
  readonly #memories = new Map<SimNode, Memory>();
  /** By voter's id and epoch: the candidate. */
  readonly #votes = new Map<string, string>();
  /** By epoch. */
  readonly #winners = new Map<bigint, string>();
  readonly #owners: OwnerWatch;

  constructor(world: World) {
    this.#world = world;
    this.#owners = new OwnerWatch(world);
  }

  get electionCount(): number {
    return this.#winners.size;
  }

  /** Whether the node has won an election. */
  hasWon(node: SimNode): boolean {
    return this.#owners.hasWon(node);
  }

  started(node: SimNode): void {
    const memory = this.#memoryOf(node);
    const { currentEpoch, lastVoteEpoch } = node.state;
    if (currentEpoch < memory.currentEpoch) fail('epochs', `${node.name} starts at epoch ${currentEpoch} and was at ${memory.currentEpoch}`);
    if (lastVoteEpoch < memory.lastVoteEpoch) fail('epochs', `${node.name} has voted in ${memory.lastVoteEpoch} and starts with ${lastVoteEpoch}`);
    memory.reports.clear();
    this.#remember(memory, node.state);
    this.#owners.started(node);
  }

  hears(node: SimNode, message: BusMessage): void {
    const memory = this.#memoryOf(node);
    memory.hearing = message;
    this.#owners.hears(node, message);
    if (message.kind !== 'ping' && message.kind !== 'pong' && message.kind !== 'meet') return;
    const { sender } = message.header;
    for (const { nodeId, flags } of message.gossip) {
      const reports = memory.reports.get(nodeId);
      if ((flags & downFlags) === 0) reports?.delete(sender);
      else this.#note(node, memory, nodeId, sender);
    }
  }

  says(node: SimNode, message: BusMessage, to: SimNode | undefined): void {
    if (message.kind === 'auth-ack') this.#castVote(node, message.header.currentEpoch, to);
    if (message.kind !== 'fail') return;
    // The step may have changed who is a voter and who is a member, before that or after it.
    const states = [node.state, this.#memoryOf(node).state];
    if (!states.some((state) => this.#mayThinkFailed(node, state, message.nodeId))) {
      fail('failed', `${node.name} tells that ${this.#name(message.nodeId)} has failed, without a majority`);
    }
  }

  changed(node: SimNode, former: ClusterState, state: ClusterState): void {
    const memory = this.#memoryOf(node);
    if (former.myId !== state.myId) memory.currentEpoch = memory.lastVoteEpoch = 0n;
    this.#checkEpochs(node, memory, former, state);
    if (former.nodes !== state.nodes) this.#checkFailed(node, former, state);
    if (former.nodes !== state.nodes || former.owners !== state.owners) checkConsistent(node, state);
    this.#owners.changed(node, former, state, memory.hearing);
    this.#remember(memory, state);
  }

  stepped(node: SimNode): void {
    this.#memoryOf(node).hearing = undefined;
  }

  elected(node: SimNode, epoch: bigint, votes: ReadonlySet<string>): void {
    const real = [...votes].filter((voter) => this.#votes.get(`${voter} ${epoch}`) === node.name);
    const needed = Math.floor(votersOf(node.state) / 2) + 1;
    if (real.length < needed) fail('majority', `${node.name} wins in epoch ${epoch} with ${real.length} of ${needed} votes`);
    const winner = this.#winners.get(epoch);
    if (winner !== undefined) fail('majority', `${node.name} wins in epoch ${epoch}, which ${winner} has won`);
    this.#winners.set(epoch, node.name);
    this.#owners.elected(node, epoch);
  }

  #castVote(node: SimNode, epoch: bigint, to: SimNode | undefined): void {
    const key = `${node.state.myId} ${epoch}`;
    const former = this.#votes.get(key);
    if (former !== undefined) fail('vote once', `${node.name} votes for ${to?.name} in epoch ${epoch}, after it has voted for ${former}`);
    this.#votes.set(key, to?.name ?? 'nobody');
    const kept = BigInt(/lastVoteEpoch (\d+)/.exec(node.disk)?.[1] ?? 0);
    if (kept < epoch) fail('vote on disk', `${node.name} votes in epoch ${epoch}, and its disk knows of ${kept}`);
  }

  #note(node: SimNode, memory: Memory, about: string, by: string): void {
    let reports = memory.reports.get(about);
    if (reports === undefined) memory.reports.set(about, reports = new Map());
    const report = reports.get(by) ?? { atMs: 0, asVoterMs: 0 };
    reports.set(by, report);
    report.atMs = node.now();
    if (isVoter(node.state, by)) report.asVoterMs = report.atMs;
  }

  #checkEpochs(node: SimNode, memory: Memory, former: ClusterState, state: ClusterState): void {
    const [was, is] = [myself(former), myself(state)];
    if (state.currentEpoch < memory.currentEpoch) fail('epochs', `${node.name} goes from epoch ${memory.currentEpoch} back to ${state.currentEpoch}`);
    if (state.lastVoteEpoch < memory.lastVoteEpoch) fail('epochs', `${node.name} forgets its vote in ${memory.lastVoteEpoch}`);
    if (is.configEpoch > state.currentEpoch) fail('epochs', `${node.name} has config epoch ${is.configEpoch} in epoch ${state.currentEpoch}`);
    const goesBack = was.id === is.id && isPrimary(was) && isPrimary(is) && is.configEpoch < was.configEpoch;
    if (goesBack) fail('epochs', `${node.name} goes from config epoch ${was.configEpoch} back to ${is.configEpoch}`);
  }

  #checkFailed(node: SimNode, former: ClusterState, state: ClusterState): void {
    for (const [id, info] of state.nodes) {
      const was = former.nodes.get(id);
      // Who is new comes with the flags that a member gives it.
      if (info === was || was === undefined || !hasFailed(info) || hasFailed(was)) continue;
      // As above.
      if (!this.#mayThinkFailed(node, state, id) && !this.#mayThinkFailed(node, former, id)) fail('failed', `${node.name} takes ${this.#name(id)} for failed, without a majority`);
    }
  }

  #mayThinkFailed(node: SimNode, state: ClusterState, id: string): boolean {
    const { hearing, reports } = this.#memoryOf(node);
    if (hearing?.kind === 'fail' && hearing.nodeId === id && state.nodes.has(hearing.header.sender)) return true;
    const oldestMs = node.now() - this.#world.settings.nodeTimeoutMs * reportValidity;
    const reporters = [...reports.get(id) ?? []].filter(([by, { atMs, asVoterMs }]) =>
      state.nodes.has(by) && (asVoterMs >= oldestMs || (atMs >= oldestMs && isVoter(state, by))));
    const mine = isPrimary(myself(state)) ? 1 : 0;
    return reporters.length + mine > Math.floor(votersOf(state) / 2);
  }

  #remember(memory: Memory, state: ClusterState): void {
    memory.currentEpoch = state.currentEpoch;
    memory.lastVoteEpoch = state.lastVoteEpoch;
    memory.state = state;
  }

  #memoryOf(node: SimNode): Memory {
    let memory = this.#memories.get(node);
    if (memory === undefined) {
      memory = { currentEpoch: 0n, lastVoteEpoch: 0n, state: node.state, reports: new Map(), hearing: undefined };
      this.#memories.set(node, memory);
    }
    return memory;
  }

  #name(id: string): string {
    return this.#world.nameOf(id);
  }
}

/** That a state makes sense in itself. */
function checkConsistent(node: SimNode, state: ClusterState): void {
  const me = state.nodes.get(state.myId);
  if (me === undefined || (me.flags & NodeFlag.myself) === 0) fail('consistent', `${node.name} is not its own member`);
  for (const { ownerId } of slotRanges(state.owners)) if (!state.nodes.has(ownerId)) fail('consistent', `${node.name}: a slot's owner is no member`);
  for (const [id, info] of state.nodes) {
    const isOdd = info.id !== id || (info.flags & NodeFlag.myself) !== 0 && id !== state.myId || isPrimary(info) && isReplica(info) ||
      info.primaryId !== '' && (!isReplica(info) || !state.nodes.has(info.primaryId));
    if (isOdd) fail('consistent', `${node.name} has an odd notion of ${node.world.nameOf(id)}`);
  }
  for (const id of [...state.migratingTo.values(), ...state.importingFrom.values()]) {
    if (!state.nodes.has(id)) fail('consistent', `${node.name} marks a slot for who is no member`);
  }
}

function isVoter(state: ClusterState, id: string): boolean {
  const node = state.nodes.get(id);
  return node !== undefined && isPrimary(node) && ownsSlots(state.owners, id);
}

function votersOf(state: ClusterState): number {
  return [...state.nodes.keys()].filter((id) => isVoter(state, id)).length;
}
