/**
 * One node's core against peers that the test speaks for. What the node does comes out as lines, one an output:
 * `connect b`, `b <- pong`, `close b`, `log ...`; peers go by the letter of their id.
 */
import { Random } from '../../../../src/base/random.ts';
import type { BusMessage, GossipEntry, MessageHeader, MessageKind, PingMessage } from '../../../../src/cluster/bus/message.ts';
import { readPacket } from '../../../../src/cluster/bus/packet-reader.ts';
import { writePacket } from '../../../../src/cluster/bus/packet-writer.ts';
import { ClusterCore } from '../../../../src/cluster/core/cluster-core.ts';
import type { Output } from '../../../../src/cluster/core/output.ts';
import { NodeFlag, printFlags } from '../../../../src/cluster/node-info.ts';
import type { NodeInfo } from '../../../../src/cluster/node-info.ts';
import type { ClusterSettings } from '../../../../src/cluster/settings.ts';
import { bitmapOf } from '../../../../src/cluster/slot-bitmap.ts';
import type { ClusterState } from '../../../../src/cluster/state.ts';
import { idOf, settings } from '../support.ts';

export const nodeTimeoutMs = settings.nodeTimeoutMs;

type HeaderChange = Partial<Omit<MessageHeader, 'slots'>> & { readonly slots?: readonly number[] };

export class Play {
  readonly core: ClusterCore;
  nowMs = 1_700_000_000_000;
  /** The whole of what was sent, oldest first. */
  readonly sent: { readonly to: string; readonly message: BusMessage }[] = [];
  readonly keysBySlot = new Map<number, number>();
  readonly #inbound = new Map<string, number>();
  readonly #outbound = new Map<number, string>();
  #ids = 0;

  constructor(state: ClusterState, changes: Partial<ClusterSettings> = {}) {
    this.core = new ClusterCore({
      state,
      settings: { ...settings, ...changes },
      random: new Random(7),
      newId: () => (++this.#ids).toString(16).padStart(40, 'f'),
      keysInSlot: (slot) => this.keysBySlot.get(slot) ?? 0,
    }, this.nowMs);
  }

  get state(): ClusterState {
    return this.core.state;
  }

  node(letter: string): NodeInfo | undefined {
    return this.state.nodes.get(idOf(letter));
  }

  /** `master,fail?`, or `gone`. */
  flags(letter: string): string {
    const node = this.node(letter);
    return node === undefined ? 'gone' : printFlags(node.flags);
  }

  /** Lets time go by in ticks of a tenth of a second; links that are asked for come about if `reachable` has the letter. */
  pass(ms: number, reachable = ''): string[] {
    const lines: string[] = [];
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += 100;
      this.core.tick(this.nowMs);
      lines.push(...this.#carryOut(reachable));
    }
    return lines;
  }

  /** A message comes over the link that the peer has opened; what is done about it. */
  from(letter: string, kind: MessageKind, header: HeaderChange = {}, body: object = {}): string[] {
    return this.#deliver(this.#linkFrom(letter), letter, kind, header, body);
  }

  /** A message comes back over the link that this node has opened to the peer. */
  backFrom(letter: string, kind: MessageKind, header: HeaderChange = {}, body: object = {}): string[] {
    const link = [...this.#outbound].findLast(([, to]) => to === letter)?.[0];
    if (link === undefined) throw new Error(`there is no link to ${letter}`);
    return this.#deliver(link, letter, kind, header, body);
  }

  /** Takes the outputs that are there. */
  outputs(): string[] {
    return this.#carryOut('');
  }

  /** The last message of a kind that was sent to a peer. */
  lastSent(letter: string, kind: MessageKind): BusMessage | undefined {
    return this.sent.findLast(({ to, message }) => to === letter && message.kind === kind)?.message;
  }

  #linkFrom(letter: string): number {
    const known = this.#inbound.get(letter);
    if (known !== undefined && this.core.link(known) !== undefined) return known;
    const link = this.core.accepted(this.nowMs, ipOf(letter), '10.0.0.1');
    this.#inbound.set(letter, link);
    return link;
  }

  #deliver(link: number, letter: string, kind: MessageKind, { slots, ...change }: HeaderChange, body: object): string[] {
    const header = { ...headerOf(letter), ...change, slots: bitmapOf(slots ?? []) };
    const isPing = kind === 'ping' || kind === 'pong' || kind === 'meet';
    const message = { kind, header, ...(isPing ? { gossip: [], extensions: {} } : {}), ...body } as BusMessage;
    this.core.receive(this.nowMs, link, readPacket(writePacket(message)));
    return this.#carryOut('');
  }

  #carryOut(reachable: string): string[] {
    const lines: string[] = [];
    for (let outputs = this.core.takeOutputs(); outputs.length > 0; outputs = this.core.takeOutputs()) {
      for (const output of outputs) lines.push(this.#carryOutOne(output, reachable));
    }
    return lines;
  }

  #carryOutOne(output: Output, reachable: string): string {
    switch (output.do) {
      case 'connect': {
        const letter = letterAt(output.ip);
        this.#outbound.set(output.link, letter);
        if (reachable.includes(letter)) this.core.connected(this.nowMs, output.link);
        else this.core.closed(this.nowMs, output.link);
        return `connect ${letter}`;
      }
      case 'send': {
        const to = this.#peerOf(output.link);
        this.sent.push({ to, message: readPacket(writePacket(output.message)) });
        return `${to} <- ${output.message.kind}`;
      }
      case 'close':
        return `close ${this.#peerOf(output.link)}`;
      case 'log':
        return `log ${output.text}`;
      case 'publish':
        return `publish ${Buffer.from(output.channel)} ${Buffer.from(output.message)}`;
      default:
        return `drop slots ${output.slots.join(' ')}`;
    }
  }

  #peerOf(link: number): string {
    return this.#outbound.get(link) ?? [...this.#inbound].find(([, id]) => id === link)?.[0] ?? '?';
  }
}

/** Without the lines of the log. */
export function quiet(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('log '));
}

export function ipOf(letter: string): string {
  return `10.0.0.${letter.charCodeAt(0) - 96}`;
}

function letterAt(ip: string): string {
  return String.fromCharCode(96 + Number(ip.split('.').at(-1)));
}

function headerOf(letter: string): MessageHeader {
  return {
    sender: idOf(letter), currentEpoch: 0n, configEpoch: 0n, replicationOffset: 0n, slots: bitmapOf([]), primaryId: '', announcedIp: '',
    port: 7000, otherPort: 0, busPort: 17000, flags: NodeFlag.primary, clusterIsUp: true, messageFlags: 0,
  };
}

/** A member as the state has it: where `Play` lets it be. */
export function peerOf(letter: string, change: Partial<NodeInfo> = {}): Partial<NodeInfo> & { readonly id: string } {
  return { id: idOf(letter), ip: ipOf(letter), port: 7000, busPort: 17000, ...change };
}

export function gossipOf(letter: string, change: Partial<GossipEntry> = {}): GossipEntry {
  return {
    nodeId: idOf(letter), pingSentSeconds: 0, pongReceivedSeconds: 0, ip: ipOf(letter), port: 7000, otherPort: 0, busPort: 17000,
    flags: NodeFlag.primary, ...change,
  };
}

export function gossiping(...gossip: readonly GossipEntry[]): Pick<PingMessage, 'gossip'> {
  return { gossip };
}
