/**
 * Two nodes between which slots move, in a world that a seed decides: clients write, messages take their time, links
 * break, nodes crash between any two of their steps and start again. The data of a node is what it has on disk, as with
 * appendfsync always; `Flaw` breaks a node on purpose.
 *
 * After every step: at most one node serves the slots, and one that serves them has every acknowledged write.
 */
import type { Random } from '../../../../src/base/random.ts';
import { ExportTask } from '../../../../src/cluster/migration/export-task.ts';
import type { ExportOutput } from '../../../../src/cluster/migration/export-task.ts';
import { ImportTask } from '../../../../src/cluster/migration/import-task.ts';
import type { ImportOutput } from '../../../../src/cluster/migration/import-task.ts';
import type { Answer, SourceMessage } from '../../../../src/cluster/migration/message.ts';
import { changeMoves, rangesInMoves } from '../../../../src/cluster/migration/moves.ts';
import { isInRanges } from '../../../../src/cluster/migration/ranges.ts';
import type { MoveChange } from '../../../../src/cluster/migration/moves.ts';
import { NodeFlag } from '../../../../src/cluster/node-info.ts';
import { maxEpoch, newClusterState, newNode } from '../../../../src/cluster/state.ts';
import type { ClusterState } from '../../../../src/cluster/state.ts';

export type Flaw =
  /** The source does not keep its grant. */
  | 'grant-not-kept'
  /** The destination answers before it has kept the new owner. */
  | 'answer-first'
  /** The source serves again when the answer does not come. */
  | 'impatient'
  /** Changes of keys that are copied already are not sent. */
  | 'changes-lost'
  /** The destination says that it gave up, and does not. */
  | 'promise-broken'
  | 'none';

const slot = 0;
const ranges = [{ start: slot, end: slot }];
const keyCount = 6;
const ids = ['a'.repeat(40), 'b'.repeat(40)] as const;
const limits = { pauseMs: 300, lagBytes: 3, silenceMs: 500 };

type Packet =
  | { readonly kind: 'message'; readonly message: SourceMessage; readonly taskId: string }
  | { readonly kind: 'data'; readonly taskId: string; readonly key: number; readonly value: number }
  | { readonly kind: 'answer'; readonly to: SourceMessage['kind']; readonly answer: Answer }
  | { readonly kind: 'applied' };

interface Link {
  readonly from: Node;
  readonly to: Node;
  isUp: boolean;
  isOpening: boolean;
  readonly forth: { readonly atMs: number; readonly packet: Packet }[];
  readonly back: { readonly atMs: number; readonly packet: Packet }[];
}

class Crash extends Error {}

class Node {
  readonly id: string;
  /** What is on disk. */
  kept: ClusterState;
  readonly data = new Map<number, number>();
  // The rest is gone with a crash.
  isUp = true;
  state: ClusterState;
  exporting: ExportTask | undefined;
  importing: ImportTask | undefined;
  importLink: Link | undefined;
  link: Link | undefined;
  isPaused = false;
  isStreaming = false;
  isDraining = false;
  toVisit: number[] = [];
  waitingApplied = 0;
  isTrimming = false;
  isDropping = false;
  isSyncing = false;

  constructor(id: string, state: ClusterState) {
    this.id = id;
    this.kept = this.state = state;
  }

  get owns(): boolean {
    return this.isUp && this.state.owners[slot] === this.id;
  }

  /** Whether a client that asks gets an answer from the data. */
  get serves(): boolean {
    return this.owns && !isInRanges(rangesInMoves(this.state, 'granted'), slot);
  }
}

export class World {
  nowMs = 0;
  readonly nodes: readonly [Node, Node];
  readonly acknowledged = new Map<number, number>();
  readonly #random: Random;
  readonly #flaw: Flaw;
  /** Out of a hundred: how often a step is a crash or a loss, where it could be. */
  readonly #trouble: number;
  #links: Link[] = [];
  #value = 0;
  #taskCount = 0;
  completedCount = 0;
  crashCount = 0;
  /** No crash, no loss any more. */
  isCalm = false;

  constructor(random: Random, flaw: Flaw) {
    this.#random = random;
    this.#flaw = flaw;
    this.#trouble = random.below(12);
    this.nodes = [new Node(ids[0], initialState(ids[0])), new Node(ids[1], initialState(ids[1]))];
    for (let key = 0; key < keyCount; key++) this.#write(this.nodes[0], key);
  }

