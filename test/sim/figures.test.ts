/** That a cluster costs no more, and learns no later, than the specification leads to expect. */
import { expect, test } from 'vitest';
import { expectation } from './figures-expected.ts';
import { measure } from './figures.ts';

const options = { seed: 1, nodeCount: 20, nodeTimeoutMs: 3000, restMs: 30_000, joinCount: 3, crashCount: 3 };
const figures = measure(options);
const expected = expectation(options);

test('traffic at rest is within the bound, and not less than a ping and a pong a second', () => {
  expect(figures.messages).toBeGreaterThanOrEqual(2);
  expect(figures.messages).toBeLessThanOrEqual(expected.messages);
  expect(figures.bytes).toBeLessThanOrEqual(expected.bytes);
  expect(figures.bytes / figures.messages).toBeCloseTo(expected.packetBytes, 3);
});

test('a message tells of as many nodes as it should', () => {
  expect(figures.gossip.most).toBe(expected.gossip);
  expect(figures.gossip.mean).toBeGreaterThan(expected.gossip * 0.95);
});

test.each(['killed', 'silent'] as const)('every crash of a node that is %s is found in time, and not before a timeout', (kind) => {
  expect(figures[kind]).toHaveLength(options.crashCount);
  for (const { suspectedMs, agreedMs, knownMs } of figures[kind]) {
    expect(suspectedMs).toBeLessThanOrEqual(expected[`${kind}Ms`]);
    expect(agreedMs).toBeGreaterThanOrEqual(options.nodeTimeoutMs);
    expect(knownMs).toBeLessThanOrEqual(expected.knownMs);
  }
});

test('all hear of a node that joins, about as fast as gossip spreads at random', () => {
  expect(figures.joinsMs).toHaveLength(options.joinCount);
  for (const ms of figures.joinsMs) expect(ms).toBeLessThanOrEqual(2 * expected.joinMs(figures.messages));
});
