/** What the source of a migration makes of the destination's answers. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { SourceMessage } from '../../../src/cluster/migration/message.ts';
import { newNode } from '../../../src/cluster/state.ts';
import { defaultValues } from '../../../src/config/options.ts';
import { MigrationLink } from '../../../src/server/migration/migration-link.ts';
import type { BusLink } from '../../../src/socket/bus-link.ts';
import { tlsServerOptions } from '../../../src/socket/tls-settings.ts';
import { certificates } from '../../support/certificates.ts';

const id = 'a'.repeat(40);

/** What becomes of a message that is answered with `reply`, in a line. */
function answered(message: SourceMessage, reply: string): string {
  let receive: ((bytes: Buffer) => void) | undefined;
  const lines: string[] = [];
  const socket = {
    start: ({ onBytes }: { onBytes: (bytes: Buffer) => void }) => { receive = onBytes; },
    send: () => undefined,
    close: () => { lines.push('closed'); },
  } as unknown as BusLink;
  const link = new MigrationLink(socket, id, {
    onAnswer: (to, answer) => lines.push(`${to} ${answer.kind}`),
    onApplied: () => undefined,
    onEnd: (reason) => lines.push(`ended: ${reason}`),
  });
  link.send(message, id, [{ start: 0, end: 1 }]);
  receive?.(Buffer.from(reply));
  return lines.join(', ');
}

const loading = '-LOADING Redis is loading the dataset in memory\r\n';

describe('a link to the destination', () => {
  it.each<[SourceMessage, string]>([
    [{ kind: 'establish' }, 'establish aborted'],
    [{ kind: 'sync' }, 'sync aborted'],
    [{ kind: 'take', epoch: 1n }, 'closed, ended: LOADING Redis is loading the dataset in memory'],
    [{ kind: 'outcome' }, 'closed, ended: LOADING Redis is loading the dataset in memory'],
    [{ kind: 'done' }, 'closed, ended: LOADING Redis is loading the dataset in memory'],
  ])('gives up at another error only what it may: $kind', (message, expected) => {
    expect(answered(message, loading)).toBe(expected);
  });

  it('hears that a task was given up, or has what it asked for', () => {
    expect(answered({ kind: 'done' }, '-ABORTED no such task\r\n')).toBe('done aborted');
    expect(answered({ kind: 'done' }, '+OK\r\n')).toBe('done ok');
    expect(answered({ kind: 'outcome' }, '+TAKEN 7\r\n')).toBe('outcome taken');
  });
});

describe.runIf(process.platform === 'linux').each([false, true])('a link with bind-source-addr (over TLS: %s)', (overTls) => {
  it.each([['127.0.0.9', '127.0.0.9'], ['192.0.2.1', '127.0.0.1'], ['::1', '127.0.0.1'], ['banana', '127.0.0.1'], ['', '127.0.0.1']])('%j comes from %s', async (source, expected) => {
    expect(await cameFrom(source, overTls)).toBe(expected);
  });
});

/** Where such a link comes from, once it is ready. */
async function cameFrom(source: string, overTls: boolean): Promise<string> {
  const { certFile, keyFile, caFile } = certificates();
  const files = { 'tls-cert-file': certFile, 'tls-key-file': keyFile, 'tls-ca-cert-file': caFile };
  const values = { ...defaultValues(), ...files, 'tls-cluster': overTls, 'bind-source-addr': source };
  const server: Server = overTls ? createTlsServer(tlsServerOptions(values)) : createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const arrived = once(server, 'connection') as Promise<[Socket]>;
  let link: MigrationLink | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const hooks = { onAnswer: () => undefined, onApplied: () => undefined, onEnd: (reason: string) => reject(new Error(reason)) };
      link = MigrationLink.connect(values, { ...newNode(id, '', 0), ip: '127.0.0.1', port, tlsPort: port }, id, hooks, resolve);
    });
    return (await arrived)[0].remoteAddress!;
  } finally {
    link?.close();
    server.close();
  }
}
