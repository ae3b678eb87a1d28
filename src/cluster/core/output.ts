/**
 * What the core wants done, in order, once its new state is kept. Links are numbers that the core gives out; whoever
 * owns the sockets looks up the rest.
 */
import type { LogLevel } from '../../base/logger.ts';
import type { BusMessage } from '../bus/message.ts';

export type Output =
  | { readonly do: 'connect'; readonly link: number; readonly ip: string; readonly port: number }
  | { readonly do: 'send'; readonly link: number; readonly message: BusMessage }
  | { readonly do: 'close'; readonly link: number }
  | { readonly do: 'log'; readonly level: LogLevel; readonly text: string }
  /** A message that another node's client published. */
  | { readonly do: 'publish'; readonly channel: Uint8Array; readonly message: Uint8Array; readonly isSharded: boolean }
  /** Keys of slots that another node owns now. */
  | { readonly do: 'drop-slots'; readonly slots: readonly number[] };

export interface CoreLink {
  readonly id: number;
  readonly isInbound: boolean;
  readonly createdMs: number;
  /** '' while nobody knows who is at the other end. */
  nodeId: string;
  isConnected: boolean;
  /** '' when the connection does not tell. */
  peerIp: string;
  localIp: string;
}
