/** HyperLogLogs go from redis-server to us and back, where it is installed: every byte and every register is the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { CommandBench } from '../command-bench.ts';

const sizes = [0, 1, 10, 300, 1400, 1700, 5000, 60_000];

function elements(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `element ${i}`);
}

describe.runIf(hasReference())('beside redis-server', () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis();
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each(sizes)('%i elements give the same bytes, registers and count', async (size) => {
    const bench = new CommandBench();
    const command = ['PFADD', 'h', ...elements(size)];
    expect(bench.run(command)).toBe((await client.callRaw(...command)).toString('latin1'));
    for (const words of [['GET', 'h'], ['PFCOUNT', 'h'], ['GET', 'h'], ['PFDEBUG', 'ENCODING', 'h'], ['PFDEBUG', 'GETREG', 'h'], ['PFCOUNT', 'h', 'x']]) {
      expect(bench.runBytes(words).equals(await client.callRaw(...words))).toBe(true);
    }
    await client.call('DEL', 'h');
    bench.checkAndFlush();
  });

  test.each(sizes)('%i elements are dumped there and restored here, and back', async (size) => {
    const bench = new CommandBench();
    await client.call('PFADD', 'there', ...elements(size));
    const dump = bulk(await client.callRaw('DUMP', 'there'));
    expect(bench.run(['RESTORE', 'here', '0', dump])).toBe('+OK\r\n');
    bench.run(['PFADD', 'here', 'one more']);
    await client.call('PFADD', 'there', 'one more');
    expect(bench.runBytes('GET here').equals(await client.callRaw('GET', 'there'))).toBe(true);
    const back = bulk(bench.runBytes('DUMP here'));
    expect(await client.call('RESTORE', 'again', '0', back, 'REPLACE')).toBe('OK');
    expect(await client.call('PFCOUNT', 'again')).toBe(bench.read('PFCOUNT here'));
    await client.call('DEL', 'there', 'again');
    bench.checkAndFlush();
  });
});

/** The bytes of a bulk string reply. */
function bulk(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}
