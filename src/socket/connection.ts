/**
 * One client connection: bytes in, bytes out, and the two kinds of back-pressure. It knows nothing
 * of commands. Reading stops while its owner asks for that; `onWritable` tells when a client that
 * was slow to read has caught up.
 */
import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';
import { InputBuffer } from './input-buffer.ts';
import { OutputBuffer } from './output-buffer.ts';
import { hostOf } from './peer-address.ts';

export type ConnectionKind = 'tcp' | 'tls' | 'unix';

export interface ConnectionOwner {
  /** Bytes have arrived; they are only valid during the call. */
  onBytes(bytes: Uint8Array, start: number, end: number): void;
  /** Everything written has reached the kernel after it had not. */
  onWritable(): void;
  /** The client will send no more, and may still read. */
  onEnd(): void;
  onClose(): void;
}

export class Connection {
  readonly socket: Socket;
  readonly kind: ConnectionKind;
  readonly input = new InputBuffer();
  readonly output: OutputBuffer;
  /** `ip:port`, `[ip]:port` or `path:0`, as CLIENT LIST shows it. */
  readonly peerAddress: string;
  readonly localAddress: string;
  /** Whether the client has come over IPv6. */
  readonly isIpv6: boolean;
  receivedBytes = 0;
  #reading = true;
  #closed = false;

  constructor(socket: Socket, kind: ConnectionKind, unixPath: string) {
    this.socket = socket;
    this.kind = kind;
    this.output = new OutputBuffer(socket);
    this.peerAddress = kind === 'unix' ? `${unixPath}:0` : printable(socket.remoteAddress, socket.remotePort);
    this.isIpv6 = isIPv6(hostOf(socket.remoteAddress));
    this.localAddress = kind === 'unix' ? `${unixPath}:0` : printable(socket.localAddress, socket.localPort);
  }

  /** Begins to report to `owner`. The result is what the listener calls with bytes it has read into `bytes`. */
  start(owner: ConnectionOwner, bytes: Uint8Array): (byteCount: number) => boolean {
    const { socket } = this;
    socket.on('drain', () => owner.onWritable());
    socket.on('error', () => socket.destroy());
    socket.allowHalfOpen = true;
    socket.on('end', () => owner.onEnd());
    socket.on('close', () => {
      this.#closed = true;
      owner.onClose();
    });
    return (byteCount) => {
      this.receivedBytes += byteCount;
      owner.onBytes(bytes, 0, byteCount);
      return this.#reading;
    };
  }

  /** The file descriptor, where the system has one and tells. */
  get descriptor(): number | undefined {
    const handle = (this.socket as { readonly _handle?: { readonly fd?: number } | null })._handle;
    return handle?.fd === undefined || handle.fd < 0 ? undefined : handle.fd;
  }

  get isClosed(): boolean {
    return this.#closed || this.socket.destroyed;
  }

  set reading(wanted: boolean) {
    if (wanted === this.#reading) return;
    this.#reading = wanted;
    if (wanted) this.socket.resume();
    else this.socket.pause();
  }

  get reading(): boolean {
    return this.#reading;
  }

  /** Closes once everything written has gone out. */
  closeAfterFlush(): void {
    this.output.flush();
    this.socket.end();
    this.socket.destroySoon();
  }

  closeNow(): void {
    this.socket.destroy();
  }
}

function printable(address: string | undefined, port: number | undefined): string {
  const host = address ?? '';
  const plain = host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host;
  return plain.includes(':') ? `[${plain}]:${port ?? 0}` : `${plain}:${port ?? 0}`;
}