  step(): void {
    this.nowMs += this.#random.below(20);
    const acts = [() => this.#writeSomewhere(), () => this.#writeSomewhere(), () => this.#deliver(), () => this.#deliver(), () => this.#deliver(),
      () => this.#tick(), () => this.#work(), () => this.#work(), () => this.#gossip(), () => this.#migrate(), () => this.#mischief()];
    acts[this.#random.below(acts.length)]!();
    this.#check();
  }

  #chance(percent: number): boolean {
    return this.#random.below(10_000) < percent * 100;
  }

  #check(): void {
    const serving = this.nodes.filter((node) => node.serves);
    if (serving.length > 1) throw new Error('two nodes serve the slots');
    for (const node of serving) {
      for (const [key, value] of this.acknowledged) {
        if (node.data.get(key) !== value) throw new Error(`an acknowledged write is lost: key ${key} is ${node.data.get(key)}, not ${value}`);
      }
    }
  }

  // Clients.

  #writeSomewhere(): void {
    const node = this.nodes[this.#random.below(2)]!;
    if (node.serves && !node.isPaused) this.#write(node, this.#random.below(keyCount));
  }

  #write(node: Node, key: number): void {
    const value = ++this.#value;
    node.data.set(key, value);
    const isVisited = !node.toVisit.includes(key);
    if (node.isStreaming && isVisited && this.#flaw !== 'changes-lost') this.#sendData(node, key, value);
    this.acknowledged.set(key, value);
  }

