/** The normal run's share of what `npm run fuzz` does to the cluster bus. */
import { expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { PACKETS_PER_CASE, throwPackets } from '../../../fuzz/bus-packets.ts';
import { seed } from '../../base/seed.ts';

const packetCount = 20_000;

test(`${packetCount} spoilt packets are refused or read, and leave a node that holds together (seed ${seed})`, () => {
  let messages = 0;
  let dropped = 0;
  for (let i = 0; i < packetCount / PACKETS_PER_CASE; i++) {
    const verdicts = throwPackets(new Random(seed + i));
    messages += verdicts.messages;
    dropped += verdicts.dropped;
  }
  // Both ways are taken often: packets that all fail at once would try nothing.
  expect(messages).toBeGreaterThan(packetCount / 10);
  expect(dropped).toBeGreaterThan(packetCount / 10);
});
