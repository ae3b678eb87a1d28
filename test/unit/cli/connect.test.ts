/** The client against a server that answers what the test says. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Client } from '../../../src/cli/connect.ts';
import type { Access } from '../../../src/cli/connect.ts';

/** A client of a server that does `answer` with each piece of what it is sent. */
async function clientOf(answer: (text: string, socket: Socket) => void, access: Access = {}): Promise<Client> {
  const server = createServer((socket) => socket.on('error', () => {}).on('data', (chunk) => answer(chunk.toString(), socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const client = await Client.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, access);
  onTestFinished(() => client.close());
  return client;
}

it('gives replies in order, and errors as errors', async () => {
  const client = await clientOf((_, socket) => socket.write('+PONG\r\n-ERR no\r\n*3\r\n:1\r\n$-1\r\n$2\r\nab\r\n'));
  const replies = await Promise.allSettled(['one', 'two', 'three'].map(async (word) => await client.call(word)));
  expect(replies).toMatchObject([{ value: 'PONG' }, { reason: { message: 'ERR no' } }, { value: [1, null, 'ab'] }]);
});

it('logs in first', async () => {
  const heard: string[] = [];
  await clientOf((text, socket) => {
    heard.push(text);
    socket.write('+OK\r\n');
  }, { login: { user: 'ann', password: 'p w' } });
  expect(heard).toEqual(['*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$3\r\np w\r\n']);
});

it('says why there is no reply', async () => {
  const closing = await clientOf((_, socket) => socket.end('$5\r\nhal'));
  await expect(closing.call('PING')).rejects.toThrow('the connection was closed');
  await expect(closing.call('PING')).rejects.toThrow('the connection was closed');
  const talking = await clientOf((_, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await expect(talking.call('PING')).rejects.toThrow(/Protocol error/);
});

it('does not wait for ever for a node that is silent', async () => {
  const client = await clientOf(() => {}, { silenceMsMax: 50 });
  await expect(client.call('PING')).rejects.toThrow('nothing came within 0.05 s');
});
