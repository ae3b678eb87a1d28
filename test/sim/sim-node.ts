/**
 * A node of the simulation: a real ClusterNode with a disk, a clock of its own, and an end in the simulated network. It
 * can crash at any moment, also between what it has put on its disk and what it says because of that.
 */
import type { BusMessage } from '../../src/cluster/bus/message.ts';
import { ClusterNode } from '../../src/cluster/cluster-node.ts';
import type { BusDriver, ClusterHost } from '../../src/cluster/cluster-node.ts';
import type { Output } from '../../src/cluster/core/output.ts';
import { parseNodesConf, printNodesConf } from '../../src/cluster/nodes-conf.ts';
import type { ClusterSettings } from '../../src/cluster/settings.ts';
import { ownsSlots } from '../../src/cluster/slot-bitmap.ts';
import { newClusterState } from '../../src/cluster/state.ts';
import type { ClusterState } from '../../src/cluster/state.ts';
import type { Random } from '../../src/base/random.ts';
import { Candidate } from './candidate.ts';
import { messageLine } from './trace.ts';
import type { World } from './world.ts';

export const clientPort = 7000;
export const busPort = 17000;
/** Virtual time starts here. */
const epochMs = 1_700_000_000_000;
const tickMs = 100;

export class SimNode implements ClusterHost, BusDriver {
  readonly world: World;
  /** `n1`, `n2`, ... */
  readonly name: string;
  readonly ip: string;
  readonly random: Random;
  readonly linksOverLimit = 0;
  candidate: Candidate;
  /** nodes.conf as it is on the disk. */
  disk = '';
  clockOffsetMs = 0;
  /** Counts starts: what a former process had asked for does not reach the next. */
  life = 0;
  /** Its id, also while it is down. */
  lastId = '';
  /** The next text that is saved is the last thing that this process does. */
  diesAfterSave = false;
  #node: ClusterNode | undefined;
  #isDying = false;

  constructor(world: World, index: number, random: Random) {
    this.world = world;
    this.name = `n${index}`;
    this.ip = `10.0.0.${index}`;
    this.random = random;
    this.candidate = new Candidate(this);
  }

  get settings(): ClusterSettings {
    return this.world.settings;
  }

  get isUp(): boolean {
    return this.#node !== undefined;
  }

  get node(): ClusterNode {
    if (this.#node === undefined) throw new Error(`${this.name} is down`);
    return this.#node;
  }

  get state(): ClusterState {
    return this.node.state;
  }

  // A process starts and ends.

  /** Starts with `state`, or with what the disk says, or as a node alone. */
  start(state?: ClusterState): void {
    const text = state === undefined ? this.read(this.disk) : printNodesConf(state);
    const found = text === '' ? newClusterState(this.newId(), this.newId()) : parseNodesConf(text, this.now(), this.newId());
    this.life++;
    this.candidate.reset();
    const settings = { ...this.settings, address: { ip: '', port: clientPort, tlsPort: 0, busPort, hostname: '' } };
    this.#node = new ClusterNode(this, settings, found);
    this.#node.connectBus(this);
    this.#rename(found.myId);
    this.world.trace?.(`${this.name} starts`);
    this.save(printNodesConf(this.#node.state));
    this.world.watcher.started(this);
    this.#scheduleTick(this.life, this.random.below(tickMs));
  }

  crash(): void {
    if (!this.isUp) return;
    this.world.trace?.(`${this.name} crashes`);
    this.#node = undefined;
    this.#isDying = false;
    this.diesAfterSave = false;
    this.world.network.crash(this);
  }

  // What comes to it.

  accept(peerIp: string): number {
    return this.node.linkAccepted(peerIp, this.ip);
  }

  connected(link: number): void {
    this.step(() => this.node.linkConnected(link));
  }

  closed(link: number): void {
    this.step(() => this.node.linkClosed(link));
  }

  receive(link: number, message: BusMessage): void {
    this.world.trace?.(`${this.name} gets ${messageLine(this.world, message)}`);
    this.world.watcher.hears(this, message);
    this.step(() => this.node.receive(link, message));
    if (message.kind === 'auth-ack' && this.isUp) this.candidate.takeAck(message.header);
  }

  tick(): void {
    this.step(() => this.node.tick());
    if (this.isUp) this.candidate.tick();
  }

  /** An operator's command; its error is the operator's business. */
  command(what: string, run: (node: ClusterNode) => string | undefined | void): string | undefined {
    if (!this.isUp) return 'down';
    this.world.trace?.(`${this.name} is told ${what}`);
    let failure: string | undefined;
    this.step(() => { failure = run(this.node) ?? undefined; });
    return failure;
  }

  /** One step of the node, after which everything is judged. */
  step(run: () => void): void {
    const former = this.state;
    run();
    const state = this.state;
    if (state.myId !== former.myId) this.#rename(state.myId);
    if (state !== former) this.world.watcher.changed(this, former, state);
    this.world.watcher.stepped(this);
    if (this.#isDying) this.crash();
  }

  // ClusterHost.

  save(text: string): void {
    this.disk = text;
    if (this.diesAfterSave) this.#isDying = true;
  }

  /** What a start finds of `text`. */
  read(text: string): string {
    return text;
  }

  newId(): string {
    return Array.from({ length: 5 }, () => this.random.uint32().toString(16).padStart(8, '0')).join('');
  }

  /** Whoever has slots has keys; in none of the slots that are moved. */
  keyCount(): number {
    const { owners, myId } = this.state;
    return ownsSlots(owners, myId) ? 1 : 0;
  }

  slotKeyCount(): number {
    return 0;
  }

  async dropKeys(): Promise<void> {}

  now(): number {
    return epochMs + this.world.queue.nowMs + this.clockOffsetMs;
  }

  // BusDriver.

  perform(output: Output): void {
    if (this.#isDying) return;
    switch (output.do) {
      case 'connect':
        this.world.network.connect(this, output.link, output.ip, output.port);
        break;
      case 'send':
        this.send(output.link, output.message);
        break;
      case 'close':
        this.world.network.close(this, output.link);
        break;
      case 'log':
        this.world.trace?.(`${this.name} says: ${this.world.withNames(output.text)}`);
        break;
      default:
    }
  }

  send(link: number, message: BusMessage): void {
    this.world.watcher.says(this, message, this.world.network.peerOf(this, link));
    this.world.network.send(this, link, this.world.tellsForgotten ? message : withoutForgotten(message));
  }

  waitingBytes(): number {
    return 0;
  }

  failedToSave(reason: string): void {
    throw new Error(`nothing fails to be saved here: ${reason}`);
  }

  #rename(id: string): void {
    this.lastId = id;
    this.world.named(this, id);
  }

  #scheduleTick(life: number, delayMs: number): void {
    this.world.queue.after(delayMs, () => {
      if (this.life !== life || !this.isUp) return;
      this.tick();
      this.#scheduleTick(life, tickMs);
    });
  }
}

/** As nodes say it that know nothing of that extension. */
function withoutForgotten(message: BusMessage): BusMessage {
  if ((message.kind !== 'ping' && message.kind !== 'pong' && message.kind !== 'meet') || message.extensions.forgotten === undefined) return message;
  const { forgotten: _, ...extensions } = message.extensions;
  return { ...message, extensions };
}
