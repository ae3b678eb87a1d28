/**
 * A load of so many SETs a second over some connections, which follows redirects and times each write from when it is
 * first sent to when it is acknowledged. It remembers what was acknowledged, so that it can tell what is lost.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const connectionsPerNode = 20;
const pacePeriodMs = 2;
/** So many writes go to the wrong node first, so that following a redirect is not this program's first time. */
const misdirectedCount = 5000;

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** For how long this program stood still at most, as on a machine with too few processors: latencies hold that as well. */
  readonly stall: number;
}

interface Write {
  readonly key: number;
  readonly value: number;
  readonly sentMs: number;
}

type OnReply = (lane: Lane, write: Write, reply: string) => void;

class Lane {
  readonly port: number;
  readonly #socket: Socket;
  readonly #waiting: Write[] = [];
  readonly #onReply: OnReply;
  #rest = '';
  #out = '';

  private constructor(port: number, socket: Socket, onReply: OnReply) {
    this.port = port;
    this.#socket = socket;
    this.#onReply = onReply;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes.toString('latin1')));
  }

  static async open(port: number, onReply: OnReply): Promise<Lane> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new Lane(port, socket, onReply);
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  add(write: Write): void {
    const [key, value] = [nameOf(write.key), String(write.value)];
    this.#waiting.push(write);
    this.#out += `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`;
  }

  flush(): void {
    if (this.#out !== '') this.#socket.write(this.#out);
    this.#out = '';
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onReply(this, this.#waiting.shift()!, line);
  }
}

export class PacedWriters {
  readonly #lanes: readonly (readonly Lane[])[];
  /** What each key was set to last, as its owner answered; 0 for never. No Map: growing one stops the load for 50 ms. */
  readonly #acknowledged: Float64Array;
  /** The node that acknowledged it: the slots go from the first to the last. */
  readonly #acknowledgedBy: Uint8Array;
  readonly #nanoseconds = createHistogram();
  readonly #keyCount: number;
  readonly #timer: NodeJS.Timeout;
  /** The lanes' node that had the slots last. */
  #node = 0;
  #count = 0;
  #tickedMs = 0;
  #stallMs = 0;
  #isOn = true;

  static async start(ports: readonly number[], perSecond: number, keyCount: number): Promise<PacedWriters> {
    const answered: OnReply = (lane, write, reply) => writers.#answered(lane, write, reply);
    const lanes = await Promise.all(ports.map((port) => Promise.all(Array.from({ length: connectionsPerNode }, () => Lane.open(port, answered)))));
    const writers = new PacedWriters(lanes, perSecond, keyCount);
    return writers;
  }

  private constructor(lanes: readonly (readonly Lane[])[], perSecond: number, keyCount: number) {
    this.#lanes = lanes;
    this.#keyCount = keyCount;
    this.#acknowledged = new Float64Array(keyCount);
    this.#acknowledgedBy = new Uint8Array(keyCount);
    this.#node = lanes.length - 1;
    const startedMs = performance.now();
    this.#timer = setInterval(() => {
      if (!this.#isOn) return;
      const nowMs = performance.now();
      if (this.#tickedMs > 0) this.#stallMs = Math.max(this.#stallMs, nowMs - this.#tickedMs - pacePeriodMs);
      this.#tickedMs = nowMs;
      const due = Math.floor(((nowMs - startedMs) * perSecond) / 1000);
      while (this.#count < due) this.#write();
      for (const lane of this.#lanes.flat()) lane.flush();
    }, pacePeriodMs);
  }

  async forSeconds(seconds: number): Promise<void> {
    await delay(seconds * 1000);
  }

  /** Of the writes acknowledged since the last call. */
  takeLatencies(): Latencies {
    const { count, max } = this.#nanoseconds;
    const [p50, p99] = [50, 99].map((share) => this.#nanoseconds.percentile(share) / 1e6) as [number, number];
    const stall = this.#stallMs;
    this.#nanoseconds.reset();
    this.#stallMs = 0;
    return { count, p50, p99, max: max / 1e6, stall };
  }

  /** Ends the load and reads back what was acknowledged; how many writes are lost. */
  async stop(): Promise<number> {
    this.#isOn = false;
    while (!this.#lanes.flat().every((lane) => lane.isIdle)) await delay(5);
    clearInterval(this.#timer);
    for (const lane of this.#lanes.flat()) lane.close();
    return await this.#countLost();
  }

  #write(): void {
    const key = (this.#count * 7919) % this.#keyCount;
    this.#lane(this.#node, key).add({ key, value: ++this.#count, sentMs: performance.now() });
  }

  /** A key's writes take one connection of a node, so that they stay in order. */
  #lane(node: number, key: number): Lane {
    return this.#lanes[node]![key % connectionsPerNode]!;
  }

  #answered(lane: Lane, write: Write, reply: string): void {
    if (reply === '+OK') {
      this.#nanoseconds.record(Math.max(1, Math.round((performance.now() - write.sentMs) * 1e6)));
      const node = this.#nodeOf(lane.port);
      if (this.#acknowledgedBy[write.key]! > node) return;
      this.#acknowledged[write.key] = write.value;
      this.#acknowledgedBy[write.key] = node;
      return;
    }
    const port = Number(/^-MOVED \d+ [^:]*:(\d+)$/.exec(reply)?.[1]);
    const node = this.#nodeOf(port);
    if (node < 0) throw new Error(`port ${lane.port} answered ${reply}`);
    if (this.#count >= misdirectedCount) this.#node = node;
    const next = this.#lane(node, write.key);
    next.add(write);
    setImmediate(() => next.flush());
  }

  #nodeOf(port: number): number {
    return this.#lanes.findIndex(([first]) => first!.port === port);
  }

  async #countLost(): Promise<number> {
    let lost = 0;
    const socket = connect({ host: '127.0.0.1', port: this.#lanes[this.#node]![0]!.port });
    await once(socket, 'connect');
    const keys = Array.from(this.#acknowledged.keys()).filter((key) => this.#acknowledged[key] !== 0);
    const replies = linesOf(socket, keys.length * 2);
    for (let i = 0; i < keys.length; i += 1000) {
      const isTaken = socket.write(keys.slice(i, i + 1000).map((key) => `*2\r\n$3\r\nGET\r\n$12\r\n${nameOf(key)}\r\n`).join(''));
      if (!isTaken) await once(socket, 'drain');
    }
    const lines = await replies;
    keys.forEach((key, i) => {
      if (Number(lines[i * 2 + 1]) !== this.#acknowledged[key]) lost++;
    });
    socket.destroy();
    return lost;
  }
}

function nameOf(key: number): string {
  return `key:${String(key).padStart(8, '0')}`;
}

async function linesOf(socket: Socket, count: number): Promise<string[]> {
  const lines: string[] = [];
  let rest = '';
  return await new Promise((resolve) => {
    if (count === 0) resolve(lines);
    socket.on('data', (bytes: Buffer) => {
      const parts = (rest + bytes.toString('latin1')).split('\r\n');
      rest = parts.pop()!;
      for (const part of parts) lines.push(part);
      if (lines.length >= count) resolve(lines);
    });
  });
}
