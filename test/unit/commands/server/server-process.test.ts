/** What the server's commands do to the process and its files: stop, gates, rewriting, loading logs again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CLOSED, encodeCommand, type RespClient } from '../../../support/resp-client.ts';
import { ReplyError } from '../../../support/resp-reply.ts';
import { claimPort } from '../../../support/free-port.ts';
import { Server } from '../../../support/server.ts';
import { connect, startTessera, type StartOptions, type Transport } from '../../../support/start-server.ts';
import { makeTempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

const launcher = new URL('../../../../src/launch.sh', import.meta.url).pathname;
const running: Server[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await server.kill();
});

describe('SHUTDOWN', () => {
  it('ends the process with code 0 and without a reply', async () => {
    const { server, client } = await start({ shards: 2 });
    client.write(encodeCommand(['SHUTDOWN', 'NOSAVE']));
    expect(await client.readReply()).toBe(CLOSED);
    expect(await server.exited).toBe(0);
  });

  it('keeps what was written to append only files, also without fsync', async () => {
    const config = { appendonly: 'yes', appendfsync: 'no' };
    const { server, client } = await start({ shards: 2, config });
    await client.pipeline(Array.from({ length: 200 }, (_, i) => ['SET', `key:${i}`, `value:${i}`]));
    client.write(encodeCommand(['SHUTDOWN']));
    expect(await server.exited).toBe(0);
    const again = await start({ shards: 2, config, dir: server.dir });
    expect(await again.client.call('DBSIZE')).toBe(200);
    expect(await again.client.call('GET', 'key:199')).toBe('value:199');
  });

  it('SAVE is refused as long as there are no snapshots, and goes on by FORCE', async () => {
    const { server, client } = await start({ shards: 1 });
    expect(await client.call('SHUTDOWN', 'SAVE')).toEqual(new ReplyError('ERR Errors trying to SHUTDOWN. Check logs.'));
    // The log comes another way than the reply.
    await until('the log tells why', () => server.log.includes('this version writes no snapshots'));
    expect(await client.call('PING')).toBe('PONG');
    client.write(encodeCommand(['SHUTDOWN', 'SAVE', 'NOW', 'FORCE']));
    expect(await server.exited).toBe(0);
  });
});

describe('enable-debug-command', () => {
  const refused = new ReplyError(
    'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, ' +
    'otherwise you need to set this option in the configuration file, and then restart the server.');

  it.each<[string, Transport, boolean]>([
    ['no', 'tcp', false], ['no', 'unix', false], ['local', 'tcp', true], ['local', 'unix', true], ['yes', 'tcp', true],
  ])('%s over %s from this host', async (value, transport, isAllowed) => {
    const { server } = await start({ shards: 1, unixSocket: true, config: { 'enable-debug-command': value } });
    const client = await connect(server, transport);
    const unknown = new ReplyError("ERR unknown subcommand or wrong number of arguments for 'jmap'. Try DEBUG HELP.");
    expect(await client.pipeline([['DEBUG', 'SLEEP', 0], ['debug', 'jmap', 1]])).toEqual(isAllowed ? ['OK', unknown] : [refused, refused]);
    expect(await client.call('DEBUG')).toEqual(new ReplyError("ERR wrong number of arguments for 'debug' command"));
    client.close();
  });
});

describe('DEBUG LOADAOF', () => {
  it('reads the logs again in place of what is in memory, and goes on logging', async () => {
    const { server, client } = await start({ shards: 3, config: { appendonly: 'yes' } });
    await client.pipeline([...Array.from({ length: 100 }, (_, i) => ['SET', `key:${i}`, i]), ['DEL', 'key:5'], ['MSET', 'a', 1, 'b', 2, 'c', 3], ['EXPIRE', 'a', 1000]]);
    const digest = await client.call('DEBUG', 'DIGEST');
    expect(await client.call('DEBUG', 'LOADAOF')).toBe('OK');
    expect([await client.call('DEBUG', 'DIGEST'), await client.call('DBSIZE')]).toEqual([digest, 102]);
    await client.call('SET', 'later', 'x');
    await server.kill();
    const again = await start({ shards: 3, config: { appendonly: 'yes' }, dir: server.dir });
    expect(await again.client.call('GET', 'key:99')).toBe('99');
  });
});

describe('CONFIG REWRITE', () => {
  it('brings the file up to date', async () => {
    const dir = makeTempDir('rewrite');
    const path = join(dir, 'cluster.conf');
    const port = await claimPort();
    writeFileSync(path, `# mine\nport ${port}\nbind 127.0.0.1\nshards 1\nmaxclients 77\n`);
    const server = await new Server({ command: 'sh', args: [launcher, path], address: { host: '127.0.0.1', port }, dir }).ready();
    running.push(server);
    const client = await connect(server);
    await client.call('CONFIG', 'SET', 'timeout', 300, 'maxclients', 78);
    expect(await client.call('CONFIG', 'REWRITE')).toBe('OK');
    expect(readFileSync(path, 'utf8')).toContain(`# mine\nport ${port}\nbind 127.0.0.1\nshards 1\nmaxclients 78\n`);
    expect(readFileSync(path, 'utf8')).toContain('\ntimeout 300\n');
    expect(await client.call('INFO', 'server')).toContain(`config_file:${path}\r\n`);
  });
});

async function start(options: StartOptions): Promise<{ server: Server; client: RespClient }> {
  const server = await startTessera(options);
  running.push(server);
  return { server, client: await connect(server) };
}
