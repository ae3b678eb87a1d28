/**
 * Who is to be in the cluster, and what operators do about it: nodes without slots are forgotten by all, as `redis-cli
 * --cluster del-node` has it, or by some only; they are reset, softly or to a new id; and they are met again. Operators may
 * be interrupted at any step. In the end they look what is left of it: ids that are gone are forgotten by who still knows
 * them, and who has lost all ties to the others is met once more. A node that some have forgotten and others have not must
 * come back by itself.
 */
import { isPrimary } from '../../src/cluster/node-info.ts';
import { ownsSlots } from '../../src/cluster/slot-bitmap.ts';
import { myself } from '../../src/cluster/state.ts';
import { introduce, replicate } from './formation.ts';
import { chance, pick } from './network.ts';
import type { SimNode } from './sim-node.ts';
import type { Step, Turns } from './turns.ts';
import type { World } from './world.ts';

export class Membership {
  readonly #world: World;
  readonly #turns: Turns;
  readonly #removed = new Set<SimNode>();
  /** Ids of nodes that were removed, and of those that have another id since. */
  readonly #gone = new Set<string>();
  /** How often something of all this has been done. */
  deedCount = 0;

  constructor(world: World, turns: Turns) {
    this.#world = world;
    this.#turns = turns;
  }

  /** Nodes that are to be in the cluster, running or not. */
  get members(): SimNode[] {
    return this.#world.nodes.filter((node) => !this.#removed.has(node));
  }

  get running(): SimNode[] {
    return this.members.filter((node) => node.isUp);
  }

  isKnownToAll({ lastId }: SimNode): boolean {
    return this.running.every(({ state }) => state.nodes.has(lastId));
  }

  /** All forget a node in turn, and it is reset; or not, by an operator who knows no better. */
  remove(): void {
    const node = this.#choose();
    if (node === undefined) return;
    const id = node.lastId;
    this.#giveUp(node);
    const isReset = chance(this.#world.random, 0.7);
    const isHard = chance(this.#world.random, 0.5);
    this.#take([...this.#forgettings(id), ...(isReset ? [(): void => this.#reset(node, isHard)] : [])]);
  }

  /** Some forget a node that is to stay. */
  forgetForAWhile(): void {
    const node = this.#choose();
    if (node === undefined) return;
    this.#take(this.#forgettings(node.lastId).filter(() => chance(this.#world.random, 0.5)));
  }

  /** A node is reset, and is met again by one of the others. One with a new id leaves its old one behind, which all forget. */
  startAnew(): void {
    const { random } = this.#world;
    const node = this.#choose();
    const friend = pick(random, this.running.filter((each) => each !== node));
    if (node === undefined || friend === undefined) return;
    const id = node.lastId;
    const isHard = chance(random, 0.5);
    this.#take([
      () => this.#reset(node, isHard),
      () => this.#introduce(node, friend),
      ...(isHard ? this.#forgettings(id) : []),
    ]);
  }

  /** A node that was removed is met again, whatever it remembers. */
  comeBack(): void {
    const node = pick(this.#world.random, [...this.#removed].filter(({ isUp }) => isUp));
    const friend = pick(this.#world.random, this.running);
    if (node === undefined || friend === undefined || this.#turns.isBusy) return;
    this.#readmit(node);
    this.#take([() => this.#introduce(node, friend)]);
  }

  /** A primary without slots becomes somebody's replica. */
  follow(): void {
    const { random } = this.#world;
    const node = pick(random, this.running.filter((each) => isPrimary(myself(each.state)) && !hasSlots(each)));
    const primary = pick(random, this.running.filter((each) => isPrimary(myself(each.state)) && hasSlots(each)));
    if (node?.state.nodes.has(primary?.lastId ?? '') === true && !this.#turns.isBusy) replicate(node, primary!);
  }

  // In the end.

  /**
   * Who has come to own slots or replicas meanwhile cannot be missed; who will not start again and is unknown to some is
   * given up; ids that are gone are forgotten by all.
   */
  tidy(dead: ReadonlySet<SimNode>): void {
    for (const node of this.#removed) if (!this.#isDispensable(node)) this.#readmit(node);
    for (const node of dead) if (!this.isKnownToAll(node) && this.#isDispensable(node)) this.#giveUp(node);
    if (this.#turns.isBusy) return;
    const id = [...this.#gone].find((each) => this.running.some(({ state }) => state.nodes.has(each)));
    if (id !== undefined) this.#take(this.#forgettings(id));
  }

  /** Meets nodes that nothing can lead back to the others, or the others to them; when nobody keeps them from it any more. */
  reunite(): void {
    const [first, ...others] = this.running;
    if (first === undefined) return;
    const known = this.#knownFrom(first);
    for (const node of others) if (!known.has(node) || !this.#knownFrom(node).has(first)) introduce(first, node);
  }

  /** Members of which a node can hear by what others tell. */
  #knownFrom(node: SimNode): Set<SimNode> {
    const { running } = this;
    const known = new Set([node]);
    for (const each of known) for (const other of running) if (each.state.nodes.has(other.lastId)) known.add(other);
    return known;
  }

  #giveUp(node: SimNode): void {
    this.#removed.add(node);
    this.#gone.add(node.lastId);
  }

  #readmit(node: SimNode): void {
    this.#removed.delete(node);
    this.#gone.delete(node.lastId);
  }

  #choose(): SimNode | undefined {
    return this.#turns.isBusy ? undefined : pick(this.#world.random, this.members.filter((node) => this.#isDispensable(node)));
  }

  /** Nobody knows of slots or replicas of it. */
  #isDispensable(node: SimNode): boolean {
    const id = node.lastId;
    return !(node.isUp && hasSlots(node)) &&
      !this.running.some(({ state: { owners, nodes } }) => ownsSlots(owners, id) || [...nodes.values()].some(({ primaryId }) => primaryId === id));
  }

  #forgettings(id: string): Step[] {
    const tell = (node: SimNode): void => void node.command(`to forget ${this.#world.nameOf(id)}`, (it) => it.forget(id));
    return this.members.filter(({ lastId }) => lastId !== id).map((node) => () => tell(node));
  }

  #reset(node: SimNode, isHard: boolean): void {
    const id = node.lastId;
    node.command(`to reset ${isHard ? 'hard' : 'softly'}`, (it) => void it.reset(isHard));
    if (node.lastId !== id) this.#gone.add(id);
  }

  #introduce(one: SimNode, other: SimNode): void {
    const [from, to] = chance(this.#world.random, 0.5) ? [one, other] : [other, one];
    introduce(from, to);
  }

  #take(steps: readonly Step[]): void {
    this.deedCount++;
    this.#turns.take(steps);
  }
}

function hasSlots({ state }: SimNode): boolean {
  return ownsSlots(state.owners, state.myId);
}
