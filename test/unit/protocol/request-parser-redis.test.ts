/**
 * redis-server is the judge of requests: each stream below has one answer, which a server made of
 * nothing but our parser gives, and which redis-server gives where this host has it. PING and ECHO
 * show what was understood; a PONG behind a mistake would show that more was read than should be.
 */
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as errors from '../../../src/protocol/errors.ts';
import { BufferSink } from '../../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../../src/protocol/reply-writer.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { Server } from '../../support/server.ts';
import { startRedis } from '../../support/start-server.ts';
import { feedParser } from './feed-parser.ts';
import { frame } from './frame.ts';

const ping = frame('PING');
const pong = '+PONG\r\n';
const failed = (reason: string): string => `-ERR Protocol error: ${reason}\r\n`;
const badCount = failed('invalid multibulk length');
const badLength = failed('invalid bulk length');

/** What a client sends before it closes its side, and all it gets. */
const STREAMS: readonly (readonly [sent: string, received: string])[] = [
  [ping + ping, pong + pong],
  [`*0\r\n*-1\r\n*-10\r\n*-9223372036854775808\r\n${ping}`, pong],
  [`\r\n\n  \r\n${ping}`, pong],
  [`PING\r\nPING\n  ping  \r\n"PING"\r\n'PING'\n`, pong.repeat(5)],
  [`*1\rx$4\rxPINGxx${ping}`, pong + pong],
  [`*1\n$4\nPING\n${ping}`, badCount],
  [`*1\r\r$4\r\rPING\r\r${ping}`, pong + pong],
  ['*1\r\n$4\r\nPING', ''],
  ['*1\r\n$4\r\nPING\r', ''],
  ['*2\r\n$4\r\nPING\r\n', ''],
  ['PING', ''],
  [`PI\0NG\r\n${ping}`, ''],
  [`*1\0\r\n${ping}`, ''],
  [`*1\r\n$\x004\r\nPING\r\n${ping}`, ''],
  [`*\r\n${ping}`, badCount],
  [`*x\r\n${ping}`, badCount],
  [`*1x\r\n${ping}`, badCount],
  [`*01\r\n${ping}`, badCount],
  [`*+1\r\n${ping}`, badCount],
  [`*-0\r\n${ping}`, badCount],
  [`*-\r\n${ping}`, badCount],
  [`* 1\r\n${ping}`, badCount],
  [`*1 \r\n${ping}`, badCount],
  [`*1.0\r\n${ping}`, badCount],
  [`*9223372036854775807\r\n${ping}`, badCount],
  [`*9223372036854775808\r\n${ping}`, badCount],
  [`*-9223372036854775809\r\n${ping}`, badCount],
  [`*00000000000000000000000000001\r\n${ping}`, badCount],
  [`*1\r\nPING\r\n${ping}`, failed("expected '$', got 'P'")],
  [`*1\r\n:4\r\nPING\r\n${ping}`, failed("expected '$', got ':'")],
  [`*1\r\n*1\r\n$4\r\nPING\r\n${ping}`, failed("expected '$', got '*'")],
  [`*1\r\n\r\n${ping}`, failed("expected '$', got ' '")],
  [`*1\r\n\n\r\n${ping}`, failed("expected '$', got ' '")],
  [`*1\r\n\xe9\r\n${ping}`, failed("expected '$', got '\xe9'")],
  ['*1\r\nPING', ''],
  [`*1\r\n$\r\n${ping}`, badLength],
  [`*1\r\n$-1\r\n${ping}`, badLength],
  [`*1\r\n$x\r\n${ping}`, badLength],
  [`*1\r\n$04\r\nPING\r\n${ping}`, badLength],
  [`*1\r\n$+4\r\nPING\r\n${ping}`, badLength],
  [`*1\r\n$4 \r\nPING\r\n${ping}`, badLength],
  [`*1\r\n$536870913\r\n${ping}`, badLength],
  ['*1\r\n$536870912\r\n', ''],
  [`*1\r\n$99999999999999999999\r\n${ping}`, badLength],
  [`${ping}*x\r\n${ping}`, pong + badCount],
  [`*2\r\n$4\r\nECHO\r\n$0\r\n\r\n`, '$0\r\n\r\n'],
  [`*2\r\n$4\r\nECHO\r\n$7\r\na\r\n\0\xff*$\r\n`, '$7\r\na\r\n\0\xff*$\r\n'],
  [String.raw`ECHO "a\x41\n\r\t\b\a\\\"\q\x4g"` + '\r\n', '$13\r\naA\n\r\t\b\x07\\"qx4g\r\n'],
  [String.raw`ECHO 'it\'s "\n"'` + '\r\n', String.raw`$9${'\r\n'}it's "\n"${'\r\n'}`],
  ['ECHO a"b c"\r\n', '$4\r\nab c\r\n'],
  ['ECHO a\vb\r\n', '$3\r\na\vb\r\n'],
  ['\v\fECHO \va\r\n', '$1\r\na\r\n'],
  ['ECHO\ra\r\n', '$1\r\na\r\n'],
  ['ECHO ""\r\n', '$0\r\n\r\n'],
  [`ECHO "a\r\n${ping}`, failed('unbalanced quotes in request')],
  [`ECHO 'a\r\n${ping}`, failed('unbalanced quotes in request')],
  [`ECHO "a"b\r\n${ping}`, failed('unbalanced quotes in request')],
  [`ECHO 'a'b\r\n${ping}`, failed('unbalanced quotes in request')],
  [String.raw`ECHO "a\"` + `\r\n${ping}`, failed('unbalanced quotes in request')],
  [String.raw`ECHO 'a\'` + `\r\n${ping}`, failed('unbalanced quotes in request')],
  ['x'.repeat(65_536), ''],
  ['x'.repeat(65_537), failed('too big inline request')],
  [`*${'1'.repeat(65_536)}`, failed('too big mbulk count string')],
  [`*1\r\n$${'1'.repeat(65_536)}`, failed('too big bulk count string')],
  [`$4\r\n${ping}`, `${unknown('$4')}${pong}`],
  [`\0\r\n${ping}`, ''],
];

