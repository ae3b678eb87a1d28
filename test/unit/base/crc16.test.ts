import packageSlot from 'cluster-key-slot';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySlot } from '../../../src/base/crc16.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { seed } from './seed.ts';

const bytes = fc.uint8Array({ maxLength: 70 });
/** Braces often enough to meet every way they can stand. */
const bracedBytes = fc.array(fc.constantFrom(0x7b, 0x7d, 0x61, 0x62, 0xff), { maxLength: 12 }).map((all) => Uint8Array.from(all));

describe('keySlot', () => {
  it('is the check value of CRC16-XMODEM for 123456789', () => {
    expect(slotOf('123456789')).toBe(0x31c3 & 16383);
  });

  it('puts the empty key into slot 0', () => {
    expect(slotOf('')).toBe(0);
  });

  it('counts only what stands in the first pair of braces', () => {
    expect(slotOf('{user1000}.following')).toBe(slotOf('user1000'));
    expect(slotOf('foo{{bar}}zap')).toBe(slotOf('{bar'));
    expect(slotOf('foo{bar}{zap}')).toBe(slotOf('bar'));
    expect(slotOf('}{tag}')).toBe(slotOf('tag'));
  });

  it('counts the whole key when the first braces are empty or one is missing', () => {
    for (const key of ['foo{}{bar}', '{}', 'a{', 'a}b', '{never closed', '}{']) expect(slotOf(key)).toBe(modelSlot(Buffer.from(key)));
  });

  it('agrees with a CRC computed bit by bit', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, bracedBytes), (key) => {
        expect(keySlot(key, 0, key.length)).toBe(modelSlot(key));
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('agrees with the package cluster-key-slot wherever the first braces are not empty', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, bracedBytes), (key) => {
        fc.pre(!/^[^{]*\{\}/.test(Buffer.from(key).toString('latin1')));
        expect(keySlot(key, 0, key.length)).toBe(packageSlot(Buffer.from(key)));
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('reads only its range of a larger buffer', () => {
    fc.assert(
      fc.property(bracedBytes, bracedBytes, bracedBytes, (before, key, after) => {
        const all = Buffer.concat([before, key, after]);
        expect(keySlot(all, before.length, key.length)).toBe(keySlot(key, 0, key.length));
      }),
      { seed },
    );
  });
});

describe.runIf(hasReference())(`keySlot beside redis-server (seed ${seed})`, () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis({ config: { 'cluster-enabled': 'yes' } });
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  it('gives the slots of CLUSTER KEYSLOT', async () => {
    const keys = fc.sample(fc.oneof(bytes, bracedBytes), { seed, numRuns: 2000 });
    const slots = await client.pipeline(keys.map((key) => ['CLUSTER', 'KEYSLOT', key]));
    expect(keys.map((key) => keySlot(key, 0, key.length))).toEqual(slots);
  });
});

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, Buffer.byteLength(key));
}

function modelSlot(key: Uint8Array): number {
  const tag = /^[^{]*\{([^}]+)\}/.exec(Buffer.from(key).toString('latin1'))?.[1];
  let crc = 0;
  for (const byte of tag === undefined ? key : Buffer.from(tag, 'latin1')) {
    for (let bit = 7; bit >= 0; bit--) {
      const out = ((crc >> 15) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0xffff) ^ (out * 0x1021);
    }
  }
  return crc % 16384;
}