  #migrate(): void {
    const source = this.nodes.find((node) => node.serves);
    if (source === undefined || source.exporting !== undefined || source.state.moves.size > 0 || this.#chance(60)) return;
    const peer = this.nodes.find((node) => node !== source)!;
    const id = (++this.#taskCount).toString(16).padStart(40, '0');
    this.#run(source, () => {
      source.exporting = new ExportTask({ id, peerId: peer.id, ranges, limits });
      source.exporting.start(this.nowMs);
    });
  }

  // Nodes.

  #tick(): void {
    const node = this.nodes[this.#random.below(2)]!;
    this.#run(node, () => node.exporting?.tick(this.nowMs));
    this.#run(node, () => node.importing?.tick(this.nowMs));
  }

  /** A piece of the work that a task has asked for. */
  #work(): void {
    const node = this.nodes[this.#random.below(2)]!;
    if (node.isStreaming && node.toVisit.length > 0) {
      const key = node.toVisit.shift()!;
      const value = node.data.get(key);
      if (value !== undefined) this.#sendData(node, key, value);
      if (node.toVisit.length === 0) this.#run(node, () => node.exporting?.copied(this.nowMs));
    }
    if (node.isDraining && node.waitingApplied === 0) {
      node.isDraining = false;
      this.#run(node, () => node.exporting?.drained(this.nowMs, maxEpoch(node.state)));
    }
    if (node.isSyncing && this.#chance(50)) {
      node.isSyncing = false;
      this.#run(node, () => node.importing?.synced(this.nowMs, maxEpoch(node.state)));
    }
    if (node.isTrimming && this.#deleteOne(node)) {
      node.isTrimming = false;
      this.#run(node, () => node.exporting?.trimmed(this.nowMs));
    }
    if (node.isDropping && this.#deleteOne(node)) {
      node.isDropping = false;
      this.#run(node, () => node.importing?.dropped());
    }
  }

  /** True once nothing is left. */
  #deleteOne(node: Node): boolean {
    if (node.owns) return true;
    const [key] = node.data.keys();
    if (key !== undefined) node.data.delete(key);
    return node.data.size === 0;
  }

  /** Each tells the other what it owns: the greater epoch wins, as on the bus. */
  #gossip(): void {
    const [from, to] = this.#chance(50) ? this.nodes : [this.nodes[1], this.nodes[0]];
    if (!from.isUp || !to.isUp) return;
    const { configEpoch } = from.state.nodes.get(from.id)!;
    const claims = from.state.owners[slot] === from.id && !isInRanges(rangesInMoves(from.state, 'granted'), slot);
    const owner = to.state.owners[slot]!;
    if (!claims || owner === from.id || isInRanges(rangesInMoves(to.state, 'granted'), slot)) return;
    if (to.state.nodes.get(owner)!.configEpoch >= configEpoch) return;
    to.kept = to.state = { ...to.state, owners: to.state.owners.with(slot, from.id) };
  }

  #mischief(): void {
    if (this.isCalm) {
      for (const node of this.nodes) if (!node.isUp) this.#restart(node);
      return;
    }
    const node = this.nodes[this.#random.below(2)]!;
    if (!node.isUp) {
      this.#restart(node);
      return;
    }
    if (this.#chance(this.#trouble)) this.#crash(node);
    if (this.#chance(this.#trouble)) this.#cut(this.#links[this.#random.below(Math.max(1, this.#links.length))]);
    if (this.#chance(this.#trouble / 4)) this.#run(node, () => node.exporting?.cancel(this.nowMs));
    if (this.#chance(this.#trouble / 4)) this.#run(node, () => node.importing?.cancel());
  }

  #crash(node: Node): void {
    this.crashCount++;
    node.isUp = false;
    for (const link of this.#links) if (link.from === node || link.to === node) this.#cut(link);
    Object.assign(node, {
      state: node.kept, exporting: undefined, importing: undefined, importLink: undefined, link: undefined, isPaused: false, isStreaming: false,
      isDraining: false, toVisit: [], waitingApplied: 0, isTrimming: false, isDropping: false, isSyncing: false,
    });
  }

  #restart(node: Node): void {
    node.isUp = true;
    for (const { id, role, peerId } of node.state.moves.values()) {
      this.#run(node, () => {
        if (role === 'granted' || role === 'trimming') node.exporting = ExportTask.restored({ id, peerId, ranges, limits }, role, this.nowMs);
        else node.importing = ImportTask.restored({ id, peerId, ranges, silenceMs: 500 }, role, this.nowMs, node.state.nodes.get(node.id)!.configEpoch);
      });
    }
  }

  /** Has a node take one step, and carries out what follows; a crash may come before each output. */
  #run(node: Node, step: () => void): void {
    if (!node.isUp) return;
    try {
      step();
      for (;;) {
        const outputs = [...(node.exporting?.takeOutputs().map((output) => () => this.#perform(node, output)) ?? []),
          ...(node.importing?.takeOutputs().map((output) => () => this.#receive(node, output)) ?? [])];
        if (outputs.length === 0) break;
        for (const perform of outputs) {
          if (!this.isCalm && this.#chance(this.#trouble / 4)) throw new Crash();
          perform();
        }
      }
      this.#forgetEnded(node);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#crash(node);
    }
  }

  #forgetEnded(node: Node): void {
    if (node.exporting?.state === 'done') this.completedCount++;
    if (node.exporting?.isOver === true) node.exporting = undefined;
    if (node.importing?.isOver === true) node.importing = undefined;
  }

  #perform(node: Node, output: ExportOutput): void {
    const task = node.exporting!;
    switch (output.do) {
      case 'connect':
        node.link = { from: node, to: this.nodes.find((other) => other !== node)!, isUp: true, isOpening: true, forth: [], back: [] };
        this.#links.push(node.link);
        break;
      case 'disconnect':
        if (node.link !== undefined) this.#cut(node.link, false);
        break;
      case 'send':
        this.#post(node, { kind: 'message', message: output.message, taskId: task.id });
        break;
      case 'keep': {
        const failure = this.#keep(node, output.change);
        task.kept(this.nowMs, failure);
        break;
      }
      case 'start-stream':
        node.isStreaming = true;
        node.toVisit = Array.from({ length: keyCount }, (_, key) => key);
        break;
      case 'stop-stream':
        node.isStreaming = false;
        node.toVisit = [];
        break;
      case 'pause':
        node.isPaused = node.isDraining = true;
        break;
      case 'resume':
        node.isPaused = node.isDraining = false;
        break;
      case 'trim':
        node.isTrimming = true;
        break;
      default:
    }
    if (this.#flaw === 'impatient' && task.state === 'doubtful') {
      node.kept = node.state = changeMoves(node.state, { kind: 'forget', id: task.id });
    }
  }

  #receive(node: Node, output: ImportOutput): void {
    const task = node.importing!;
    switch (output.do) {
      case 'answer':
        this.#answer(node.importLink, output.to, output.answer);
        break;
      case 'keep':
        if (this.#flaw === 'answer-first' && output.change.kind === 'take') {
          this.#answer(node.importLink, 'take', { kind: 'taken', epoch: output.change.epoch });
          if (this.#chance(30)) throw new Crash();
        }
        task.kept(this.nowMs, this.#keep(node, output.change));
        break;
      case 'sync':
        node.isSyncing = true;
        break;
      case 'drop':
        node.isDropping = true;
        break;
      default:
    }
  }

  /** Puts a change on disk; now and then that fails, and then it may be there or not. */
  #keep(node: Node, change: MoveChange): string | undefined {
    const next = changeMoves(node.state, change);
    if (!this.isCalm && this.#chance(this.#trouble / 4)) {
      if (this.#chance(50)) node.kept = next;
      return 'the disk is full';
    }
    if (!(this.#flaw === 'grant-not-kept' && change.kind === 'grant')) node.kept = next;
    node.state = next;
    return undefined;
  }

  // The network.

  #sendData(node: Node, key: number, value: number): void {
    node.waitingApplied++;
    this.#post(node, { kind: 'data', taskId: node.exporting!.id, key, value });
  }

  #post(node: Node, packet: Packet): void {
    if (node.link?.isUp === true) node.link.forth.push({ atMs: this.nowMs + this.#random.below(30), packet });
  }

  #answer(link: Link | undefined, to: SourceMessage['kind'], answer: Answer): void {
    if (link?.isUp === true) link.back.push({ atMs: this.nowMs + this.#random.below(30), packet: { kind: 'answer', to, answer } });
  }

  /** Each end learns of the end of a link at its own time, after what was under way or instead of it. */
  #cut(link: Link | undefined, tells = true): void {
    if (link === undefined || !link.isUp) return;
    link.isUp = false;
    if (this.#chance(50)) link.forth.length = 0;
    if (this.#chance(50)) link.back.length = 0;
    if (!tells && link.from.link === link) link.from.link = undefined;
  }

  #deliver(): void {
    const link = this.#links[this.#random.below(Math.max(1, this.#links.length))];
    if (link === undefined) return;
    if (link.isOpening && link.isUp && link.to.isUp) {
      link.isOpening = false;
      this.#run(link.from, () => link.from.exporting?.linked(this.nowMs));
      return;
    }
    const forth = link.forth[0];
    if (forth !== undefined && forth.atMs <= this.nowMs && link.to.isUp) {
      link.forth.shift();
      this.#atDestination(link, forth.packet);
    }
    const back = link.back[0];
    if (back !== undefined && back.atMs <= this.nowMs && link.from.isUp && link.from.link === link) {
      link.back.shift();
      this.#atSource(link.from, back.packet);
    }
    const isOver = !link.isUp || !link.to.isUp || !link.from.isUp;
    if (isOver && link.forth.length === 0 && link.back.length === 0) this.#close(link);
  }

  #close(link: Link): void {
    link.isUp = false;
    this.#links = this.#links.filter((each) => each !== link);
    if (link.from.link === link) {
      link.from.link = undefined;
      this.#run(link.from, () => link.from.exporting?.unlinked(this.nowMs, 'the connection was lost'));
    }
    if (link.to.importLink === link) this.#run(link.to, () => link.to.importing?.unlinked('the connection was lost'));
  }

  #atSource(node: Node, packet: Packet): void {
    if (packet.kind === 'answer') this.#run(node, () => node.exporting?.answered(this.nowMs, packet.to, packet.answer));
    if (packet.kind !== 'applied') return;
    node.waitingApplied--;
    this.#run(node, () => {
      node.exporting?.heard(this.nowMs);
      node.exporting?.progress(this.nowMs, node.waitingApplied);
    });
  }

  #atDestination(link: Link, packet: Packet): void {
    const node = link.to;
    const task = node.importing?.id === ('taskId' in packet ? packet.taskId : '') ? node.importing : undefined;
    if (packet.kind === 'data') {
      if (task?.isReceiving !== true) return;
      node.data.set(packet.key, packet.value);
      task.heard(this.nowMs);
      if (link.isUp) link.back.push({ atMs: this.nowMs + this.#random.below(30), packet: { kind: 'applied' } });
    } else if (packet.kind === 'message') this.#toImport(link, task, packet.message, packet.taskId);
  }

  #toImport(link: Link, task: ImportTask | undefined, message: SourceMessage, id: string): void {
    const node = link.to;
    if (this.#flaw === 'promise-broken' && message.kind === 'outcome' && task?.state === 'syncing') {
      this.#answer(link, 'outcome', { kind: 'aborted', reason: 'given up' });
    } else if (task !== undefined) {
      this.#run(node, () => {
        node.importLink = link;
        task.received(this.nowMs, message);
      });
    } else if (message.kind === 'establish' && node.state.moves.size === 0 && node.importing === undefined && !node.owns && node.data.size === 0) {
      this.#run(node, () => {
        node.importLink = link;
        node.importing = new ImportTask({ id, peerId: link.from.id, ranges, silenceMs: 500 });
        node.importing.open(this.nowMs);
      });
    } else this.#answer(link, message.kind, { kind: 'aborted', reason: 'no such task' });
  }
}

function initialState(myId: string): ClusterState {
  const alone = newClusterState(myId, '1'.repeat(40));
  const nodes = new Map(alone.nodes);
  for (const [index, id] of ids.entries()) {
    nodes.set(id, { ...newNode(id, '', NodeFlag.primary | (id === myId ? NodeFlag.myself : 0)), configEpoch: BigInt(index + 1) });
  }
  return { ...alone, nodes, currentEpoch: 2n, owners: alone.owners.with(slot, ids[0]) };
}
