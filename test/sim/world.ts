/** The nodes of one simulation, their network and time, and who watches them. */
import { Random } from '../../src/base/random.ts';
import type { ClusterSettings } from '../../src/cluster/settings.ts';
import { settings } from '../unit/cluster/support.ts';
import { EventQueue } from './event-queue.ts';
import { Network } from './network.ts';
import { SimNode } from './sim-node.ts';
import { Watcher } from './watcher.ts';

export type NodeClass = new (world: World, index: number, random: Random) => SimNode;

export interface WorldOptions {
  readonly seed: number;
  readonly nodeCount: number;
  readonly settings?: Partial<ClusterSettings>;
  readonly nodeClass?: NodeClass;
  /** Whether nodes tell others whom they were told to forget, as nodes do since Redis 7.2. */
  readonly tellsForgotten?: boolean;
  readonly trace?: ((line: string) => void) | undefined;
}

export class World {
  readonly queue = new EventQueue();
  readonly random: Random;
  readonly network: Network;
  readonly nodes: readonly SimNode[];
  readonly settings: ClusterSettings;
  readonly tellsForgotten: boolean;
  readonly watcher: Watcher;
  readonly trace: ((line: string) => void) | undefined;
  readonly #names = new Map<string, string>();

  constructor(options: WorldOptions) {
    const { seed, nodeCount, nodeClass = SimNode, trace } = options;
    this.random = new Random(seed);
    this.tellsForgotten = options.tellsForgotten ?? true;
    this.settings = { ...settings, ...options.settings };
    this.trace = trace === undefined ? undefined : (line): void => trace(`${(this.queue.nowMs / 1000).toFixed(3)} ${line}`);
    this.watcher = new Watcher(this);
    this.nodes = Array.from({ length: nodeCount }, (_, i) => new nodeClass(this, i + 1, new Random(this.random.uint32())));
    const byIp = new Map(this.nodes.map((node) => [node.ip, node]));
    this.network = new Network(this.queue, new Random(this.random.uint32()), (ip) => byIp.get(ip));
  }

  get running(): SimNode[] {
    return this.nodes.filter((node) => node.isUp);
  }

  node(name: string): SimNode {
    const node = this.nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  pass(ms: number): void {
    this.queue.runUntil(this.queue.nowMs + ms);
  }

  named(node: SimNode, id: string): void {
    this.#names.set(id, node.name);
  }

  nameOf(id: string): string {
    return this.#names.get(id) ?? (id === '' ? '-' : `?${id.slice(0, 4)}`);
  }

  /** A text with names in place of ids. */
  withNames(text: string): string {
    return text.replace(/[0-9a-f]{40}/g, (id) => this.nameOf(id));
  }
}
