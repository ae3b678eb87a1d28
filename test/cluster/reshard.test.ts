/**
 * Slots go round a cluster of Tessera and redis-server by redis-cli --cluster reshard, while ioredis and redis-cli -c read and
 * write their keys: no error reaches them, and in the end every key is where it belongs, once, with what was written last.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../src/base/crc16.ts';
import { hasReference } from '../support/redis-binary.ts';
import { MixedCluster, redisCli } from './mixed-cluster.ts';
import type { ClusterMember, Kind } from './mixed-cluster.ts';

const run = promisify(execFile);
/** redis-cli takes the first slots of a node: these. */
const movedSlots = 40;
const keysPerSlot = 12;
const tags = tagsOfSlots(movedSlots);
const keys = tags.flatMap((tag) => Array.from({ length: keysPerSlot }, (_, i) => `{${tag}}${i}`));

/** For each of the first slots a word that belongs to it. */
function tagsOfSlots(count: number): string[] {
  const found = new Map<number, string>();
  for (let i = 0; found.size < count; i++) {
    const slot = keySlot(Buffer.from(`t${i}`), 0, `t${i}`.length);
    if (slot < count && !found.has(slot)) found.set(slot, `t${i}`);
  }
  return [...found.values()];
}

/** Reads and writes keys without pause, and knows what each has to hold. */
class Load {
  readonly errors: string[] = [];
  readonly #written = new Map<string, string>();
  readonly #client: Cluster;
  #count = 0;
  readonly #end = new AbortController();
  #workers: Promise<void>[] = [];

  constructor(member: ClusterMember) {
    this.#client = new Cluster([{ host: '127.0.0.1', port: member.port }], { retryDelayOnTryAgain: 20, maxRedirections: 1000 });
    this.#client.on('error', (error: Error) => this.errors.push(error.message));
  }

  get count(): number {
    return this.#count;
  }

  async fill(): Promise<void> {
    await Promise.all(keys.map((key) => this.#write(key)));
  }

  start(workers: number): void {
    this.#workers = Array.from({ length: workers }, (_, i) => this.#work(i, workers));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#workers);
  }

  /** Keys that do not hold what was written last. */
  async wrongKeys(): Promise<string[]> {
    const wrong: string[] = [];
    for (const key of keys) if ((await this.#client.get(key)) !== this.#written.get(key)) wrong.push(key);
    return wrong;
  }

  close(): void {
    this.#client.disconnect();
  }

  /** A key is one worker's. */
  async #work(first: number, step: number): Promise<void> {
    for (let i = first; !this.#end.signal.aborted; i = i + step < keys.length ? i + step : first) {
      try {
        await this.#write(keys[i]!);
        const value = await this.#client.get(keys[i]!);
        if (value !== this.#written.get(keys[i]!)) this.errors.push(`${keys[i]} is ${value}`);
      } catch (error) {
        this.errors.push((error as Error).message);
      }
    }
  }

  async #write(key: string): Promise<void> {
    const value = `${key} ${++this.#count}`;
    await this.#client.set(key, value);
    this.#written.set(key, value);
  }
}

/** redis-cli -c with keys of its own, again and again; its errors. */
async function redisCliLoad(port: number, isOn: () => boolean): Promise<string[]> {
  const errors: string[] = [];
  for (let round = 0; isOn(); round++) {
    const commands = tags.slice(0, 20).flatMap((tag) => [`SET {${tag}}cli ${round}`, `GET {${tag}}cli`]);
    const { stdout } = await run('sh', ['-c', `printf '%s\\n' "$0" | redis-cli -c -p ${port}`, commands.join('\n')], { timeout: 30_000 });
    const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('-> Redirected'));
    for (const [i, line] of lines.entries()) if (line !== (i % 2 === 0 ? 'OK' : String(round))) errors.push(line);
    if (lines.length !== commands.length) errors.push(`${lines.length} replies`);
  }
  return errors;
}

describe.runIf(hasReference()).each<[string, readonly Kind[]]>([
  ['two Tesseras and a redis-server', ['tessera', 'tessera', 'redis']],
  ['a Tessera and two redis-servers', ['tessera', 'redis', 'redis']],
])('%s', (_, kinds) => {
  let cluster: MixedCluster;

  beforeAll(async () => {
    cluster = await MixedCluster.start(kinds);
    await cluster.create();
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  });

  test('hand slots round while clients use their keys', async () => {
    const [first, second, third] = cluster.members as [ClusterMember, ClusterMember, ClusterMember];
    const load = new Load(third);
    await load.fill();
    load.start(8);
    let isOn = true;
    const cli = redisCliLoad(second.port, () => isOn);
    const before = load.count;
    for (const [from, to] of [[first, second], [second, third], [third, first]] as const) {
      const output = await redisCli(
        '--cluster', 'reshard', `127.0.0.1:${second.port}`, '--cluster-from', await from.id(), '--cluster-to', await to.id(),
        '--cluster-slots', String(movedSlots), '--cluster-yes', '--cluster-pipeline', '5');
      expect(output).toContain(`Moving slot ${movedSlots - 1} from`);
      for (const member of cluster.members) {
        await member.when('the slots have a new owner', async () => (await member.nodes()).some(({ port, slots }) => port === to.port && /\b0-\d+/.test(slots)));
      }
      expect(Number(await from.client.call('CLUSTER', 'COUNTKEYSINSLOT', 0))).toBe(0);
      expect(Number(await to.client.call('CLUSTER', 'COUNTKEYSINSLOT', 0))).toBeGreaterThanOrEqual(keysPerSlot);
    }
    isOn = false;
    expect(await cli).toEqual([]);
    await load.stop();
    expect(load.errors).toEqual([]);
    expect(load.count - before).toBeGreaterThan(keys.length);
    expect(await load.wrongKeys()).toEqual([]);
    load.close();
    const counts = await Promise.all(cluster.members.map(async ({ client }) => Number(await client.call('DBSIZE'))));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(keys.length + 20);
    expect(await redisCli('--cluster', 'check', `127.0.0.1:${first.port}`)).toContain('[OK] All 16384 slots covered.');
  }, 120_000);
});
