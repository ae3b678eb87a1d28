import { expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { WordCopier } from '../../../src/base/word-copier.ts';
import { seed } from './seed.ts';

function filled(bytes: Uint8Array, random: Random): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
  return bytes;
}

test(`bytes are copied as they are, from wherever to wherever, and no others are touched (seed ${seed})`, () => {
  const random = new Random(seed);
  const copier = new WordCopier();
  const shared = new SharedArrayBuffer(4096, { maxByteLength: 8192 });
  const sources = [filled(new Uint8Array(shared, 8, 3000), random), filled(Buffer.alloc(3000), random), filled(new Uint8Array(3000), random)];
  const targets = [new Uint8Array(new SharedArrayBuffer(3100), 3, 3001), Buffer.allocUnsafeSlow(3001), new Uint8Array(3001)];
  for (const target of targets) target.fill(0);
  const models = targets.map((target) => Uint8Array.from(target));
  let [from, to] = [0, 0];
  for (let step = 0; step < 6000; step++) {
    // Mostly the same memory as before, as in a shard.
    if (random.below(8) === 0) from = random.below(sources.length);
    if (random.below(8) === 0) to = random.below(targets.length);
    const length = random.below(random.below(4) === 0 ? 1500 : 70);
    const [at, start] = [random.below(3001 - length), random.below(3000 - length)];
    copier.copy(targets[to]!, at, sources[from]!, start, length);
    models[to]!.set(sources[from]!.subarray(start, start + length), at);
  }
  for (const [i, target] of targets.entries()) expect(Buffer.compare(target, models[i]!)).toBe(0);
});

test('every bit pattern of a word comes through', () => {
  const copier = new WordCopier();
  const source = Buffer.alloc(16);
  const target = Buffer.alloc(16);
  for (const pattern of [0xffff_ffff, 0x7ff0_0001, 0x7ff8_0000, 0xfff0_dead, 0x8000_0000, 0]) {
    for (let word = 0; word < 4; word++) source.writeUInt32LE(pattern, word * 4);
    for (let times = 0; times < 3; times++) copier.copy(target.fill(7), 0, source, 0, 16);
    expect(target.equals(source)).toBe(true);
  }
});
