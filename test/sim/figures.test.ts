/** That a cluster costs no more, and learns no later, than the specification leads to expect. */
import { expect, test } from 'vitest';
import { expectation, measure } from './figures.ts';

const options = { seed: 1, nodeCount: 20, nodeTimeoutMs: 1000, restMs: 10_000, joinCount: 3, crashCount: 3 };
const figures = measure(options);
const expected = expectation(options);

test('traffic at rest is within the bound, and not less than a ping and a pong a second', () => {
  expect(figures.messages).toBeGreaterThanOrEqual(2);
  expect(figures.messages).toBeLessThanOrEqual(expected.messages);
  expect(figures.bytes).toBeLessThanOrEqual(expected.bytes);
  expect(figures.bytes / figures.messages).toBeLessThanOrEqual(expected.packetBytes);
});

test('a message tells of as many nodes as it should', () => {
  expect(figures.gossip.most).toBe(expected.gossip);
  expect(figures.gossip.mean).toBeGreaterThan(expected.gossip * 0.95);
});

test('every crash is found by all within two timeouts and two seconds, and by nobody before a timeout', () => {
  const found = [...figures.killed, ...figures.silent];
  expect(found).toHaveLength(2 * options.crashCount);
  for (const { suspectedMs, agreedMs, knownMs } of found) {
    expect(suspectedMs).toBeLessThanOrEqual(expected.suspectedMs);
    expect(agreedMs).toBeGreaterThanOrEqual(options.nodeTimeoutMs);
    expect(knownMs).toBeLessThanOrEqual(2 * options.nodeTimeoutMs + 2000);
  }
});

test('all hear of a node that joins, about as fast as gossip spreads at random', () => {
  expect(figures.joinsMs).toHaveLength(options.joinCount);
  for (const ms of figures.joinsMs) expect(ms).toBeLessThanOrEqual(2 * expected.joinMs(figures.messages));
});
