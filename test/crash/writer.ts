/**
 * One client that writes to keys of its own, in pipelines, and knows what was acknowledged: SET, INCR and DEL of
 * single keys, MSET and DEL of groups over many slots under one token, and INCR of a counter that all share.
 */
import type { Random } from '../../src/base/random.ts';
import { RespClient } from '../support/resp-client.ts';
import { CLOSED, encodeCommand } from '../support/resp-client.ts';
import { decodeReply } from '../support/resp-reply.ts';
import type { Reply } from '../support/resp-reply.ts';
import { Expectation } from './expectation.ts';
import type { SharedCounter } from './shared-counter.ts';

/** A command on its way, the reply that acknowledges it, and what that acknowledges. */
interface Flight {
  readonly words: readonly string[];
  readonly reply: Reply | undefined;
  readonly acknowledge: () => void;
}

const KEY_COUNT = 12;
const COUNTER_COUNT = 3;
const GROUP_COUNT = 4;
const GROUP_SIZE = 6;
const PIPELINE_MAX = 16;

export class Writer {
  readonly #random: Random;
  readonly #shared: SharedCounter;
  readonly #keys: readonly Expectation[];
  readonly #counters: readonly Expectation[];
  readonly #groups: readonly Expectation[];
  #token = 0;
  #acknowledgedCount = 0;

  constructor(index: number, random: Random, shared: SharedCounter) {
    this.#random = random;
    this.#shared = shared;
    const named = (kind: string, count: number): string[] => Array.from({ length: count }, (_, i) => `w${index}:${kind}${i}`);
    this.#keys = named('key', KEY_COUNT).map((key) => new Expectation([key]));
    this.#counters = named('counter', COUNTER_COUNT).map((key) => new Expectation([key]));
    this.#groups = named('group', GROUP_COUNT).map((group) => new Expectation(Array.from({ length: GROUP_SIZE }, (_, i) => `${group}:${i}`)));
  }

  get acknowledgedCount(): number {
    return this.#acknowledgedCount;
  }

  /** Everything this writer has written to. */
  get expectations(): readonly Expectation[] {
    return [...this.#keys, ...this.#counters, ...this.#groups];
  }

  /** Writes until the server closes the connection; throws when a reply is not the acknowledgement. */
  async write(client: RespClient): Promise<void> {
    for (;;) {
      const flights = Array.from({ length: 1 + this.#random.below(PIPELINE_MAX) }, () => this.#next());
      client.write(Buffer.concat(flights.map(({ words }) => encodeCommand(words))));
      for (const flight of flights) {
        const bytes = await client.readReply();
        if (bytes === CLOSED) return;
        const reply = decodeReply(bytes);
        if (flight.reply !== undefined && reply !== flight.reply) {
          throw new Error(`${flight.words.join(' ')} was answered with ${JSON.stringify(reply)}, not ${flight.reply}`);
        }
        flight.acknowledge();
        this.#acknowledgedCount++;
      }
    }
  }

  #next(): Flight {
    const kind = this.#random.below(10);
    if (kind < 3) return this.#set();
    if (kind < 4) return this.#delete(this.#pick(this.#keys));
    if (kind < 6) return this.#increment();
    if (kind < 7) return this.#incrementShared();
    if (kind < 9) return this.#setGroup();
    return this.#delete(this.#pick(this.#groups));
  }

  #set(): Flight {
    const key = this.#pick(this.#keys);
    const token = this.#nextToken();
    return this.#flight(key, ['SET', ...key.keys, token], token, 'OK');
  }

  #delete(target: Expectation): Flight {
    return this.#flight(target, ['DEL', ...target.keys], null, target.latest === null ? 0 : target.keys.length);
  }

  #increment(): Flight {
    const counter = this.#pick(this.#counters);
    const value = Number(counter.latest ?? 0) + 1;
    return this.#flight(counter, ['INCR', ...counter.keys], String(value), value);
  }

  #incrementShared(): Flight {
    this.#shared.sent();
    return { words: ['INCR', this.#shared.key], reply: undefined, acknowledge: () => this.#shared.acknowledged() };
  }

  #setGroup(): Flight {
    const group = this.#pick(this.#groups);
    const token = this.#nextToken();
    return this.#flight(group, ['MSET', ...group.keys.flatMap((key) => [key, token])], token, 'OK');
  }

  #flight(target: Expectation, words: readonly string[], state: string | null, reply: Reply): Flight {
    target.sent(state);
    return { words, reply, acknowledge: () => target.acknowledged() };
  }

  #pick(from: readonly Expectation[]): Expectation {
    return from[this.#random.below(from.length)]!;
  }

  #nextToken(): string {
    return `t${++this.#token}${'x'.repeat(this.#random.below(60))}`;
  }
}
