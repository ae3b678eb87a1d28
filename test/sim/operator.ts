/** What operators do with slots and epochs, and how they put right what was left half done. */
import { SLOT_COUNT } from '../../src/base/crc16.ts';
import { isPrimary } from '../../src/cluster/node-info.ts';
import { ownsSlots } from '../../src/cluster/slot-bitmap.ts';
import { myself } from '../../src/cluster/state.ts';
import { introduce } from './formation.ts';
import type { Membership } from './membership.ts';
import { pick } from './network.ts';
import type { SimNode } from './sim-node.ts';
import type { Turns } from './turns.ts';
import type { World } from './world.ts';

export class Operator {
  readonly #world: World;
  readonly #turns: Turns;
  readonly #membership: Membership;
  readonly #moved = new Set<number>();

  constructor(world: World, turns: Turns, membership: Membership) {
    this.#world = world;
    this.#turns = turns;
    this.#membership = membership;
  }

  bumpEpoch(): void {
    pick(this.#world.random, this.#membership.running)?.command('to bump its epoch', (it) => it.bumpEpoch());
  }

  meetAgain(): void {
    const { random } = this.#world;
    const [one, other] = [pick(random, this.#membership.running), pick(random, this.#membership.running)];
    if (one !== undefined && other !== undefined) introduce(one, other);
  }

  /** As redis-cli moves a slot without keys; what is refused or has nobody to do it, ends it. */
  moveSlots(): void {
    const { random } = this.#world;
    if (this.#turns.isBusy) return;
    const primaries = this.#primaries();
    const source = pick(random, primaries.filter(({ state }) => ownsSlots(state.owners, state.myId)));
    const target = pick(random, primaries.filter((node) => node !== source && this.#membership.isKnownToAll(node)));
    if (source === undefined || target === undefined) return;
    const start = random.below(SLOT_COUNT);
    const owners = source.state.owners;
    const slot = owners.indexOf(source.lastId, owners[start] === source.lastId ? start : 0);
    const give = (node: SimNode) => (): string | undefined => node.command(`that ${slot} is ${target.name}'s`, (it) => it.setSlot([String(slot), 'node', target.lastId]));
    const others = primaries.filter((node) => node !== source && node !== target);
    this.#moved.add(slot);
    this.#turns.take([
      () => target.command(`to import ${slot} from ${source.name}`, (it) => it.setSlot([String(slot), 'importing', source.lastId])),
      () => source.command(`to let ${slot} go to ${target.name}`, (it) => it.setSlot([String(slot), 'migrating', target.lastId])),
      ...[target, source, ...others].map(give),
    ]);
  }

  /** Ends what was begun: marks of slots that were to move keep nodes from believing each other. */
  closeSlots(): void {
    for (const node of this.#world.running) {
      for (const slot of new Set([...node.state.migratingTo.keys(), ...node.state.importingFrom.keys()])) {
        node.command(`that ${slot} does not move`, (it) => it.setSlot([String(slot), 'stable']));
      }
    }
  }

  /**
   * What `redis-cli --cluster fix` does for a slot that nobody serves. A move can leave one behind when it is made while
   * the target has not heard of the source's latest epoch: the source takes it back by that epoch, and is then told to
   * let it go. Nothing else may need this.
   */
  repair(dead: ReadonlySet<SimNode>): void {
    const primaries = this.#primaries();
    for (const slot of this.#moved) {
      const claims = primaries.some(({ state }) => state.owners[slot] === state.myId);
      const isOfTheDead = this.#membership.running.some(({ state }) => [...dead].some(({ lastId }) => lastId === state.owners[slot]));
      if (claims || isOfTheDead) continue;
      pick(this.#world.random, primaries)!.command(`to take ${slot}, which nobody serves`, (it) => {
        it.changeSlots('delete', [String(slot)]);
        return it.changeSlots('add', [String(slot)]) ?? it.bumpEpoch();
      });
    }
  }

  #primaries(): SimNode[] {
    return this.#membership.running.filter(({ state }) => isPrimary(myself(state)));
  }
}
