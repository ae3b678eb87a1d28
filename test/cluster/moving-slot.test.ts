/**
 * A slot that is moving, in both positions: Tessera and redis-server stand in turn beside the same kind of neighbour, once as
 * the slot's owner and once as the node that imports it, and have to answer the same.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../src/base/crc16.ts';
import { Random } from '../../src/base/random.ts';
import { makeEpisode } from '../generator/episode.ts';
import { families } from '../generator/grammar.ts';
import { hasReference } from '../support/redis-binary.ts';
import { encodeCommand, type Word } from '../support/resp-client.ts';
import { seed } from '../unit/base/seed.ts';
import { MixedCluster } from './mixed-cluster.ts';
import type { ClusterMember, Kind } from './mixed-cluster.ts';

/** Leaves the node under test for its neighbour; and the other way. */
const leaving = slotOf('leaving');
const coming = slotOf('{coming}');
const half = 8192;

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, key.length);
}

/** Two nodes, the first of which is under test: it owns `leaving` and imports `coming`. */
class Pair {
  readonly cluster: MixedCluster;
  readonly tested: ClusterMember;
  readonly neighbour: ClusterMember;
  readonly #names: [string, string][] = [];

  private constructor(cluster: MixedCluster) {
    this.cluster = cluster;
    [this.tested, this.neighbour] = cluster.members as [ClusterMember, ClusterMember];
  }

  static async start(kind: Kind): Promise<Pair> {
    const pair = new Pair(await MixedCluster.start([kind, 'redis']));
    const { tested, neighbour } = pair;
    const [mine, theirs] = leaving < half ? [tested, neighbour] : [neighbour, tested];
    await mine.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, half - 1);
    await theirs.client.call('CLUSTER', 'ADDSLOTSRANGE', half, 16383);
    for (const [i, { client }] of [tested, neighbour].entries()) await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    const busPort = Number(neighbour.options.config!['cluster-port']);
    await tested.client.call('CLUSTER', 'MEET', '127.0.0.1', neighbour.port, busPort);
    for (const member of [tested, neighbour]) await member.isUp();
    pair.#names.push([await tested.id(), 'TESTED'], [await neighbour.id(), 'NEIGHBOUR'], [String(tested.port), 'PORT'], [String(neighbour.port), 'NEXT']);
    return pair;
  }

  /** A reply with names in place of ids and ports. */
  async ask(member: ClusterMember, words: readonly Word[]): Promise<string> {
    const ids = words.map((word) => this.#names.find(([, name]) => name === word)?.[0] ?? word);
    return this.named((await member.client.callRaw(...ids)).toString('latin1'));
  }

  /** A slot may have the number of a port. */
  named(reply: string): string {
    return this.#names.reduce((shown, [value, name]) => (value.length < 6 ? shown.replaceAll(`:${value}`, `:${name}`) : shown.replaceAll(value, name)), reply);
  }
}

/** Names that the generator gives keys, and members too. */
const generatedKey = /^(?:[abc]|[kn][0-3]|f0|\{t\}[abcnf])$/;

/** The error that sends a client elsewhere. */
function redirectOf(reply: Buffer): string {
  return /^-(?:MOVED|ASK|TRYAGAIN|CROSSSLOT|CLUSTERDOWN) .*/.exec(reply.toString('latin1'))?.[0] ?? 'served';
}

async function epochOf({ tested }: Pair): Promise<number> {
  return Number(/cluster_my_epoch:(\d+)/.exec(String(await tested.client.call('CLUSTER', 'INFO')))![1]);
}

