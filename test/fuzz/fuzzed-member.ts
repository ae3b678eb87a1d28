/**
 * A member of a small cluster that gets spoilt packets: bytes to packets to messages to the core, and the core's
 * outputs carried out, as the server does it. What it sends must be well-formed whatever it got, and what it keeps must
 * come back from nodes.conf as it was.
 */
import { assert } from '../../src/base/assert.ts';
import type { Random } from '../../src/base/random.ts';
import { PacketAssembler, MEMBER_BYTES_MAX } from '../../src/cluster/bus/packet-assembler.ts';
import { BusFormatError } from '../../src/cluster/bus/packet-cursor.ts';
import { readPacket } from '../../src/cluster/bus/packet-reader.ts';
import { writePacket } from '../../src/cluster/bus/packet-writer.ts';
import { ClusterCore } from '../../src/cluster/core/cluster-core.ts';
import type { Output } from '../../src/cluster/core/output.ts';
import { nodeLines } from '../../src/cluster/node-lines.ts';
import { parseNodesConf, printNodesConf } from '../../src/cluster/nodes-conf.ts';
import { buildSlotTable } from '../../src/cluster/slot-table.ts';
import type { ClusterState } from '../../src/cluster/state.ts';
import { NO_OWNER, maxEpoch } from '../../src/cluster/state.ts';
import { clusterShards, servedRanges } from '../../src/cluster/topology.ts';
import { settings } from '../unit/cluster/support.ts';
import { pick } from './spoil-packet.ts';

const LINKS_MAX = 12;
const TICK_MAX_MS = 2000;

/** What became of a packet's bytes. */
export interface Verdicts {
  packets: number;
  messages: number;
  dropped: number;
}

interface Link {
  readonly id: number;
  readonly assembler: PacketAssembler;
  receivedBytes: number;
}

export class FuzzedMember {
  readonly core: ClusterCore;
  readonly verdicts: Verdicts = { packets: 0, messages: 0, dropped: 0 };
  readonly #random: Random;
  readonly #links = new Map<number, Link>();
  #ids = 0;
  #nowMs = 1_700_000_000_000;

  constructor(random: Random, state: ClusterState) {
    this.#random = random;
    this.core = new ClusterCore({
      state, settings, random,
      newId: () => (++this.#ids).toString(16).padStart(40, 'f'),
      keysInSlot: (slot) => slot % 3,
    }, this.#nowMs);
  }

  /** Bytes come over a link, cut anywhere. Anything but a malformed packet, which costs the link, comes out. */
  take(bytes: Buffer): void {
    const link = this.#anyLink();
    this.verdicts.packets++;
    try {
      for (const chunk of cut(this.#random, bytes)) {
        link.assembler.feed(chunk);
        link.receivedBytes += chunk.length;
        assert(link.assembler.heldBytes <= 2 * link.receivedBytes, 'what is held has come, whatever a packet claims to have');
        if (!this.#links.has(link.id)) return;
      }
    } catch (error) {
      if (!(error instanceof BusFormatError)) throw error;
      this.verdicts.dropped++;
      this.#end(link.id);
    }
  }

  tick(): void {
    this.#nowMs += this.#random.below(TICK_MAX_MS);
    this.core.tick(this.#nowMs);
    this.#carryOut();
  }

  /** Throws when what the node believes does not hold together. */
  check(): void {
    const { state } = this.core;
    assert(state.nodes.has(state.myId), 'the node is a member of its cluster');
    for (const owner of new Set(state.owners)) assert(owner === NO_OWNER || state.nodes.has(owner), 'owners are members');
    for (const { id } of this.core.memberLinks()) assert(this.#links.has(id), 'the links of members are open');
    const kept = parseNodesConf(printNodesConf(state), this.#nowMs, '');
    // A sender may claim a config epoch beyond its current one; a start raises the current one to those of primaries.
    assert(kept.currentEpoch >= state.currentEpoch && kept.currentEpoch <= maxEpoch(state), 'no epoch goes back over a restart');
    const [before, after] = [state, { ...kept, currentEpoch: state.currentEpoch }].map(keptLines) as [string[], string[]];
    const at = before.findIndex((line, i) => line !== after[i]);
    assert(at < 0, `nodes.conf comes back as it was, not ${after[at]} for ${before[at]}`);
    const seen = this.core.seen();
    nodeLines(seen, seen.nodes.values(), 'tcp-client');
    servedRanges(seen);
    clusterShards(seen);
    buildSlotTable(state, true, this.core.isHeld);
  }

  #anyLink(): Link {
    const open = [...this.#links.values()];
    if (open.length >= LINKS_MAX || (open.length > 0 && this.#random.below(3) !== 0)) return pick(this.#random, open);
    return this.#open(this.core.accepted(this.#nowMs, `10.0.0.${this.#random.below(6)}`, '10.0.0.1'));
  }

  #open(id: number): Link {
    const assembler = new PacketAssembler((packet) => {
      if (this.#links.has(id)) this.#receive(id, assembler, packet);
    });
    const link = { id, assembler, receivedBytes: 0 };
    this.#links.set(id, link);
    return link;
  }

  #receive(id: number, assembler: PacketAssembler, packet: Uint8Array): void {
    const message = readPacket(packet);
    this.verdicts.messages++;
    this.core.receive(this.#nowMs, id, message);
    this.#carryOut();
    if (this.core.state.nodes.has(this.core.link(id)?.nodeId ?? '')) assembler.bytesMax = MEMBER_BYTES_MAX;
  }

  #carryOut(): void {
    for (let outputs = this.core.takeOutputs(); outputs.length > 0; outputs = this.core.takeOutputs()) {
      for (const output of outputs) this.#perform(output);
    }
  }

  #perform(output: Output): void {
    if (output.do === 'send') readPacket(writePacket(output.message));
    else if (output.do === 'close') this.#links.delete(output.link);
    else if (output.do === 'connect') this.#connect(output.link);
  }

  #connect(id: number): void {
    if (this.#random.below(3) === 0) {
      this.core.closed(this.#nowMs, id);
      return;
    }
    this.#open(id);
    this.core.connected(this.#nowMs, id);
  }

  #end(id: number): void {
    this.#links.delete(id);
    this.core.closed(this.#nowMs, id);
    this.#carryOut();
  }
}

/** The lines of nodes.conf; a replica's epoch is shown there, and not read. */
function keptLines(state: ClusterState): string[] {
  return printNodesConf(state).split('\n').map((line) => line.replace(/( \S*slave\S* \S+ \d+ \d+) \d+/, '$1'));
}

/** Mostly as it is, else in up to five pieces. */
function cut(random: Random, bytes: Buffer): Buffer[] {
  if (random.below(2) === 0) return [bytes];
  const places = Array.from({ length: random.below(5) }, () => random.below(bytes.length + 1)).toSorted((a, b) => a - b);
  return [...places, bytes.length].map((end, i) => bytes.subarray(places[i - 1] ?? 0, end));
}
