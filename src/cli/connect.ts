/** A client of a node: over TCP, TLS or a unix socket, logged in; requests are answered in order. */
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import RedisParser from 'redis-parser';
import { encodeRequest } from '../protocol/encode-request.ts';
import { reasonOf } from './reason.ts';

export type Reply = string | number | null | readonly Reply[];

export type Address = { readonly host: string; readonly port: number } | { readonly socketPath: string };

export interface Access {
  readonly tls?: {
    readonly insecure: boolean;
    readonly certFile: string | undefined;
    readonly keyFile: string | undefined;
    readonly caFile: string | undefined;
    readonly serverName: string | undefined;
    /** Of the key, if it has one. */
    readonly passphrase?: string;
    /** The certificate must be the authority's, whatever names are in it, as among nodes. */
    readonly anyName?: boolean;
  };
  readonly login?: { readonly user: string | undefined; readonly password: string };
  readonly silenceMsMax?: number;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** How long a node may be silent while a reply is due. */
const silenceMsUsual = 5000;

export class Client {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  private constructor(socket: Socket, silenceMsMax: number) {
    this.#socket = socket;
    const parser = new RedisParser({
      returnReply: (reply) => this.#waiting.shift()?.resolve(reply as Reply),
      returnError: (error) => this.#waiting.shift()?.reject(error),
      returnFatalError: (error) => this.#fail(error),
    });
    socket.on('data', (chunk: Buffer) => parser.execute(chunk));
    socket.on('error', (error) => this.#fail(new Error(reasonOf(error), { cause: error })));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
    socket.setTimeout(silenceMsMax, () => {
      if (this.#waiting.length > 0) this.#fail(new Error(`nothing came within ${silenceMsMax / 1000} s`));
    });
  }

  /** Connected and logged in, or rejects with the reason. */
  static async connect(address: Address, access: Access = {}): Promise<Client> {
    const client = new Client(open(address, access), access.silenceMsMax ?? silenceMsUsual);
    const { login } = access;
    if (login !== undefined) await client.call('AUTH', ...(login.user === undefined ? [] : [login.user]), login.password);
    return client;
  }

  /** Rejects with an error reply's text, or with why there is no reply. */
  async call(...words: readonly string[]): Promise<Reply> {
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#waiting.push({ resolve, reject });
    this.#socket.write(encodeRequest(...words));
    return await promise;
  }

  async text(...words: readonly string[]): Promise<string> {
    return String(await this.call(...words));
  }

  close(): void {
    this.#fail(new Error('closed'));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

/** Does something with a client of its own. */
export async function withClient<T>(address: Address, access: Access, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await Client.connect(address, access);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

function open(address: Address, { tls }: Access): Socket {
  if ('socketPath' in address) return connectTcp({ path: address.socketPath });
  if (tls === undefined) return connectTcp(address);
  const [ca, cert, key] = [tls.caFile, tls.certFile, tls.keyFile].map((path) => (path === undefined ? undefined : read(path)));
  return connectTls({
    ...address,
    rejectUnauthorized: !tls.insecure,
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    ...(tls.anyName === true ? { checkServerIdentity: () => undefined } : {}),
  });
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}