describe('our parser', () => {
  test.each(STREAMS)('%j', (sent, received) => {
    expect(answer(sent, true)).toBe(received);
  });
});

describe.runIf(hasReference())('redis-server', () => {
  let redis: Server;
  let lockedRedis: Server;

  beforeAll(async () => {
    redis = await startRedis();
    lockedRedis = await startRedis({ config: { requirepass: 'secret' } });
  });
  afterAll(async () => {
    await redis.stop();
    await lockedRedis.stop();
  });

  test.each(STREAMS)('%j', async (sent, received) => {
    expect(await exchange(redis.address.port, sent)).toBe(received);
  });

  test.each([
    frame(...Array.from({ length: 11 }, () => 'x')),
    `*10\r\n$16384\r\n`,
    `${frame('PING')}*11\r\n${frame('PING')}`,
    `*1\r\n$16385\r\n${frame('PING')}`,
  ])('answers a stranger that sends %j as we do', async (sent) => {
    expect(await exchange(lockedRedis.address.port, sent)).toBe(answer(sent, false));
  });
});

/** A server for PING and ECHO around the parser: all it would answer to `sent`. */
function answer(sent: string, authenticated: boolean): string {
  const sink = new BufferSink();
  const reply = new ReplyWriter(sink);
  for (const event of feedParser(sent, [], { authenticated })) {
    if (typeof event === 'string') {
      if (event.startsWith('-')) reply.error(event.slice(1));
    } else if (!authenticated) reply.error(errors.noAuth);
    else if (event[0]!.toLowerCase() === 'ping') reply.pong();
    else if (event[0]!.toLowerCase() === 'echo') reply.bulkLatin1(event[1]!);
    else reply.error(errors.unknownCommand(event[0]!, event.slice(1)));
  }
  return sink.take().toString('latin1');
}

function unknown(name: string): string {
  return `-${errors.unknownCommand(name, [])}\r\n`;
}

/** Sends everything, closes this side, and resolves with all that comes back. */
async function exchange(port: number, sent: string): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
  socket.end(Buffer.from(sent, 'latin1'));
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}
