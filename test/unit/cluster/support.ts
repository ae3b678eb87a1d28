/** What the cluster tests share: ids, states, a node without a server, and a way to call its commands. */
import { Random } from '../../../src/base/random.ts';
import { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import type { ClusterHost } from '../../../src/cluster/cluster-node.ts';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import type { AnnouncedAddress, NodeInfo } from '../../../src/cluster/node-info.ts';
import type { ClusterSettings } from '../../../src/cluster/settings.ts';
import { newClusterState, newNode } from '../../../src/cluster/state.ts';
import type { ClusterState } from '../../../src/cluster/state.ts';
import type { DoorCommand } from '../../../src/commands/command.ts';
import { clusterCommands } from '../../../src/commands/door/cluster.ts';
import { DoorCall } from '../../../src/commands/door-call.ts';
import { BufferSink } from '../../../src/protocol/buffer-sink.ts';
import * as errors from '../../../src/protocol/errors.ts';
import { ReplyWriter } from '../../../src/protocol/reply-writer.ts';
import type { Session } from '../../../src/routing/session.ts';
import type { Server } from '../../../src/server/server.ts';

/** A node or shard id made of one hex digit. */
export const idOf = (digit: string): string => digit.repeat(40);

export const me = idOf('a');
export const other = idOf('b');
export const third = idOf('c');
export const myShard = idOf('1');

export const address: AnnouncedAddress = { ip: '', port: 7001, tlsPort: 0, busPort: 17001, hostname: '' };

export const settings: ClusterSettings = {
  requireFullCoverage: true,
  allowReadsWhenDown: false,
  preferredEndpoint: 'ip',
  address,
  humanName: '',
  clientIpv4: '',
  clientIpv6: '',
  clientTcpPort: 0,
  clientTlsPort: 0,
  nodeTimeoutMs: 1000,
  pingIntervalMs: 1000,
  blacklistTtlMs: 60_000,
  gossipPercent: 10,
  allowReplicaMigration: true,
  overTls: false,
  savesBestEffort: false,
};

/** A node alone with further members: primaries unless said otherwise. */
export function stateWith(...members: (Partial<NodeInfo> & { readonly id: string })[]): ClusterState {
  const alone = newClusterState(me, myShard);
  const nodes = new Map(alone.nodes);
  for (const member of members) nodes.set(member.id, { ...newNode(member.id, '', NodeFlag.primary), ...nodes.get(member.id), ...member });
  return { ...alone, nodes };
}

export function owning(state: ClusterState, slots: Readonly<Record<number, string>>): ClusterState {
  const owners = [...state.owners];
  for (const [slot, id] of Object.entries(slots)) owners[Number(slot)] = id;
  return { ...state, owners };
}

/** Every slot of `state` belongs to `id`. */
export function owningAll(state: ClusterState, id = me): ClusterState {
  return { ...state, owners: state.owners.map(() => id) };
}

export function expectState(outcome: ClusterState | string): ClusterState {
  if (typeof outcome === 'string') throw new Error(`refused: ${outcome}`);
  return outcome;
}

/** The server around a node: counts what the tests put in, keeps what is saved. */
export class TestHost implements ClusterHost {
  readonly saved: string[] = [];
  readonly keysBySlot = new Map<number, number>();
  saveError: Error | undefined;
  readonly random = new Random(1);
  nowMs = 1_700_000_000_000;
  #ids = 0;

  save(text: string): void {
    if (this.saveError !== undefined) throw this.saveError;
    this.saved.push(text);
  }

  newId(): string {
    this.#ids++;
    return this.#ids.toString(16).padStart(40, '0');
  }

  now(): number {
    return this.nowMs;
  }

  keyCount(): number {
    return [...this.keysBySlot.values()].reduce((sum, count) => sum + count, 0);
  }

  slotKeyCount(slot: number): number {
    return this.keysBySlot.get(slot) ?? 0;
  }

  async dropKeys(): Promise<void> {
    this.keysBySlot.clear();
  }
}

/** One client of a node's CLUSTER commands: looks a command up and checks its arity as the dispatcher does. */
export class ClusterClient {
  readonly node: ClusterNode | undefined;
  readonly host: TestHost;
  readonly session = { asking: false, readonlyMode: false, connection: { kind: 'tcp', isIpv6: false } };
  resp: 2 | 3 = 2;

  constructor(node: ClusterNode | undefined, host = new TestHost()) {
    this.node = node;
    this.host = host;
  }

  static of(state: ClusterState, changes: Partial<ClusterSettings> = {}): ClusterClient {
    const host = new TestHost();
    return new ClusterClient(new ClusterNode(host, { ...settings, ...changes }, state), host);
  }

  /** As `of`, when what a primary waits for among others before it serves is over. */
  static settled(state: ClusterState, changes: Partial<ClusterSettings> = {}): ClusterClient {
    const client = ClusterClient.of(state, changes);
    client.host.nowMs += 10_000;
    client.node!.configure(client.node!.settings);
    return client;
  }

  /** The reply's bytes, one character a byte. */
  async call(...words: string[]): Promise<string> {
    const sink = new BufferSink();
    const reply = new ReplyWriter(sink);
    reply.resp = this.resp;
    const row = findRow(words);
    if (typeof row === 'string') reply.error(row);
    else await row.execute(this.#doorCall(reply, words));
    return sink.take().toString('latin1');
  }

  #doorCall(reply: ReplyWriter, words: readonly string[]): DoorCall {
    const parts = words.map((word) => Buffer.from(word, 'latin1'));
    let offset = 0;
    const args = Int32Array.from(parts.flatMap((part) => [(offset += part.length) - part.length, part.length]));
    const server = { cluster: this.node, stats: { countError: () => undefined }, settleWrites: async () => () => undefined };
    return new DoorCall(this.session as unknown as Session, server as unknown as Server, reply, 0, 0, Buffer.concat(parts), args);
  }
}

function findRow(words: readonly string[]): DoorCommand | string {
  const name = words[0]!.toLowerCase();
  const top = clusterCommands.find((row) => row.name === name);
  if (top === undefined) throw new Error(`${name} is not a cluster command`);
  const isContainer = 'subcommands' in top;
  if (isContainer && words.length === 1) return errors.wrongArity(name);
  const found = isContainer ? top.subcommands.find((row) => row.name === words[1]?.toLowerCase()) : top;
  if (found === undefined) return errors.unknownSubcommand(words[1] ?? '', name);
  const { arity } = found;
  const fits = arity < 0 ? words.length >= -arity : words.length === arity;
  if (!fits) return errors.wrongArity(isContainer ? `${name}|${found.name}` : name);
  if (found.place !== 'door') throw new Error(`${found.name} does not run on the door`);
  return found;
}
