/** kill -9 under load with appendfsync always: nothing acknowledged is lost, and the check would notice. */
import { expect, test } from 'vitest';
import { startSubject } from '../support/start-server.ts';
import { runCrashes } from './crash-run.ts';
import { Expectation } from './expectation.ts';
import { SharedCounter } from './shared-counter.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

test(`20 kills lose no acknowledged write (TEST_SEED=${SEED})`, async () => {
  const summary = await runCrashes({ seed: SEED, killCount: 20, start: startSubject });
  expect(summary.acknowledgedCount).toBeGreaterThan(1000);
  expect(summary.pendingCount).toBeGreaterThan(20);
}, 120_000);

test('a server without a log is caught', async () => {
  const run = runCrashes({ seed: 1, killCount: 3, start: startSubject, config: { appendonly: 'no' } });
  await expect(run).rejects.toThrow(/seed 1, after kill [123] .*\n.*(acknowledged was|must be between)/);
});

test('what may be found after a crash', () => {
  const key = new Expectation(['k']);
  key.sent('one');
  key.acknowledged();
  key.sent('two');
  key.sent(null);
  expect(key.latest).toBeNull();
  expect(key.settle(['two'])).toBeUndefined();
  expect(key.latest).toBe('two');
  expect(key.settle(['one'])).toContain('k is one, acknowledged was two');
});

test('a group that is half written is wrong even if both halves were sent', () => {
  const group = new Expectation(['a', 'b']);
  group.sent('one');
  group.sent('two');
  expect(group.settle(['one', 'two'])).toContain('half written');
});

test('a shared counter is between what was acknowledged and what was sent', () => {
  const counter = new SharedCounter();
  for (let i = 0; i < 5; i++) counter.sent();
  for (let i = 0; i < 3; i++) counter.acknowledged();
  expect(counter.settle('4')).toBeUndefined();
  expect(counter.settle('3')).toContain('must be between 4 and 4');
});
