/**
 * A connection to the client port of another node over which a migration is talked about: the messages of
 * cluster/migration/message.ts as `CLUSTER SYNCSLOTS …`, each with one reply in order.
 *
 *   ESTABLISH task source start end …      +OK
 *   DATA task shard bytes                  +OK         a piece of the shard's tap
 *   SYNC, ALIVE, DONE task                 +OK
 *   TAKE task epoch                        +TAKEN epoch
 *   OUTCOME task                           +TAKEN epoch
 *   ABORT task reason                      +OK
 *   REQUEST task destination start end …   +OK         to the source: begin this task
 *
 * Any of them may be answered with -ABORTED: the task is not under way, or no more.
 */
import RedisParser from 'redis-parser';
import type { Answer, SourceMessage } from '../../cluster/migration/message.ts';
import type { Range } from '../../cluster/migration/ranges.ts';
import type { NodeInfo } from '../../cluster/node-info.ts';
import type { ConfigValues } from '../../config/options.ts';
import type { BusLink } from '../../socket/bus-link.ts';
import { connectToNode } from '../../socket/node-connection.ts';
import { encodeRequest } from '../../protocol/encode-request.ts';

export interface LinkHooks {
  readonly onAnswer: (to: SourceMessage['kind'] | 'request', answer: Answer) => void;
  /** A piece of data has been applied. */
  readonly onApplied: (byteCount: number) => void;
  /** The link has ended, or made no sense. */
  readonly onEnd: (reason: string) => void;
}

type Asked = { readonly kind: SourceMessage['kind'] | 'request' | 'auth' | 'data'; readonly byteCount: number };

export class MigrationLink {
  readonly #link: BusLink;
  readonly #taskId: string;
  readonly #hooks: LinkHooks;
  readonly #asked: Asked[] = [];
  readonly #parser = new RedisParser({
    returnReply: (reply) => this.#take(String(reply), false),
    returnError: (error) => this.#take(error.message, true),
    returnFatalError: (error) => this.#fail(error.message),
  });
  #isOver = false;

  /** Connects to a node; `onReady` is called once it can be asked. Throws what is wrong with the certificates. */
  static connect(values: ConfigValues, { ip, port, tlsPort }: NodeInfo, taskId: string, hooks: LinkHooks, onReady: () => void): MigrationLink {
    const clientPort = values['tls-cluster'] ? tlsPort || port : port || tlsPort;
    const password = values.masterauth || values.requirepass;
    const link = new MigrationLink(connectToNode(values, ip, clientPort, () => {
      if (password !== '') link.#authenticate(values.masterauth === '' ? '' : values.masteruser, password);
      onReady();
    }), taskId, hooks);
    return link;
  }

  constructor(link: BusLink, taskId: string, hooks: LinkHooks) {
    this.#link = link;
    this.#taskId = taskId;
    this.#hooks = hooks;
    link.start({ onBytes: (bytes) => this.#parser.execute(bytes), onEnd: () => this.#fail('the connection was lost') });
  }

  /** Bytes that the system has not taken yet. */
  get waitingBytes(): number {
    return this.#link.waitingBytes;
  }

  send(message: SourceMessage, myId: string, ranges: readonly Range[]): void {
    const words = (): string[] => {
      if (message.kind === 'establish') return [myId, ...bounds(ranges)];
      if (message.kind === 'take') return [String(message.epoch)];
      return message.kind === 'abort' ? [message.reason] : [];
    };
    this.#ask(message.kind, 0, 'CLUSTER', 'SYNCSLOTS', message.kind.toUpperCase(), this.#taskId, ...words());
  }

  request(myId: string, ranges: readonly Range[]): void {
    this.#ask('request', 0, 'CLUSTER', 'SYNCSLOTS', 'REQUEST', this.#taskId, myId, ...bounds(ranges));
  }

  sendData(shard: number, bytes: Uint8Array): void {
    this.#ask('data', bytes.length, 'CLUSTER', 'SYNCSLOTS', 'DATA', this.#taskId, String(shard), bytes);
  }

  /** Ends the link once everything is out; no hook is called any more. */
  close(): void {
    this.#isOver = true;
    this.#link.closeAfterSending();
  }

  #authenticate(user: string, password: string): void {
    this.#ask('auth', 0, ...(user === '' ? ['AUTH', password] : ['AUTH', user, password]));
  }

  #ask(kind: Asked['kind'], byteCount: number, ...words: readonly (string | Uint8Array)[]): void {
    this.#asked.push({ kind, byteCount });
    this.#link.send(encodeRequest(...words));
  }

  #take(text: string, isError: boolean): void {
    const asked = this.#asked.shift();
    if (this.#isOver) return;
    if (asked === undefined) this.#fail('an answer came to nothing');
    else if (asked.kind === 'auth') {
      // A node without a password says so, and can be talked to all the same.
      if (isError && !text.includes('without any password')) this.#fail(text);
    } else this.#answer(asked, asked.kind, text, isError);
  }

  #answer(asked: Asked, kind: Exclude<Asked['kind'], 'auth'>, text: string, isError: boolean): void {
    const answer = parseAnswer(text, isError);
    if (answer === undefined) {
      // Of these the outcome must be known: a node that is loading its data, for one, is asked again.
      const isCertain = kind !== 'take' && kind !== 'outcome' && kind !== 'done';
      if (isCertain && kind !== 'data') this.#hooks.onAnswer(kind, { kind: 'aborted', reason: text });
      else this.#fail(text);
    } else if (kind !== 'data') this.#hooks.onAnswer(kind, answer);
    else if (answer.kind === 'ok') this.#hooks.onApplied(asked.byteCount);
    else this.#fail(answer.kind === 'aborted' ? answer.reason : text);
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#link.close();
    this.#hooks.onEnd(reason);
  }
}

/** Undefined for a reply that says nothing about the task. */
function parseAnswer(text: string, isError: boolean): Answer | undefined {
  if (isError) return text.startsWith('ABORTED ') ? { kind: 'aborted', reason: text.slice('ABORTED '.length) } : undefined;
  if (text === 'OK') return { kind: 'ok' };
  const taken = /^TAKEN (\d{1,20})$/.exec(text);
  return taken === null ? undefined : { kind: 'taken', epoch: BigInt(taken[1]!) };
}

function bounds(ranges: readonly Range[]): string[] {
  return ranges.flatMap(({ start, end }) => [String(start), String(end)]);
}
