/**
 * The cluster bus at work: sockets bring bytes, packets become messages for the node, and what the node wants done with
 * links is done. A peer whose packet is malformed loses its link, with a line in the log, and nothing else happens.
 */
import type { ConfigValues } from '../config/options.ts';
import { BusFormatError } from '../cluster/bus/packet-cursor.ts';
import { MEMBER_BYTES_MAX, PacketAssembler } from '../cluster/bus/packet-assembler.ts';
import { readPacket } from '../cluster/bus/packet-reader.ts';
import { writePacket } from '../cluster/bus/packet-writer.ts';
import type { BusDriver, ClusterNode } from '../cluster/cluster-node.ts';
import type { Output } from '../cluster/core/output.ts';
import type { BusLink } from '../socket/bus-link.ts';
import { BusSockets } from '../socket/bus-sockets.ts';
import type { Server } from './server.ts';

const tickMs = 100;
const portDistance = 10_000;

export class ClusterBus implements BusDriver {
  readonly #server: Server;
  readonly #node: ClusterNode;
  readonly #sockets: BusSockets;
  readonly #links = new Map<number, BusLink>();
  readonly #onKeysLost: (slots: readonly number[]) => void;
  #timer: NodeJS.Timeout | undefined;
  linksOverLimit = 0;

  /** `onKeysLost` gets slots that went to another node while keys of theirs were here. */
  constructor(server: Server, node: ClusterNode, onKeysLost: (slots: readonly number[]) => void) {
    this.#server = server;
    this.#node = node;
    this.#onKeysLost = onKeysLost;
    this.#sockets = new BusSockets(server.logger, (link) => this.#accept(link));
  }

  /** Rejects with ListenError. */
  async open(): Promise<void> {
    const { config } = this.#server;
    await this.#sockets.open(busPort(config.values), config.values);
    config.onChange([
      'tls-cluster', 'bind', 'bind-source-addr', 'tls-cert-file', 'tls-key-file', 'tls-key-file-pass', 'tls-ca-cert-file', 'tls-ca-cert-dir', 'tls-protocols',
      'tls-ciphers', 'tls-ciphersuites', 'tls-client-cert-file', 'tls-client-key-file', 'tls-client-key-file-pass',
    ], (values) => this.#sockets.open(busPort(values), { ...values }));
    this.#node.connectBus(this);
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sockets.close();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  // BusDriver.

  waitingBytes(link: number): number {
    return this.#links.get(link)?.waitingBytes ?? 0;
  }

  failedToSave(reason: string): void {
    this.#server.logger.warning(`Fatal: can't update cluster config file. ${reason}`);
    this.#server.onFault(new Error(reason));
  }

  perform(output: Output): void {
    switch (output.do) {
      case 'connect':
        this.#connect(output.link, output.ip, output.port);
        break;
      case 'send':
        this.#links.get(output.link)?.send(writePacket(output.message));
        break;
      case 'close':
        this.#links.get(output.link)?.close();
        this.#links.delete(output.link);
        break;
      case 'log':
        this.#server.logger[output.level](output.text);
        break;
      case 'drop-slots':
        this.#onKeysLost(output.slots);
        break;
      default:
    }
  }

  #tick(): void {
    this.#cutSlowLinks();
    this.#node.tick();
  }

  #cutSlowLinks(): void {
    const limit = this.#server.config.values['cluster-link-sendbuf-limit'];
    if (limit === 0) return;
    for (const [id, link] of this.#links) {
      if (link.waitingBytes <= limit) continue;
      this.linksOverLimit++;
      this.#server.logger.warning(`Freeing cluster link with ${link.peerName}: its send buffer has ${link.waitingBytes} bytes`);
      this.#drop(id);
    }
  }

  #accept(link: BusLink): void {
    const id = this.#node.linkAccepted(link.peerIp, link.localIp);
    this.#take(id, link);
  }

  #connect(id: number, ip: string, port: number): void {
    this.#take(id, this.#sockets.connect(ip, port, () => {
      if (this.#links.has(id)) this.#node.linkConnected(id);
    }));
  }

  #take(id: number, link: BusLink): void {
    this.#links.set(id, link);
    const assembler = new PacketAssembler((packet) => {
      if (!this.#links.has(id)) return;
      this.#node.receive(id, readPacket(packet));
      if (this.#node.isMemberLink(id)) assembler.bytesMax = MEMBER_BYTES_MAX;
    });
    link.start({
      onBytes: (bytes) => this.#feed(id, link, assembler, bytes),
      onEnd: () => this.#ended(id),
    });
  }

  #feed(id: number, link: BusLink, assembler: PacketAssembler, bytes: Uint8Array): void {
    try {
      assembler.feed(bytes);
    } catch (error) {
      if (!(error instanceof BusFormatError)) throw error;
      this.#server.logger.warning(`Bad packet received on the Cluster bus from ${link.peerName}, closing the link: ${error.message}`);
      this.#drop(id);
    }
  }

  #drop(id: number): void {
    this.#links.get(id)?.close();
    this.#ended(id);
  }

  #ended(id: number): void {
    this.#links.delete(id);
    this.#node.linkClosed(id);
  }
}

/** Where other nodes reach this one, unless another port is announced. */
export function busPort(values: ConfigValues): number {
  const [wanted, other] = values['tls-cluster'] ? [values['tls-port'], values.port] : [values.port, values['tls-port']];
  return values['cluster-port'] || (wanted || other) + portDistance;
}
