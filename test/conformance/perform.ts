/**
 * Performs one case of a script against one server and notes the reply bytes of every step.
 *
 * A step has several replies when its bytes hold several commands; they are joined, and a
 * connection that the server closed leaves CLOSED_MARK. In bursts, neighbouring commands of one
 * connection are sent in a single write: the replies must be the same.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CLOSED, RespClient, encodeCommand } from '../support/resp-client.ts';
import { splitElements } from '../support/resp-reply.ts';
import type { Server } from '../support/server.ts';
import { connect } from '../support/start-server.ts';
import type { Transport } from '../support/start-server.ts';
import { until } from '../support/until.ts';
import { CLOSED_MARK } from './answer-text.ts';
import type { Case, Protocol, Script, Step } from './script.ts';

export interface Mode {
  readonly transport: Transport;
  readonly protocol: Protocol;
  readonly bursts: boolean;
}

/** A command that nobody has: it is answered by its name, before authentication too. */
const SENTINEL = 'this-is-the-end-of-the-raw-step';
const SCAN_CALLS_MAX = 10_000;

/** The answers of the case's steps, in order. */
export async function performCase(server: Server, script: Script, performed: Case, mode: Mode): Promise<Buffer[]> {
  await emptyServer(server, script);
  const clients = new Clients(server, mode);
  try {
    const answers: Buffer[] = [];
    while (answers.length < performed.steps.length) {
      const burst = takeBurst(performed.steps, answers.length, mode.bursts);
      const client = await clients.named(burst[0]!.client);
      answers.push(...(burst.length > 1 ? await sendBurst(client, burst) : [await performStep(client, burst[0]!)]));
    }
    return answers;
  } finally {
    clients.close();
  }
}

class Clients {
  readonly #server: Server;
  readonly #mode: Mode;
  readonly #open = new Map<string, RespClient>();

  constructor(server: Server, mode: Mode) {
    this.#server = server;
    this.#mode = mode;
  }

  async named(name: string): Promise<RespClient> {
    let client = this.#open.get(name);
    if (client === undefined) {
      client = await connect(this.#server, this.#mode.transport);
      this.#open.set(name, client);
      if (this.#mode.protocol === 3) await client.call('HELLO', 3);
    }
    return client;
  }

  close(): void {
    for (const client of this.#open.values()) client.close();
  }
}

async function emptyServer(server: Server, script: Script): Promise<void> {
  const client = await connect(server);
  const password = script.config['requirepass'];
  if (password !== undefined) await client.call('AUTH', password);
  const reply = await client.call('FLUSHALL');
  if (script.config['cluster-enabled'] === 'yes') await client.call('CLUSTER', 'FLUSHSLOTS');
  client.close();
  if (reply !== 'OK') throw new Error(`FLUSHALL before a case: ${JSON.stringify(reply)}`);
}

function takeBurst(steps: readonly Step[], from: number, bursts: boolean): readonly Step[] {
  const first = steps[from]!;
  let end = from + 1;
  if (bursts && first.kind === 'command') {
    while (steps[end]?.kind === 'command' && steps[end]?.client === first.client) end++;
  }
  return steps.slice(from, end);
}

async function sendBurst(client: RespClient, steps: readonly Step[]): Promise<Buffer[]> {
  client.write(Buffer.concat(steps.map((step) => encodeCommand(step.words))));
  const answers: Buffer[] = [];
  for (const step of steps) answers.push(await readAnswer(client, step));
  return answers;
}

async function performStep(client: RespClient, step: Step): Promise<Buffer> {
  switch (step.kind) {
    case 'sleep':
      await delay(Number(step.words[0]));
      return Buffer.alloc(0);
    case 'until':
      await until(step.line, async () => (await client.callRaw(...step.words.slice(1))).includes(step.words[0]!));
      return Buffer.alloc(0);
    case 'raw':
      return await sendRaw(client, step);
    case 'scan':
      return await scanToEnd(client, step);
    case 'command':
      client.write(encodeCommand(step.words));
      return await readAnswer(client, step);
  }
}

async function readAnswer(client: RespClient, step: Step): Promise<Buffer> {
  try {
    const reply = await client.readReply();
    return reply === CLOSED ? Buffer.from(CLOSED_MARK) : reply;
  } catch (error) {
    throw new Error(`${(error as Error).message} (${step.line})`, { cause: error });
  }
}

async function sendRaw(client: RespClient, step: Step): Promise<Buffer> {
  client.write(Buffer.concat([...step.words, encodeCommand([SENTINEL])]));
  const replies: Buffer[] = [];
  for (;;) {
    const reply = await readAnswer(client, step);
    if (reply.includes(SENTINEL)) return Buffer.concat(replies);
    replies.push(reply);
    if (reply.equals(Buffer.from(CLOSED_MARK))) return Buffer.concat(replies);
  }
}

/** The elements of every page as one reply, sorted, each once. */
async function scanToEnd(client: RespClient, step: Step): Promise<Buffer> {
  const words = [...step.words];
  const cursorAt = String(words[0]).toUpperCase() === 'SCAN' ? 1 : 2;
  const seen = new Set<string>();
  for (let call = 0; call < SCAN_CALLS_MAX; call++) {
    const reply = await client.callRaw(...words);
    const [cursor, page] = splitElements(reply)?.elements ?? [];
    if (cursor === undefined || page === undefined) return reply;
    for (const element of splitElements(page)?.elements ?? []) seen.add(element.toString('latin1'));
    words[cursorAt] = cursor.subarray(cursor.indexOf(10) + 1, -2);
    if (words[cursorAt].equals(Buffer.from('0'))) return Buffer.from(`~${seen.size}\r\n${[...seen].toSorted().join('')}`, 'latin1');
  }
  throw new Error(`no end after ${SCAN_CALLS_MAX} pages (${step.line})`);
}
