/**
 * What the directives ask to listen on: one row per socket. Rows with the same key are the same socket, which a
 * change of configuration leaves open.
 */
import type { ConfigValues } from '../config/options.ts';
import { parseBindAddress } from './bind-address.ts';
import type { BindAddress } from './bind-address.ts';

export type PlanValues = Pick<ConfigValues, 'bind' | 'port' | 'tls-port' | 'unixsocket'>;

export type PlannedSocket = PlannedPort | PlannedUnixSocket;

export interface PlannedPort {
  readonly key: string;
  readonly kind: 'tcp' | 'tls';
  readonly port: number;
  readonly address: BindAddress;
}

export interface PlannedUnixSocket {
  readonly key: string;
  readonly kind: 'unix';
  readonly path: string;
}

export function listenPlan({ bind, port, 'tls-port': tlsPort, unixsocket: path }: PlanValues): PlannedSocket[] {
  const unix: PlannedSocket[] = path === '' ? [] : [{ key: `unix ${path}`, kind: 'unix', path }];
  return [...portPlan(bind, 'tcp', port), ...portPlan(bind, 'tls', tlsPort), ...unix];
}

/** Whether the two cannot be open at once on account of a port. */
export function collide(one: PlannedSocket, other: PlannedSocket): boolean {
  return one.kind !== 'unix' && other.kind !== 'unix' && one.port === other.port;
}

function portPlan(bind: readonly string[], kind: 'tcp' | 'tls', port: number): PlannedPort[] {
  if (port === 0) return [];
  return bind.map((word) => {
    const address = parseBindAddress(word);
    return { key: `${kind} ${address.text} ${port}`, kind, port, address };
  });
}
