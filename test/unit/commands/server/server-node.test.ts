/** The server's commands on a running node: figures that are real, over all shards. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandIndex } from '../../../../src/commands/server/command-index.ts';
import { encodeCommand, type RespClient } from '../../../support/resp-client.ts';
import { ReplyError, type Reply } from '../../../support/resp-reply.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startTessera } from '../../../support/start-server.ts';
import { until } from '../../../support/until.ts';

const index = new CommandIndex();
let server: Server;
let client: RespClient;

beforeAll(async () => {
  server = await startTessera({ shards: 3 });
  client = await connect(server);
});
afterAll(async () => {
  client.close();
  await server.stop();
});
beforeEach(async () => {
  await client.call('FLUSHALL');
  await client.call('CONFIG', 'RESETSTAT');
});

describe('INFO', () => {
  it('counts keys, hits, misses and calls of all shards', async () => {
    const keys = Array.from({ length: 50 }, (_, i) => `key:${i}`);
    await client.pipeline(keys.map((key, i) => (i < 10 ? ['SET', key, 'v', 'EX', 1000] : ['SET', key, 'v'])));
    await client.pipeline([...keys, 'missing', 'gone'].map((key) => ['GET', key]));
    await client.call('INCR', 'key:1');
    await client.call('GET', 'key:1', 'x');
    await client.call('NOSUCH');
    expect(await info('keyspace')).toEqual({ db0: 'keys=50,expires=10' });
    expect(await info('stats')).toMatchObject({ keyspace_hits: '50', keyspace_misses: '2', total_error_replies: '3' });
    const commands = await info('commandstats');
    expect(commands['cmdstat_get']).toMatch(/^calls=52,usec=\d+,usec_per_call=[\d.]+,rejected_calls=1,failed_calls=0$/);
    expect(commands['cmdstat_incr']).toMatch(/failed_calls=1$/);
    expect(commands['cmdstat_info']).toMatch(/^calls=2,/);
    expect(await info('errorstats')).toEqual({ errorstat_ERR: 'count=3' });
    const shards = Object.values(await info('shards')).map((line) => Number(/keys=(\d+)/.exec(line)?.[1] ?? 0));
    expect(shards.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(shards.filter((count) => count > 0).length).toBe(3);
  });

  it('measures traffic, also of clients that have gone', async () => {
    const guest = await connect(server);
    await guest.call('ECHO', 'x'.repeat(10_000));
    guest.close();
    await until('the guest has gone', async () => (await info('clients'))['connected_clients'] === '1');
    const stats = await info('stats');
    expect(Number(stats['total_net_input_bytes'])).toBeGreaterThan(10_000);
    expect(Number(stats['total_net_output_bytes'])).toBeGreaterThan(10_000);
    expect(stats['total_connections_received']).toBe('1');
  });

  it('knows the rate of the last moments', async () => {
    const ping = Array.from({ length: 200 }, () => ['PING']);
    const rate = await until('the rate has risen', async () => {
      await client.pipeline(ping);
      return Number((await info('stats'))['instantaneous_ops_per_sec']) || undefined;
    });
    expect(rate).toBeGreaterThan(0);
  });

  it('is a verbatim text in RESP3', async () => {
    const modern = await connect(server);
    await modern.call('HELLO', 3);
    expect((await modern.callRaw('INFO', 'cluster')).toString()).toBe('=34\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n');
    modern.close();
  });

  it('has memory figures that grow and shrink with the data', async () => {
    const used = async (): Promise<number> => Number((await info('memory'))['used_memory']);
    const empty = await used();
    await client.call('DEBUG', 'POPULATE', 1000, 'key', 1000);
    const full = await used();
    expect(full - empty).toBeGreaterThan(1_000_000);
    await client.call('FLUSHALL');
    expect(await used()).toBe(empty);
    expect(Number((await info('memory'))['used_memory_peak'])).toBeGreaterThanOrEqual(full);
  });
});

describe('SLOWLOG', () => {
  it('shows commands of shards and of the door with their client, and no passwords', async () => {
    const guest = await connect(server);
    await guest.call('CLIENT', 'SETNAME', 'guest');
    await client.call('SLOWLOG', 'RESET');
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', 0);
    await guest.call('SET', 'key', 'y'.repeat(200));
    await client.call('CONFIG', 'SET', 'tls-key-file-pass', 'secret', 'timeout', 0);
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', -1);
    const entries = await until('the entries are there', async () => {
      const found = await client.call('SLOWLOG', 'GET', -1) as Reply[][];
      return found.length >= 2 ? found : undefined;
    });
    const set = entries.find((entry) => (entry[3] as string[])[0] === 'SET')!;
    expect(set[3]).toEqual(['SET', 'key', `${'y'.repeat(128)}... (72 more bytes)`]);
    expect([set[4], set[5]]).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/), 'guest']);
    expect(entries.map((entry) => (entry[3] as string[]).join(' '))).toContain('CONFIG SET tls-key-file-pass (redacted) timeout 0');
    expect(await client.call('SLOWLOG', 'LEN')).toBe(entries.length);
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', 10_000);
    guest.close();
  });
});

describe('SLOWLOG in a pipeline', () => {
  it('shows every command with its own arguments, to the next command already', async () => {
    await client.call('SLOWLOG', 'RESET');
    const slow = [['SET', 'a', '1'], ['SET', 'b', '2'], ['GET', 'a'], ['INCRBY', 'a', '5'], ['EXISTS', 'a', 'b', 'c', 'd']];
    const replies = await client.pipeline([
      ['CONFIG', 'SET', 'slowlog-log-slower-than', 0], ...slow, ['CONFIG', 'SET', 'slowlog-log-slower-than', -1], ['SLOWLOG', 'GET', -1],
    ]);
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', 10_000);
    const shown = (replies.at(-1) as Reply[][]).map((entry) => (entry[3] as string[]).join(' ')).filter((line) => !line.startsWith('CONFIG'));
    expect(shown.toSorted()).toEqual(slow.map((words) => words.join(' ')).toSorted());
  });
});

describe('LATENCY', () => {
  it('notes slow commands while a threshold is set', async () => {
    await client.call('CONFIG', 'SET', 'latency-monitor-threshold', 30);
    await client.call('DEBUG', 'SLEEP', 0.04);
    const [event] = await until('the event is noted', async () => {
      const events = await client.call('LATENCY', 'LATEST') as Reply[][];
      return events.length > 0 ? events : undefined;
    });
    expect(event![0]).toBe('command');
    expect(event![3]).toBeGreaterThanOrEqual(40);
    expect(await client.call('LATENCY', 'HISTORY', 'command')).toEqual([[event![1], event![2]]]);
    expect(await client.call('LATENCY', 'GRAPH', 'command')).toContain('command - high');
    expect(await client.call('LATENCY', 'DOCTOR')).toContain('command: 1 moments');
    expect(await client.call('LATENCY', 'RESET')).toBe(1);
    await client.call('CONFIG', 'SET', 'latency-monitor-threshold', 0);
  });

  it('counts the latencies of commands, a container with all its parts', async () => {
    await client.pipeline(Array.from({ length: 30 }, (_, i) => ['SET', `key:${i}`, 'v']));
    await client.pipeline([['CONFIG', 'GET', 'timeout'], ['CONFIG', 'HELP']]);
    const histograms = await client.call('LATENCY', 'HISTOGRAM', 'set', 'config', 'nosuch') as Reply[];
    expect(histograms.filter((_, i) => i % 2 === 0)).toEqual(['set', 'config|get', 'config|help', 'config|resetstat']);
    const set = histograms[1] as Reply[];
    expect(set.slice(0, 2)).toEqual(['calls', 30]);
    expect((set[3] as number[]).at(-1)).toBe(30);
  });
});

describe('MEMORY', () => {
  it('USAGE counts the bytes of key, value and expiry', async () => {
    await client.pipeline([['SET', 'short', 'v'], ['SET', 'long', 'x'.repeat(1000)], ['SET', 'huge', 'x'.repeat(100_000)]]);
    const [short, long, huge] = await client.pipeline(['short', 'long', 'huge'].map((key) => ['MEMORY', 'USAGE', key, 'SAMPLES', 0])) as number[];
    expect(short).toBeLessThan(64);
    expect(long! - short!).toBeGreaterThan(900);
    expect(huge).toBeGreaterThanOrEqual(100_000);
  });

  it('STATS, MALLOC-STATS and DOCTOR agree with INFO', async () => {
    await client.call('DEBUG', 'POPULATE', 500);
    const stats = await client.call('MEMORY', 'STATS') as Reply[];
    const valueOf = (name: string): Reply => stats[stats.indexOf(name) + 1]!;
    expect(valueOf('keys.count')).toBe(500);
    expect(String(valueOf('total.allocated'))).toBe((await info('memory'))['used_memory']);
    const arenas = await client.call('MEMORY', 'MALLOC-STATS') as string;
    const bytes = [...arenas.matchAll(/: (\d+) bytes in use/g)].map(([, digits]) => Number(digits));
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBe(valueOf('total.allocated'));
    expect(await client.call('MEMORY', 'DOCTOR')).toContain('too little data');
  });
});

describe('DEBUG', () => {
  it('ARENA tells of each shard what it holds, and can check it', async () => {
    await client.call('DEBUG', 'POPULATE', 300);
    const reply = await client.call('DEBUG', 'ARENA', 'CHECK') as Reply[];
    expect(reply.filter((_, i) => i % 2 === 0)).toEqual(['shard-0', 'shard-1', 'shard-2']);
    for (const held of reply.filter((_, i) => i % 2 === 1) as Reply[][]) {
      const bytes = held.filter((_, i) => i % 2 === 1) as number[];
      expect(held.filter((_, i) => i % 2 === 0)).toEqual(['entry', 'table', 'value', 'structure', 'index', 'total']);
      expect(bytes.at(-1)).toBe(bytes.slice(0, -1).reduce((sum, one) => sum + one, 0));
    }
    expect(await client.call('DEBUG', 'ARENA', 'x')).toEqual(new ReplyError('ERR syntax error'));
  });

  it('SLEEP refuses shards that are not there', async () => {
    expect(await client.call('DEBUG', 'SLEEP', 0, 'SHARD', 2)).toBe('OK');
    for (const shard of [3, -1, 'x']) expect(await client.call('DEBUG', 'SLEEP', 0, 'SHARD', shard)).toBeInstanceOf(ReplyError);
  });

  it('STRINGMATCH-LEN matches as KEYS does', async () => {
    expect(await client.pipeline([['DEBUG', 'STRINGMATCH-LEN', 'a*c', 'abc'], ['DEBUG', 'STRINGMATCH-LEN', 'a*c', 'ABC']])).toEqual([1, 0]);
  });

  it('LOADAOF has nothing to load without append only files', async () => {
    await client.call('SET', 'k', 'v');
    expect(await client.call('DEBUG', 'LOADAOF')).toBeInstanceOf(ReplyError);
    expect(await client.call('GET', 'k')).toBe('v');
  });
});

describe('COMMAND', () => {
  it('describes every command of the table', async () => {
    const all = await client.call('COMMAND') as Reply[][];
    expect(all.map(([name]) => name)).toEqual(index.topLevel.map(({ name }) => name));
    expect(await client.call('COMMAND', 'COUNT')).toBe(index.topLevel.length);
    expect(await client.call('COMMAND', 'LIST')).toEqual(index.all.map(({ name }) => name));
    expect((await client.call('COMMAND', 'DOCS') as Reply[]).length).toBe(index.topLevel.length * 2);
  });

  it('filters by category and pattern', async () => {
    expect(await client.call('COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'DANGEROUS')).toContain('flushall');
    expect(await client.call('COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'CONFIG|*')).toEqual(
      ['config|get', 'config|help', 'config|resetstat', 'config|rewrite', 'config|set']);
  });

  it('shows DEBUG as one command', async () => {
    const [debug] = await client.call('COMMAND', 'INFO', 'debug') as Reply[][];
    expect(debug![9]).toEqual([]);
    expect(await client.call('COMMAND', 'INFO', 'debug|sleep')).toEqual([null]);
  });
});

describe('TIME and LOLWUT', () => {
  it('TIME is the time of day', async () => {
    const [seconds, us] = (await client.call('TIME') as string[]).map(Number);
    expect(Math.abs(seconds! - Date.now() / 1000)).toBeLessThan(60);
    expect(us).toBeLessThan(1_000_000);
  });

  it('LOLWUT draws the same for the same seed, mirrored both ways', async () => {
    const [once, again] = await client.pipeline([['LOLWUT', 'VERSION', 1, 8, 4, 42], ['LOLWUT', 'version', 1, 8, 4, 42]]) as string[];
    expect(again).toBe(once);
    const lines = Buffer.from(once!, 'latin1').toString('utf8').split('\n');
    expect(lines.slice(0, 8).map((line) => [...line].length)).toEqual(Array.from({ length: 8 }, () => 16));
    expect(lines.slice(8)).toEqual(['', expect.stringMatching(/^Redis ver\. \d/), '']);
    const flipped: Readonly<Record<string, string>> = { '◢': '◣', '◣': '◢', '◥': '◤', '◤': '◥' };
    for (const line of lines.slice(0, 8)) expect([...line].toReversed().map((tile) => flipped[tile] ?? tile).join('')).toBe(line);
  });
});

it('answers everything of the door while all shards are busy', async () => {
  const busy = await connect(server);
  busy.write(encodeCommand(['DEBUG', 'SLEEP', 0.5]));
  const from = performance.now();
  const questions = [['INFO', 'everything'], ['CONFIG', 'GET', '*'], ['MEMORY', 'STATS'], ['LATENCY', 'HISTOGRAM'], ['SLOWLOG', 'GET'], ['COMMAND'], ['TIME']];
  for (const words of questions) expect(await client.call(...words)).not.toBeInstanceOf(ReplyError);
  expect(performance.now() - from).toBeLessThan(500);
  expect(await busy.readReply()).toEqual(Buffer.from('+OK\r\n'));
  busy.close();
});

async function info(section: string): Promise<Record<string, string>> {
  const lines = (await client.call('INFO', section) as string).split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
