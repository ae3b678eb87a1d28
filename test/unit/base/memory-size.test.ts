import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatBytesHuman, parseMemorySize } from '../../../src/base/memory-size.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import { ReplyError } from '../../support/resp-reply.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { seed } from './seed.ts';

const sizeTexts = fc.oneof(
  fc
    .tuple(fc.bigInt({ min: 0n, max: 2n ** 66n }), fc.constantFrom('', 'b', 'K', 'kb', 'M', 'mB', 'g', 'GB'))
    .map(([count, unit]) => `${count}${unit}`),
  fc.constantFrom('', 'kb', '007', '0kb', '1kk', '1t', '1tb', '-1', '+1', '1.5gb', '1 gb', 'gb1', '1gbb', '0x10', '1,5g', 'x'),
  fc.constantFrom('9'.repeat(127), '9'.repeat(128), `${'0'.repeat(126)}1`, `${'0'.repeat(127)}1`),
);
/** Whole numbers of bytes of every magnitude, many of them halfway between two decimals. */
const byteCounts = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1_048_576 }), fc.integer({ min: -1, max: 1 }))
  .map(([power, parts, delta]) => BigInt.asUintN(64, (BigInt(parts) * 1024n ** BigInt(power)) / 8n + BigInt(delta)))
  .filter((bytes) => bytes < 2n ** 53n);

describe('parseMemorySize', () => {
  it('counts short units in thousands and long ones in 1024s, in any case', () => {
    const sizes = { 1: 1n, '1b': 1n, '5k': 5000n, '5KB': 5120n, '1m': 1_000_000n, '100Mb': 104_857_600n, '2g': 2_000_000_000n, '1gb': 2n ** 30n };
    for (const [text, bytes] of Object.entries(sizes)) expect(parseMemorySize(text)).toBe(bytes);
  });

  it('keeps all 64 bits and wraps beyond them as Redis does', () => {
    expect(parseMemorySize('18446744073709551615')).toBe(2n ** 64n - 1n);
    expect(parseMemorySize('18446744073709551616')).toBe(2n ** 64n - 1n);
    expect(parseMemorySize('18446744073709551615k')).toBe(2n ** 64n - 1000n);
  });

  it('takes no digits for 0', () => {
    expect(parseMemorySize('')).toBe(0n);
    expect(parseMemorySize('mb')).toBe(0n);
  });

  it('refuses a sign, a fraction, a space, another unit and 128 digits', () => {
    for (const text of ['-1', '+1', '1.5gb', ' 1', '1 gb', '1gb\n', '1tb', '1kk', '50%', '9'.repeat(128)]) {
      expect(parseMemorySize(text)).toBeUndefined();
    }
  });
});

describe('formatBytesHuman', () => {
  it('shows two decimals of the largest unit that fits', () => {
    expect(formatBytesHuman(0)).toBe('0B');
    expect(formatBytesHuman(1023)).toBe('1023B');
    expect(formatBytesHuman(1024)).toBe('1.00K');
    expect(formatBytesHuman(1_101_005)).toBe('1.05M');
    expect(formatBytesHuman(8 * 2 ** 30)).toBe('8.00G');
    expect(formatBytesHuman(2 ** 40 * 1.5)).toBe('1.50T');
    expect(formatBytesHuman(2n ** 50n * 3n)).toBe('3.00P');
    expect(formatBytesHuman(2n ** 60n)).toBe('1152921504606846976B');
  });

  it('rounds an exact tie to the even digit', () => {
    expect(formatBytesHuman(1152)).toBe('1.12K');
    expect(formatBytesHuman(1408)).toBe('1.38K');
  });
});

describe.runIf(hasReference())(`memory sizes beside redis-server (seed ${seed})`, () => {
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

  it('reads what CONFIG SET maxmemory reads', async () => {
    for (const text of fc.sample(sizeTexts, { seed, numRuns: 500 })) {
      const [set, get] = await client.pipeline([['CONFIG', 'SET', 'maxmemory', text], ['CONFIG', 'GET', 'maxmemory']]);
      const redisBytes = set instanceof ReplyError ? undefined : BigInt((get as string[])[1]!);
      expect([text, parseMemorySize(text)]).toEqual([text, redisBytes]);
    }
  });

  it('prints what INFO prints as maxmemory_human', async () => {
    for (const bytes of fc.sample(byteCounts, { seed, numRuns: 500 })) {
      const [, info] = await client.pipeline([['CONFIG', 'SET', 'maxmemory', String(bytes)], ['INFO', 'memory']]);
      expect([bytes, /maxmemory_human:(.*)\r/.exec(String(info))?.[1]]).toEqual([bytes, formatBytesHuman(bytes)]);
    }
  });
});