describe.runIf(hasReference())('a slot on its way', () => {
  const pairs: Pair[] = [];

  beforeAll(async () => {
    pairs.push(...await Promise.all((['tessera', 'redis'] as const).map((kind) => Pair.start(kind))));
  }, 60_000);

  afterAll(async () => {
    for (const { cluster } of pairs) await cluster.stop();
  });

  /** The node under test answers the commands; `@` in front sends one to its neighbour. */
  async function compare(script: string): Promise<string[]> {
    const answers: string[][] = [];
    for (const pair of pairs) {
      const shown: string[] = [];
      for (const line of script.trim().split('\n').map((each) => each.trim())) {
        const words = line.replace(/^@ /, '').split(' ').map((word) => (word === '""' ? '' : word));
        const reply = await pair.ask(line.startsWith('@ ') ? pair.neighbour : pair.tested, words);
        shown.push(`${line} -> ${reply.trimEnd()}`);
      }
      answers.push(shown);
    }
    expect(answers[0]).toEqual(answers[1]);
    return answers[0]!;
  }

  test('SETSLOT judges what redis-cli asks for', async () => {
    const answers = await compare(`
      CLUSTER SETSLOT ${coming} MIGRATING NEIGHBOUR
      CLUSTER SETSLOT ${leaving} IMPORTING NEIGHBOUR
      CLUSTER SETSLOT ${leaving} MIGRATING nobody
      CLUSTER SETSLOT ${leaving} MIGRATING NEIGHBOUR
      CLUSTER SETSLOT ${coming} IMPORTING NEIGHBOUR
      @ CLUSTER SETSLOT ${coming} MIGRATING TESTED
      @ CLUSTER SETSLOT ${leaving} IMPORTING TESTED
      CLUSTER SETSLOT ${leaving} WHAT
    `);
    expect(answers).toContain(`CLUSTER SETSLOT ${leaving} MIGRATING NEIGHBOUR -> +OK`);
  });

  test('its owner serves the keys that are still there, and sends others on', async () => {
    const answers = await compare(`
      CLUSTER SETSLOT ${leaving} STABLE
      SET leaving here
      SET {leaving}2 here
      CLUSTER SETSLOT ${leaving} MIGRATING NEIGHBOUR
      GET leaving
      GET {leaving}gone
      SET {leaving}gone v
      ASKING
      GET {leaving}gone
      MGET leaving {leaving}2
      MGET leaving {leaving}gone
      MGET {leaving}gone {leaving}gone2
      MGET {leaving}gone {leaving}gone
      MSET leaving 1 {leaving}gone 2
      DEL leaving {leaving}gone
      RENAME leaving {leaving}gone
      EXISTS leaving {leaving}2
      MGET leaving other
      CLUSTER COUNTKEYSINSLOT ${leaving}
    `);
    expect(answers).toContain(`GET {leaving}gone -> -ASK ${leaving} 127.0.0.1:NEXT`);
    expect(answers).toContain('MGET leaving {leaving}gone -> -TRYAGAIN Multiple keys request during rehashing of slot');
  });

  // Only newer servers have CLUSTER SLOT-STATS; as in Redis, what is asked of a slot of ours counts, whatever the answer.
  test('its redirects count as use of the slot', async () => {
    const { client } = pairs[0]!.tested;
    await client.call('CONFIG', 'SET', 'cluster-slot-stats-enabled', 'net');
    let [bytesIn, bytesOut] = [0, 0];
    for (const words of [['GET', 'leaving'], ['GET', '{leaving}gone'], ['MGET', 'leaving', '{leaving}gone'], ['MGET', 'leaving', '{leaving}2']]) {
      bytesIn += encodeCommand(words).length;
      bytesOut += (await client.callRaw(...words)).length;
    }
    expect(await client.call('CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', leaving, leaving)).toEqual(
      [[leaving, ['key-count', 2, 'network-bytes-in', bytesIn, 'network-bytes-out', bytesOut]]]);
  });

  test('keys are looked for before anything but the number of arguments is judged', async () => {
    const [mine, theirs] = leaving < half ? ['bar', 'foo'] : ['foo', 'bar'];
    const answers = await compare(`
      DEL ${theirs}
      DEL
      GET ${theirs} ${theirs}
      SET ${theirs} v WHAT
      SET ${mine} v WHAT
      MSET ${theirs}
      MSET ${theirs} 1 ${theirs}
      MSET ${mine} 1 ${theirs} 2
      MSET ${theirs} 1 {${theirs}}2 2
      RENAME ${mine} ${theirs}
      RENAME ${theirs} ${mine}
      COPY ${theirs} {${theirs}}2 DB x
      SMOVE ${mine} ${theirs} v
      BITOP WHAT ${theirs} {${theirs}}2
      BITOP AND ${mine} ${theirs}
      LCS ${theirs} {${theirs}}2 WHAT
      SINTERCARD 0 ${theirs}
      SINTERCARD x ${theirs}
      SINTERCARD 1 ${theirs} LIMIT x
      SINTERCARD 2 ${theirs}
      SINTERCARD 2 ${theirs} ${mine}
      ZUNION 1 ${theirs} WHAT
      ZUNION 0 ${theirs}
      ZUNION -1 ${theirs}
      ZUNION 3 ${theirs} {${theirs}}2
      ZUNIONSTORE ${mine} 1 ${theirs}
      ZUNIONSTORE ${theirs} 1 {${theirs}}2 WEIGHTS x
      ZDIFFSTORE ${theirs} 0 ${mine}
      LMPOP 1 ${theirs} WHERE
      LMPOP 0 ${theirs} LEFT
      ZMPOP x ${theirs} MIN
      XREAD STREAMS ${theirs} 0
      XREAD COUNT x STREAMS ${theirs} 0
      XREAD COUNT 1 ${theirs} 0
      XREAD STREAMS ${theirs} ${mine} 0 0
      XREAD STREAMS ${theirs} ${mine} 0
      XREADGROUP GROUP g c STREAMS ${theirs} >
      XGROUP CREATE ${theirs} g x
      XGROUP WHAT ${theirs} g
      XINFO STREAM ${theirs} WHAT
      OBJECT ENCODING ${theirs}
      OBJECT ENCODING
      OBJECT WHAT ${theirs}
      MEMORY USAGE ${theirs} SAMPLES x
      SORT ${theirs} LIMIT x
      SORT ${theirs} STORE ${mine}
      SORT ${mine} STORE ${theirs}
      SORT_RO ${theirs} STORE
      GEORADIUS ${theirs} 0 0 1 km STORE ${mine}
      GEORADIUS ${mine} 0 0 1 km WHAT
      GEOSEARCHSTORE ${mine} ${theirs} FROMLONLAT 0 0 BYRADIUS 1 km
      EXPIRE ${theirs} x
      PFMERGE ${theirs}
      PFMERGE ${mine} ${theirs}
      PFCOUNT ${theirs} ${mine}
      DBSIZE
      KEYS nothing
      RANDOMKEY x
      SELECT 1
      MOVE ${theirs} 1
      SWAPDB 0 1
    `);
    expect(answers).toContain(`GET ${theirs} ${theirs} -> -ERR wrong number of arguments for 'get' command`);
    expect(answers).toContain(`SET ${theirs} v WHAT -> -MOVED ${slotOf(theirs)} 127.0.0.1:NEXT`);
  });

  test(`commands of every family are sent on alike (TEST_SEED=${seed})`, async () => {
    await compare(`
      CLUSTER SETSLOT ${leaving} STABLE
      MSET {leaving}a 1 {leaving}b 2 {leaving}k0 3
      RPUSH {leaving}c 1 2 3
      ZADD {leaving}k1 1 a 2 b
      CLUSTER SETSLOT ${leaving} MIGRATING NEIGHBOUR
    `);
    const random = new Random(seed);
    const tags = ['', '{leaving}', '{coming}', '{foo}', '{bar}'];
    const commands = Object.keys(families).flatMap((family) => makeEpisode(seed, 400, family)).flatMap((command) => {
      const tag = tags[random.below(tags.length)]!;
      const words = command.map((word) => Buffer.from(generatedKey.test(word) ? tag + word : word, 'latin1'));
      return random.below(4) === 0 ? [['ASKING'], words] : [words];
    });
    const [ours, theirs] = await Promise.all(pairs.map(async (pair) => {
      const replies: string[] = [];
      for (let at = 0; at < commands.length; at += 200) {
        for (const reply of await pair.tested.client.pipelineRaw(commands.slice(at, at + 200))) replies.push(pair.named(redirectOf(reply)));
      }
      return replies;
    }));
    const wrong = commands.map((words, i) => ({ words: words.map(String).join(' '), ours: ours![i], theirs: theirs![i] }));
    expect(wrong.filter((each) => each.ours !== each.theirs)).toEqual([]);
    expect(new Set(ours!.map((answer) => answer.split(' ')[0]))).toEqual(new Set(['served', '-MOVED', '-ASK', '-TRYAGAIN', '-CROSSSLOT']));
    await compare(`
      FLUSHALL
      CLUSTER SETSLOT ${leaving} STABLE
      MSET leaving here {leaving}2 here
      CLUSTER SETSLOT ${leaving} MIGRATING NEIGHBOUR
    `);
  });

  test('who imports it serves those that say ASKING, and several keys only when it has all', async () => {
    const answers = await compare(`
      GET {coming}1
      ASKING
      SET {coming}1 v
      ASKING
      GET {coming}1
      GET {coming}1
      ASKING
      MGET {coming}1 {coming}2
      ASKING
      MGET {coming}2 {coming}3
      ASKING
      MGET {coming}1 {coming}1
      ASKING
      SET {coming}2 w
      ASKING
      MGET {coming}1 {coming}2
      MGET {coming}1 {coming}2
      ASKING
      PING
      GET {coming}1
      ASKING
      WHAT
      GET {coming}1
      DUMP {coming}1
      RESTORE-ASKING {coming}1 0 nonsense
      RESTORE {coming}1 0 nonsense
      RESTORE-ASKING {coming}1 0
      RESTORE-ASKING leaving 0 nonsense
      RESTORE-ASKING {leaving}gone 0 nonsense
    `);
    expect(answers).toContain(`GET {coming}1 -> -MOVED ${coming} 127.0.0.1:NEXT`);
  });

  test('MIGRATE works on open slots wherever they belong, and on stable ones as they are owned', async () => {
    const stable = slotOf('leaving') < half ? 'foo' : 'bar';
    expect(slotOf(stable) < half).not.toBe(leaving < half);
    const answers = await compare(`
      MIGRATE 127.0.0.1 NEXT ${stable} 0 1000
      MIGRATE 127.0.0.1 NEXT ${stable} 0 1000 WHAT
      MIGRATE 127.0.0.1 NEXT "" 0 1000 KEYS leaving ${stable}
      MIGRATE 127.0.0.1 NEXT leaving 0 1000 KEYS leaving
      MIGRATE 127.0.0.1 NEXT {leaving}gone 0 1000
      MIGRATE 127.0.0.1 NEXT "" 0 1000 KEYS {leaving}gone {leaving}gone2
      MIGRATE 127.0.0.1 NEXT "" 0 1000 KEYS leaving {leaving}gone
      GET leaving
      MIGRATE 127.0.0.1 NEXT {coming}1 0 1000 COPY
      @ DEL {coming}1
      MIGRATE 127.0.0.1 NEXT {coming}1 0 1000
      @ GET {coming}1
      MIGRATE 127.0.0.1 NEXT {coming}2 0 1000 REPLACE
      @ MIGRATE 127.0.0.1 PORT "" 0 1000 KEYS {coming}1 {coming}2
      ASKING
      MGET {coming}1 {coming}2
      @ MGET {coming}1 {coming}2
      @ ASKING
      @ GET leaving
    `);
    expect(answers.at(-1)).toBe('@ GET leaving -> $4\r\nhere');
  });

  test('SETSLOT NODE gives it away only without keys, and makes it ours with a new epoch', async () => {
    const before = await Promise.all(pairs.map(epochOf));
    await compare(`
      CLUSTER SETSLOT ${leaving} NODE NEIGHBOUR
      MIGRATE 127.0.0.1 NEXT {leaving}2 0 1000
      @ CLUSTER SETSLOT ${leaving} NODE NEIGHBOUR
      CLUSTER SETSLOT ${leaving} NODE NEIGHBOUR
      GET leaving
    `);
    for (const { tested, neighbour } of pairs) {
      const epoch = /cluster_my_epoch:\d+/.exec(String(await neighbour.client.call('CLUSTER', 'INFO')))![0].replace('my', 'current');
      await tested.when('the new epoch is known', async () => (await tested.client.callRaw('CLUSTER', 'INFO')).includes(`${epoch}\r`));
    }
    await compare(`
      CLUSTER SETSLOT ${coming} NODE TESTED
      @ CLUSTER SETSLOT ${coming} NODE TESTED
      GET {coming}1
      @ GET {coming}1
      CLUSTER SETSLOT ${coming} NODE NEIGHBOUR
    `);
    const after = await Promise.all(pairs.map(epochOf));
    expect(after[0]! - before[0]!).toBeGreaterThan(0);
    expect(after[0]! - before[0]!).toBe(after[1]! - before[1]!);
  });
});
