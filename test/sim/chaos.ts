/** What goes wrong in a run, and what operators do meanwhile: one thing after the other, chosen by chance. */
import type { Random } from '../../src/base/random.ts';
import { isPrimary } from '../../src/cluster/node-info.ts';
import { myself } from '../../src/cluster/state.ts';
import { Membership } from './membership.ts';
import { calm, chance, pick } from './network.ts';
import { Operator } from './operator.ts';
import type { SimNode } from './sim-node.ts';
import { Turns } from './turns.ts';
import type { World } from './world.ts';

type Deed = (chaos: Chaos) => void;

/** Weights of what may happen. */
const deeds: readonly (readonly [number, Deed])[] = [
  [5, (chaos) => chaos.crash()],
  [4, (chaos) => chaos.partition()],
  [3, (chaos) => chaos.changeWeather()],
  [2, (chaos) => chaos.jumpClock()],
  [4, ({ operator }) => operator.moveSlots()],
  [1, ({ operator }) => operator.bumpEpoch()],
  [1, ({ operator }) => operator.meetAgain()],
  [1, ({ membership }) => membership.remove()],
  [1, ({ membership }) => membership.forgetForAWhile()],
  [1, ({ membership }) => membership.startAnew()],
  [1, ({ membership }) => membership.comeBack()],
  [1, ({ membership }) => membership.follow()],
];
const totalWeight = deeds.reduce((sum, [weight]) => sum + weight, 0);

export class Chaos {
  readonly #world: World;
  readonly #random: Random;
  /** Nodes that are left down to the end. */
  readonly dead = new Set<SimNode>();
  readonly membership: Membership;
  readonly operator: Operator;
  readonly #turns: Turns;
  #isOver = false;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random;
    this.#turns = new Turns(world.queue, () => 1 + world.random.below(200));
    this.membership = new Membership(world, this.#turns);
    this.operator = new Operator(world, this.#turns, this.membership);
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
    this.#turns.stop();
    this.#world.trace?.('everything works again');
    this.#world.network.heal();
    this.#world.network.weather = { ...calm, packetChance: this.#world.network.weather.packetChance };
    this.#leaveOneDead();
    for (const node of this.#world.nodes) {
      node.diesAfterSave = false;
      if (!node.isUp && !this.dead.has(node)) node.start();
    }
    this.operator.closeSlots();
    this.membership.tidy(this.dead);
  }

  /** Operators look after the cluster. */
  care(mayReunite: boolean): void {
    this.membership.tidy(this.dead);
    if (mayReunite) this.membership.reunite();
  }

  // Deeds.

  crash(): void {
    const node = pick(this.#random, this.#world.running);
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
    const node = pick(this.#random, this.#world.nodes)!;
    const jumpMs = this.#random.below(6000) - 3000;
    this.#world.trace?.(`the clock of ${node.name} jumps by ${jumpMs} ms`);
    node.clockOffsetMs += jumpMs;
  }

  /**
   * Perhaps a node that is down stays so. Better one that has replaced another that starts again just now: that must
   * hear from others that its slots are gone.
   */
  #leaveOneDead(): void {
    const { nodes, watcher } = this.#world;
    const down = nodes.filter((node) => !node.isUp);
    if (nodes.length <= 3 || down.length === 0 || chance(this.#random, 0.3)) return;
    const winner = this.membership.running.find((node) => watcher.hasWon(node) && isPrimary(myself(node.state)) && this.membership.isKnownToAll(node));
    winner?.crash();
    this.dead.add(winner ?? down[0]!);
  }

  #choose(): Deed {
    let left = this.#random.below(totalWeight);
    return deeds.find(([weight]) => (left -= weight) < 0)![1];
  }
}
