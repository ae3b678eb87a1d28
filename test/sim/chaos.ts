/** What goes wrong in a run, and what operators do meanwhile: one thing after the other, chosen by chance. */
import type { Random } from '../../src/base/random.ts';
import { SLOT_COUNT } from '../../src/base/crc16.ts';
import { isPrimary } from '../../src/cluster/node-info.ts';
import { ownsSlots } from '../../src/cluster/slot-bitmap.ts';
import { myself } from '../../src/cluster/state.ts';
import { introduce } from './formation.ts';
import { calm, chance } from './network.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

type Deed = (chaos: Chaos) => void;

/** Weights of what may happen. */
const deeds: readonly (readonly [number, Deed])[] = [
  [5, (chaos) => chaos.crash()],
  [4, (chaos) => chaos.partition()],
  [3, (chaos) => chaos.changeWeather()],
  [2, (chaos) => chaos.jumpClock()],
  [4, (chaos) => chaos.moveSlots()],
  [1, (chaos) => chaos.bumpEpoch()],
  [1, (chaos) => chaos.meetAgain()],
];
const totalWeight = deeds.reduce((sum, [weight]) => sum + weight, 0);

export class Chaos {
  readonly #world: World;
  readonly #random: Random;
  /** Nodes that are left down to the end. */
  readonly dead = new Set<SimNode>();
  #isOver = false;
  /** One at a time: two operators that move one slot at once can leave it anywhere. */
  #isMoving = false;
  readonly #moved = new Set<number>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random;
  }

  /** Lets things go wrong for so long. */
  run(durationMs: number): void {
    const { queue } = this.#world;
    const endMs = queue.nowMs + durationMs;
    while (queue.nowMs < endMs) {
      this.#choose()(this);
      this.#world.pass(Math.min(100 + this.#random.below(1200), endMs - queue.nowMs));
    }
  }

  /** Everything works again; nodes that are down start, those left out that are dead. */
  end(): void {
    this.#isOver = true;
    this.#world.trace?.('everything works again');
    this.#world.network.heal();
    this.#world.network.weather = { ...calm, packetChance: this.#world.network.weather.packetChance };
    this.#leaveOneDead();
    for (const node of this.#world.nodes) {
      node.diesAfterSave = false;
      if (!node.isUp && !this.dead.has(node)) node.start();
    }
    for (const node of this.#world.running) closeSlots(node);
  }

  /**
   * What `redis-cli --cluster fix` does for a slot that nobody serves. A move can leave one behind when it is made while
   * the target has not heard of the source's latest epoch: the source takes it back by that epoch, and is then told to
   * let it go. Nothing else may need this.
   */
  repair(): void {
    const primaries = this.#world.running.filter(({ state }) => isPrimary(myself(state)));
    for (const slot of this.#moved) {
      const claims = primaries.some(({ state }) => state.owners[slot] === state.myId);
      const isOfTheDead = this.#world.running.some(({ state }) => [...this.dead].some(({ lastId }) => lastId === state.owners[slot]));
      if (claims || isOfTheDead) continue;
      this.#pick(primaries)!.command(`to take ${slot}, which nobody serves`, (it) =>
        it.changeSlots('delete', [String(slot)]) ?? it.changeSlots('add', [String(slot)]) ?? it.bumpEpoch());
    }
  }

  // Deeds.

  crash(): void {
    const node = this.#pick(this.#world.running);
    if (node === undefined) return;
    if (chance(this.#random, 0.4)) node.diesAfterSave = true;
    else node.crash();
    this.#world.queue.after(100 + this.#random.below(4000), () => {
      node.diesAfterSave = false;
      if (!this.#isOver && !node.isUp && !this.dead.has(node)) node.start();
    });
  }

  partition(): void {
    const { nodes, network, queue } = this.#world;
    const group = new Set(nodes.filter(() => chance(this.#random, 0.4)));
    const isOneWay = chance(this.#random, 0.3);
    this.#world.trace?.(`${[...group].map(({ name }) => name).join(' ') || 'nobody'} ${isOneWay ? 'is not heard by' : 'is cut from'} the others`);
    for (const from of group) {
      for (const to of nodes) {
        if (group.has(to)) continue;
        network.cut(from, to);
        if (!isOneWay) network.cut(to, from);
      }
    }
    queue.after(200 + this.#random.below(4000), () => {
      this.#world.trace?.('no host is cut from another');
      network.heal();
    });
  }

  changeWeather(): void {
    const { network, queue, settings } = this.#world;
    const { packetChance } = network.weather;
    this.#world.trace?.('the network is bad');
    network.weather = {
      delayMaxMs: 1 + this.#random.below(100),
      lateChance: this.#random.float() * 0.05,
      lateMaxMs: settings.nodeTimeoutMs * 2,
      breakChance: this.#random.float() * 0.05,
      duplicateChance: this.#random.float() * 0.2,
      packetChance,
    };
    queue.after(500 + this.#random.below(4000), () => {
      this.#world.trace?.('the network is good');
      network.weather = { ...calm, packetChance };
    });
  }

  jumpClock(): void {
    const node = this.#pick(this.#world.nodes)!;
    const jumpMs = this.#random.below(6000) - 3000;
    this.#world.trace?.(`the clock of ${node.name} jumps by ${jumpMs} ms`);
    node.clockOffsetMs += jumpMs;
  }

  bumpEpoch(): void {
    this.#pick(this.#world.running)?.command('to bump its epoch', (it) => it.bumpEpoch());
  }

  meetAgain(): void {
    const [one, other] = [this.#pick(this.#world.running), this.#pick(this.#world.running)];
    if (one !== undefined && other !== undefined) introduce(one, other);
  }

  /** As redis-cli moves a slot without keys; what is refused or has nobody to do it, ends it. */
  moveSlots(): void {
    if (this.#isMoving) return;
    const primaries = this.#world.running.filter(({ state }) => isPrimary(myself(state)));
    const source = this.#pick(primaries.filter(({ state }) => ownsSlots(state.owners, state.myId)));
    const target = this.#pick(primaries.filter((node) => node !== source));
    if (source === undefined || target === undefined) return;
    const start = this.#random.below(SLOT_COUNT);
    const owners = source.state.owners;
    const slot = owners.indexOf(source.lastId, owners[start] === source.lastId ? start : 0);
    const give = (node: SimNode) => (): string | undefined => node.command(`that ${slot} is ${target.name}'s`, (it) => it.setSlot([String(slot), 'node', target.lastId]));
    const others = primaries.filter((node) => node !== source && node !== target);
    this.#isMoving = true;
    this.#moved.add(slot);
    this.#inTurn([
      () => target.command(`to import ${slot} from ${source.name}`, (it) => it.setSlot([String(slot), 'importing', source.lastId])),
      () => source.command(`to let ${slot} go to ${target.name}`, (it) => it.setSlot([String(slot), 'migrating', target.lastId])),
      ...[target, source, ...others].map(give),
    ]);
  }

  /**
   * Perhaps a node that is down stays so. Better one that has replaced another that starts again just now: that must
   * hear from others that its slots are gone.
   */
  #leaveOneDead(): void {
    const { nodes, running, watcher } = this.#world;
    const down = nodes.filter((node) => !node.isUp);
    if (nodes.length <= 3 || down.length === 0 || chance(this.#random, 0.3)) return;
    const winner = running.find((node) => watcher.hasWon(node) && isPrimary(myself(node.state)));
    winner?.crash();
    this.dead.add(winner ?? down[0]!);
  }

  #inTurn([first, ...rest]: readonly (() => string | undefined)[]): void {
    if (first === undefined || this.#isOver || first() !== undefined) {
      this.#isMoving = false;
      return;
    }
    this.#world.queue.after(1 + this.#random.below(200), () => this.#inTurn(rest));
  }

  #choose(): Deed {
    let left = this.#random.below(totalWeight);
    return deeds.find(([weight]) => (left -= weight) < 0)![1];
  }

  #pick(nodes: readonly SimNode[]): SimNode | undefined {
    return nodes[this.#random.below(nodes.length)];
  }
}

/** An operator ends what was begun: marks of slots that were to move keep nodes from believing each other. */
function closeSlots(node: SimNode): void {
  for (const slot of new Set([...node.state.migratingTo.keys(), ...node.state.importingFrom.keys()])) {
    node.command(`that ${slot} does not move`, (it) => it.setSlot([String(slot), 'stable']));
  }
}
