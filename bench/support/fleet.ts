/**
 * Many servers of one kind as one cluster on this host: primaries with equal shares of the slots. What they know is asked
 * with so few questions that the answers cost nothing beside what is measured.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { nodeLines } from '../../test/support/cluster-nodes.ts';
import type { NodeLine } from '../../test/support/cluster-nodes.ts';
import type { RespClient } from '../../test/support/resp-client.ts';
import type { Server } from '../../test/support/server.ts';
import { connect } from '../../test/support/start-server.ts';
import type { Contestant } from './contestants.ts';

const slotCount = 16384;
/** Starting is work for a processor. */
const startedAtOnce = 2;
/** Between two questions, whomever they go to. */
export const paceMs = 50;
const patienceMs = 120_000;
const logTailLength = 2000;

export interface FleetNode {
  readonly server: Server;
  readonly client: RespClient;
  readonly id: string;
  readonly busPort: number;
}

/** How a node sees the cluster. */
export interface View {
  readonly lines: readonly NodeLine[];
  readonly info: string;
}

export class Fleet {
  readonly nodes: FleetNode[] = [];
  readonly #contestant: Contestant;
  readonly #config: Readonly<Record<string, string>>;

  private constructor(contestant: Contestant, nodeTimeoutMs: number) {
    this.#contestant = contestant;
    this.#config = {
      'cluster-enabled': 'yes', 'cluster-node-timeout': String(nodeTimeoutMs), 'cluster-require-full-coverage': 'no',
    };
  }

  /** Runs `use` with `count` nodes that do not know each other yet. */
  static async with<T>(contestant: Contestant, count: number, nodeTimeoutMs: number, use: (fleet: Fleet) => Promise<T>): Promise<T> {
    const fleet = new Fleet(contestant, nodeTimeoutMs);
    try {
      await fleet.#start(count);
      return await use(fleet);
    } finally {
      for (const { client, server } of fleet.nodes) {
        client.close();
        await server.kill();
      }
    }
  }

  /** Everybody meets the first, who tells of them to all others. */
  async meet(): Promise<void> {
    const [first, ...others] = this.nodes;
    for (const { client } of others) await expectOk(client, 'CLUSTER', 'MEET', '127.0.0.1', first!.server.address.port, first!.busPort);
  }

  /**
   * When each of `nodes` is first found to see the cluster so, since `startMs`: they are asked in turn, one every 50 ms,
   * and the next at once after one that does. `watch` gets every answer.
   */
  async whenSeen(what: string, nodes: readonly FleetNode[], startMs: number, isSo: (view: View) => boolean, watch?: (view: View) => void): Promise<number[]> {
    const timesMs: number[] = [];
    const waiting = [...nodes];
    while (waiting.length > 0) {
      const node = waiting.shift()!;
      const view = await viewOf(node);
      watch?.(view);
      const sinceMs = performance.now() - startMs;
      if (isSo(view)) {
        timesMs.push(sinceMs);
        continue;
      }
      if (sinceMs > patienceMs) throw new Error(`not within ${patienceMs} ms: ${what}\n${JSON.stringify(view)}\n${node.server.log.slice(-logTailLength)}`);
      waiting.push(node);
      await delay(paceMs);
    }
    return timesMs;
  }

  /** kill -9. */
  async kill(node: FleetNode): Promise<void> {
    node.client.close();
    await node.server.kill();
  }

  /** Starts a node that was killed where it was, and with what it had on disk. */
  async startAgain(node: FleetNode): Promise<FleetNode> {
    const { server: { address, dir }, busPort } = node;
    const started = await this.#launch({ dir, 'cluster-port': String(busPort) }, address.port);
    this.nodes[this.nodes.indexOf(node)] = started;
    return started;
  }

  async #start(count: number): Promise<void> {
    while (this.nodes.length < count) {
      const launches = Array.from({ length: Math.min(startedAtOnce, count - this.nodes.length) }, () => this.#launch());
      for (const { status, value, reason } of (await Promise.allSettled(launches)) as { status: string; value: FleetNode; reason: unknown }[]) {
        if (status !== 'fulfilled') throw reason;
        this.nodes.push(value);
      }
    }
    for (const [index, { client }] of this.nodes.entries()) {
      const [first, end] = [index, index + 1].map((share) => Math.floor((share * slotCount) / count));
      await expectOk(client, 'CLUSTER', 'ADDSLOTSRANGE', first!, end! - 1);
      await expectOk(client, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }
  }

  async #launch(config: Readonly<Record<string, string>> = {}, port?: number): Promise<FleetNode> {
    const server = await this.#contestant.start({ ...this.#config, ...config }, port);
    const client = await connect(server, 'tcp', patienceMs);
    const { id, busPort } = nodeLines(String(await client.call('CLUSTER', 'NODES'))).find(({ flags }) => flags.includes('myself'))!;
    return { server, client, id, busPort };
  }
}

export async function infoOf({ client }: FleetNode): Promise<string> {
  return String(await client.call('CLUSTER', 'INFO'));
}

async function viewOf(node: FleetNode): Promise<View> {
  return { lines: nodeLines(String(await node.client.call('CLUSTER', 'NODES'))), info: await infoOf(node) };
}

async function expectOk(client: RespClient, ...words: (string | number)[]): Promise<void> {
  const reply = await client.call(...words);
  if (reply !== 'OK') throw new Error(`${words.join(' ')}: ${String(reply)}`);
}
