/**
 * Connections between simulated nodes, as TCP gives them: messages of one direction arrive in order or the connection
 * ends, and what was under way is lost with it. While the way between two hosts is cut, everything waits, also the end
 * of a connection, as it does when packets are sent again and again.
 */
import { readPacket } from '../../src/cluster/bus/packet-reader.ts';
import { writePacket } from '../../src/cluster/bus/packet-writer.ts';
import type { BusMessage } from '../../src/cluster/bus/message.ts';
import type { Random } from '../../src/base/random.ts';
import type { EventQueue } from './event-queue.ts';
import type { SimNode } from './sim-node.ts';

/** Chances are per message. */
export interface Weather {
  readonly delayMaxMs: number;
  /** That a message takes up to `lateMaxMs`. */
  readonly lateChance: number;
  readonly lateMaxMs: number;
  readonly breakChance: number;
  readonly duplicateChance: number;
  /** That a message goes through the bytes of a packet. */
  readonly packetChance: number;
}

export const calm: Weather = { delayMaxMs: 5, lateChance: 0, lateMaxMs: 0, breakChance: 0, duplicateChance: 0, packetChance: 0 };

/** One end of a connection: the node there and its number for the link; 0 until it knows. */
interface End {
  readonly node: SimNode;
  /** Which of the node's lives; a connection does not outlive it. */
  readonly life: number;
  link: number;
  /** What comes here, in order; null is the end. */
  readonly coming: (BusMessage | null)[];
  lastArrivalMs: number;
  isOpen: boolean;
  readonly isOutbound: boolean;
  /** The node at the other end, once there is one. */
  peer: SimNode | undefined;
  /** The other end, as long as the connection lasts. */
  other: End | undefined;
}

/** Between attempts to get a packet through a way that is cut. */
const retryMs = 200;

export class Network {
  weather: Weather = calm;
  readonly #queue: EventQueue;
  readonly #random: Random;
  readonly #nodeAt: (ip: string, port: number) => SimNode | undefined;
  /** `from>to` of hosts between which nothing gets through. */
  readonly #cut = new Set<string>();
  readonly #ends = new Map<SimNode, Map<number, End>>();

  constructor(queue: EventQueue, random: Random, nodeAt: (ip: string, port: number) => SimNode | undefined) {
    this.#queue = queue;
    this.#random = random;
    this.#nodeAt = nodeAt;
  }

  cut(from: SimNode, to: SimNode): void {
    this.#cut.add(`${from.name}>${to.name}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  isCut(from: SimNode, to: SimNode): boolean {
    return this.#cut.size > 0 && this.#cut.has(`${from.name}>${to.name}`);
  }

  connect(node: SimNode, link: number, ip: string, port: number): void {
    const end = newEnd(node, link, true);
    this.#endsOf(node).set(link, end);
    this.#queue.after(this.#delayMs(), () => this.#tryConnect(end, ip, port));
  }

  send(node: SimNode, link: number, message: BusMessage): void {
    const end = this.#ends.get(node)?.get(link);
    if (end?.other === undefined) return;
    if (chance(this.#random, this.weather.breakChance)) {
      this.#break(end);
      return;
    }
    const sent = chance(this.#random, this.weather.packetChance) ? readPacket(writePacket(message)) : message;
    this.#launch(end.other, sent);
    if (chance(this.#random, this.weather.duplicateChance)) this.#launch(end.other, sent);
  }

  /** The node closes a link and forgets it; what it has sent before still arrives. */
  close(node: SimNode, link: number): void {
    const end = this.#ends.get(node)?.get(link);
    if (end === undefined) return;
    const { other } = end;
    this.#drop(end);
    if (other !== undefined) this.#launch(other, null);
  }

  /** Who is at the other end of a link. */
  peerOf(node: SimNode, link: number): SimNode | undefined {
    return this.#ends.get(node)?.get(link)?.peer;
  }

  /** Links of the node's own that are connected, with who is at their other end. */
  outbound(node: SimNode): { readonly link: number; readonly to: SimNode }[] {
    return [...this.#endsOf(node).values()].filter(({ isOutbound, other }) => isOutbound && other !== undefined)
      .map(({ link, peer }) => ({ link, to: peer! }));
  }

  /** All connections of a node that has ended, end; some of what it had sent is lost. */
  crash(node: SimNode): void {
    for (const end of this.#endsOf(node).values()) {
      const { other } = end;
      this.#drop(end);
      if (other === undefined) continue;
      if (chance(this.#random, 0.5)) other.coming.fill(null);
      this.#launch(other, null);
    }
    this.#ends.delete(node);
  }

  #tryConnect(end: End, ip: string, port: number): void {
    if (!isAlive(end)) return;
    const peer = this.#nodeAt(ip, port);
    if (peer !== undefined && (this.isCut(end.node, peer) || this.isCut(peer, end.node))) {
      this.#queue.after(retryMs, () => this.#tryConnect(end, ip, port));
      return;
    }
    if (peer?.isUp !== true) {
      this.#end(end);
      return;
    }
    const accepted = newEnd(peer, peer.accept(end.node.ip), false);
    this.#endsOf(peer).set(accepted.link, accepted);
    accepted.other = end;
    accepted.peer = end.node;
    end.other = accepted;
    end.peer = peer;
    end.node.connected(end.link);
  }

  #launch(to: End, message: BusMessage | null): void {
    const arrivalMs = Math.max(to.lastArrivalMs, this.#queue.nowMs + this.#delayMs());
    to.lastArrivalMs = arrivalMs;
    to.coming.push(message);
    this.#queue.after(arrivalMs - this.#queue.nowMs, () => this.#arrive(to));
  }

  #arrive(to: End): void {
    if (!isAlive(to)) return;
    if (to.peer !== undefined && this.isCut(to.peer, to.node)) {
      this.#queue.after(retryMs, () => this.#arrive(to));
      return;
    }
    const message = to.coming.shift();
    if (message === undefined) return;
    if (message === null) this.#end(to);
    else to.node.receive(to.link, message);
  }

  /** Both nodes find that the connection is gone, at their own time. */
  #break(end: End): void {
    const both = [end, end.other!];
    for (const each of both) {
      each.other = undefined;
      each.coming.length = 0;
      this.#queue.after(this.#delayMs(), () => this.#end(each));
    }
  }

  #end(end: End): void {
    if (!isAlive(end)) return;
    this.#drop(end);
    end.node.closed(end.link);
  }

  #drop(end: End): void {
    end.isOpen = false;
    end.coming.length = 0;
    this.#ends.get(end.node)?.delete(end.link);
    if (end.other !== undefined) end.other.other = undefined;
    end.other = undefined;
  }

  #endsOf(node: SimNode): Map<number, End> {
    let ends = this.#ends.get(node);
    if (ends === undefined) this.#ends.set(node, ends = new Map());
    return ends;
  }

  #delayMs(): number {
    const { delayMaxMs, lateChance, lateMaxMs } = this.weather;
    return 1 + this.#random.below(chance(this.#random, lateChance) ? lateMaxMs : delayMaxMs);
  }
}

export function chance(random: Random, probability: number): boolean {
  return probability > 0 && random.float() < probability;
}

export function pick<T>(random: Random, among: readonly T[]): T | undefined {
  return among[random.below(among.length)];
}

function newEnd(node: SimNode, link: number, isOutbound: boolean): End {
  return { node, life: node.life, link, coming: [], lastArrivalMs: 0, isOpen: true, isOutbound, peer: undefined, other: undefined };
}

function isAlive({ isOpen, node, life }: End): boolean {
  return isOpen && node.life === life && node.isUp;
}
