/**
 * A client that shows bytes: it sends what it is given and hands back each reply exactly as it came,
 * over TCP, TLS or a unix socket. Replies are awaited in order; nothing is retried.
 */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import type { Certificates } from './certificates.ts';
import { decodeReply, findReplyEnd } from './resp-reply.ts';
import type { Reply } from './resp-reply.ts';
import { within } from './until.ts';

export type Word = string | number | Uint8Array;

export type Target =
  | { readonly host: string; readonly port: number; readonly localAddress?: string }
  | { readonly path: string }
  | { readonly host: string; readonly tlsPort: number; readonly tls: Certificates; readonly withoutCert?: boolean };

/** What a read resolves with when the server has closed the connection. */
export const CLOSED = Symbol('closed');

export class RespClient {
  readonly socket: Socket;
  readonly replyTimeoutMs: number;
  #chunks: Buffer[] = [];
  #length = 0;
  #wantedLength = 1;
  #closed = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, replyTimeoutMs: number) {
    this.socket = socket;
    this.replyTimeoutMs = replyTimeoutMs;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      if (this.#length >= this.#wantedLength) this.#wake?.();
    });
    socket.on('error', () => undefined);
    const close = (): void => {
      this.#closed = true;
      this.#wake?.();
    };
    socket.on('end', close);
    socket.on('close', close);
  }

  static async connect(target: Target, options: { replyTimeoutMs?: number } = {}): Promise<RespClient> {
    const socket = open(target);
    await within('the connection is made', once(socket, 'tlsPort' in target ? 'secureConnect' : 'connect'));
    socket.setNoDelay(true);
    return new RespClient(socket, options.replyTimeoutMs ?? 10_000);
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Bytes of the next whole reply, or CLOSED when the server closed before it. */
  async readReply(timeoutMs = this.replyTimeoutMs): Promise<Buffer | typeof CLOSED> {
    for (;;) {
      const reply = this.#takeReply();
      if (reply !== undefined) return reply;
      if (this.#closed) return CLOSED;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within('the reply arrives', woken, timeoutMs);
    }
  }

  /** Everything the server still sends, once it has closed the connection. */
  async readToEnd(timeoutMs = this.replyTimeoutMs): Promise<Buffer> {
    if (!this.#closed) {
      this.#wantedLength = Number.MAX_SAFE_INTEGER;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within('the server closes the connection', woken, timeoutMs);
    }
    return Buffer.concat(this.#chunks.splice(0));
  }

  /** Sends one command and gives its reply's bytes. */
  async callRaw(...words: Word[]): Promise<Buffer> {
    this.write(encodeCommand(words));
    const reply = await this.readReply();
    if (reply === CLOSED) throw new Error(`closed instead of a reply to ${words.join(' ')}`);
    return reply;
  }

  /** Sends one command and gives its reply's value; an error reply is a value too. */
  async call(...words: Word[]): Promise<Reply> {
    return decodeReply(await this.callRaw(...words));
  }

  /** Sends all commands in one write and gives the bytes of their replies in order. */
  async pipelineRaw(commands: readonly (readonly Word[])[]): Promise<Buffer[]> {
    this.write(Buffer.concat(commands.map(encodeCommand)));
    const replies: Buffer[] = [];
    while (replies.length < commands.length) {
      const reply = await this.readReply();
      if (reply === CLOSED) throw new Error(`closed after ${replies.length} of ${commands.length} replies`);
      replies.push(reply);
    }
    return replies;
  }

  async pipeline(commands: readonly (readonly Word[])[]): Promise<Reply[]> {
    return (await this.pipelineRaw(commands)).map(decodeReply);
  }

  close(): void {
    this.socket.destroy();
  }

  #takeReply(): Buffer | undefined {
    if (this.#length === 0 || this.#length < this.#wantedLength) return undefined;
    const buffer = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    const found = findReplyEnd(buffer, 0);
    this.#wantedLength = found.complete ? 1 : found.end;
    const rest = found.complete ? buffer.subarray(found.end) : buffer;
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return found.complete ? buffer.subarray(0, found.end) : undefined;
  }
}

/** A command as a RESP array of bulk strings. */
export function encodeCommand(words: readonly Word[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = word instanceof Uint8Array ? word : Buffer.from(String(word));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), CRLF);
  }
  return Buffer.concat(parts);
}

const CRLF = Buffer.from('\r\n');

function open(target: Target): Socket {
  if ('path' in target) return connectTcp({ path: target.path });
  if ('port' in target) return connectTcp(target);
  const { tls } = target;
  return connectTls({
    host: target.host,
    port: target.tlsPort,
    ca: readFileSync(tls.caFile),
    ...(target.withoutCert === true ? {} : { cert: readFileSync(tls.clientCertFile), key: readFileSync(tls.clientKeyFile) }),
  });
}
