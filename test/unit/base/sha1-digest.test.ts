import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { DatasetDigest, Sha1Digest } from '../../../src/base/sha1-digest.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { seed } from './seed.ts';

interface Entry {
  readonly dbId: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly hasExpire: boolean;
}

/** Recorded from redis-server 7.0.15: SET a 1; SET b hello EX 1000; SELECT 3; SET c "". */
const recordedEntries: readonly Entry[] = [
  { dbId: 0, key: Buffer.from('a'), value: Buffer.from('1'), hasExpire: false },
  { dbId: 0, key: Buffer.from('b'), value: Buffer.from('hello'), hasExpire: true },
  { dbId: 3, key: Buffer.from('c'), value: Buffer.from(''), hasExpire: false },
];
const RECORDED_DATASET = '02edc4d943d58c97441444b0c65037f3241811f7';
const RECORDED_VALUES = ['b4fc66738120fba0b5aa500ab5c2bf89cea1c5da', 'd037c4eb8a8b36b602fbced4000daeab0714c1e3', '8b3447c33a834b810e3e181b6fd6a2ee1020921c'];

describe(`DatasetDigest (seed ${seed})`, () => {
  it('is all zeros for no data', () => {
    expect(new DatasetDigest().hex()).toBe('0'.repeat(40));
  });

  it('is what redis-server said of recorded keys', () => {
    expect(digestOf(recordedEntries).hex()).toBe(RECORDED_DATASET);
  });

  it('does not depend on the order of keys and databases', () => {
    const entries = randomEntries(new Random(seed), 50);
    expect(digestOf(entries.toReversed()).hex()).toBe(digestOf(entries).hex());
  });

  it('is the same when shards make it in parts', () => {
    const entries = randomEntries(new Random(seed), 50);
    const whole = new DatasetDigest();
    for (const shard of [0, 1, 2]) {
      const part = digestOf(entries.filter((_, index) => index % 3 === shard));
      for (const [dbId, digest] of part.parts()) whole.addPart(dbId, digest);
    }
    expect(whole.hex()).toBe(digestOf(entries).hex());
  });

  it('changes with the key, the value, the database and the expiry', () => {
    const [key, other] = [Buffer.from('k'), Buffer.from('v')];
    const variants: Entry[] = [
      { dbId: 0, key, value: other, hasExpire: false },
      { dbId: 0, key: other, value: key, hasExpire: false },
      { dbId: 0, key, value: key, hasExpire: false },
      { dbId: 1, key, value: other, hasExpire: false },
      { dbId: 0, key, value: other, hasExpire: true },
    ];
    expect(new Set(variants.map((entry) => digestOf([entry]).hex())).size).toBe(variants.length);
  });
});

describe('the digest of a value', () => {
  it('is what redis-server said of recorded values', () => {
    expect(recordedEntries.map((entry) => addString(new Sha1Digest(), entry).hex())).toEqual(RECORDED_VALUES);
  });
});

describe.runIf(hasReference())(`digests beside redis-server (seed ${seed})`, () => {
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

  it('are those of DEBUG DIGEST and DEBUG DIGEST-VALUE', async () => {
    const random = new Random(seed);
    for (let round = 0; round < 20; round++) {
      const entries = randomEntries(random, random.below(40));
      await client.pipeline([['FLUSHALL'], ...entries.flatMap(storing)]);
      expect([round, await client.call('DEBUG', 'DIGEST')]).toEqual([round, digestOf(entries).hex()]);
      const values = await client.pipeline(entries.flatMap(({ dbId, key }) => [['SELECT', dbId], ['DEBUG', 'DIGEST-VALUE', key]]));
      const digests = entries.map((entry) => addString(new Sha1Digest(), entry).hex());
      expect(values.filter((_, index) => index % 2 === 1)).toEqual(digests.map((digest) => [digest]));
    }
  });
});

function digestOf(entries: readonly Entry[]): DatasetDigest {
  const digest = new DatasetDigest();
  for (const entry of entries) digest.add(entry.dbId, addString(new Sha1Digest().mix(entry.key), entry));
  return digest;
}

function addString(digest: Sha1Digest, { value, hasExpire }: Entry): Sha1Digest {
  return digest.mixType(0).mix(value).xorExpiry(hasExpire);
}

function storing({ dbId, key, value, hasExpire }: Entry): (string | number | Uint8Array)[][] {
  return [['SELECT', dbId], hasExpire ? ['SET', key, value, 'EX', 1000] : ['SET', key, value]];
}

/** Different keys in a few databases; values are short integers, bytes, or long. */
function randomEntries(random: Random, count: number): Entry[] {
  return Array.from({ length: count }, (_, index) => ({
    dbId: [0, 1, 9, 15][random.below(4)]!,
    key: Buffer.from([index, ...Array.from({ length: random.below(20) }, () => random.below(256))]),
    value:
      random.below(3) === 0
        ? Buffer.from(String(random.uint32() - 2 ** 31))
        : Uint8Array.from({ length: random.below(2) * 500 + random.below(60) }, () => random.below(256)),
    hasExpire: random.below(2) === 0,
  }));
}
