/** Streams against an array of entries: adding, deleting, trimming, finding; no memory is lost. */
import { expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { Purpose } from '../../../src/memory/arena.ts';
import { StreamId } from '../../../src/structures/stream-id.ts';
import { idOf, sourceOf, StreamRig } from './streams-fixture.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const STEPS = 4000;

test.each([[4096, 100], [0, 0], [200, 0], [0, 3], [4096, 1], [0, 200]])(`a stream with nodes of %i bytes and %i entries is as the array (TEST_SEED=${SEED})`, (nodeBytes, nodeEntries) => {
  const random = new Random(SEED + nodeBytes + nodeEntries);
  const rig = new StreamRig(nodeBytes, nodeEntries);
  for (let step = 0; step < STEPS; step++) {
    const choice = random.below(100);
    if (choice < 62) rig.add(random);
    else if (choice < 94) rig.remove(random);
    else rig.trim(random);
    if (step % 97 === 0) rig.check(random);
  }
  rig.check(random);
  expect(rig.differences).toEqual([]);
  rig.close();
});

test('an empty stream leaves no memory behind, nor one that is freed whole', () => {
  const random = new Random(SEED);
  const rig = new StreamRig(4096, 100);
  const headBytes = rig.arena.usedBytes - rig.baseline;
  for (let i = 0; i < 1000; i++) rig.add(random);
  for (const { id } of rig.model) rig.streams.deleteAndNote(rig.head, idOf(id));
  expect(rig.arena.usedBytes - rig.baseline).toBe(headBytes);
  rig.arena.free(rig.head, Purpose.structure);
  expect(rig.arena.usedBytes).toBe(rig.baseline);
});

test('entries take little more than their bytes', () => {
  const rig = new StreamRig(4096, 100);
  const source = sourceOf(['field', 'element:000000012345']);
  const id = new StreamId();
  for (let i = 0; i < 100_000; i++) {
    id.setMs(1_700_000_000_000 + i);
    rig.streams.add(rig.head, id, source, 0, 1, 25);
  }
  // redis-server 7.0.15 has 36.0 bytes for such an entry.
  expect((rig.arena.usedBytes - rig.baseline) / 100_000).toBeLessThan(33);
  rig.close();
});
