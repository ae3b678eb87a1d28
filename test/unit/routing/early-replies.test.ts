import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EarlyReplies, EarlyState } from '../../../src/routing/early-replies.ts';

function receiver(): { append: (bytes: Uint8Array, offset: number, length: number) => void; text: string } {
  return { text: '', append(bytes, offset, length) { this.text += Buffer.from(bytes).toString('latin1', offset, offset + length); } };
}

function keep(early: EarlyReplies, run: number, next: number, text: string, ended = true): void {
  early.keep(run, next, Buffer.from(`<${text}>`), 1, text.length, ended);
}

describe('EarlyReplies', () => {
  it('tells how far a run has come', () => {
    const early = new EarlyReplies();
    expect(early.stateOf(5, 3)).toBe(EarlyState.absent);
    keep(early, 5, 3, 'a', false);
    expect(early.stateOf(5, 3)).toBe(EarlyState.begun);
    keep(early, 5, 3, '');
    expect(early.stateOf(5, 3)).toBe(EarlyState.ended);
    expect(early.stateOf(4, 3)).toBe(EarlyState.absent);
    expect(early.stateOf(100_000, 3)).toBe(EarlyState.absent);
  });

  it('chains the parts of a run though those of others lie between them', () => {
    const early = new EarlyReplies();
    const out = receiver();
    keep(early, 1, 0, 'a1 ', false);
    keep(early, 2, 0, 'b1 ', false);
    keep(early, 1, 0, 'a2 ', false);
    keep(early, 2, 0, 'b2 ');
    keep(early, 1, 0, 'a3 ');
    expect(early.waitingBytes).toBe(15);
    expect(early.deliver(1, out)).toBe(EarlyState.ended);
    expect(early.deliver(2, out)).toBe(EarlyState.ended);
    expect(early.deliver(3, out)).toBe(EarlyState.absent);
    expect(out.text).toBe('a1 a2 a3 b1 b2 ');
    expect([early.isEmpty, early.waitingBytes]).toEqual([true, 0]);
  });

  it('counts runs on past the end of 32 bits', () => {
    const early = new EarlyReplies();
    const out = receiver();
    const next = 2 ** 31 - 2;
    const runs = [1, 2, 3, 70].map((distance) => (next + distance) | 0);
    for (const run of runs.toReversed()) keep(early, run, next, `${run} `);
    for (const run of runs) early.deliver(run, out);
    expect(out.text).toBe(runs.map((run) => `${run} `).join(''));
  });

  it('delivers what was kept, in the order of the runs, whatever came between', () => {
    const step = fc.record({ distance: fc.integer({ min: 1, max: 300 }), length: fc.integer({ min: 0, max: 3000 }), ended: fc.boolean(), delivers: fc.nat({ max: 4 }) });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const early = new EarlyReplies();
      const model = new Map<number, { text: string; ended: boolean }>();
      let next = 0;
      const deliver = (): void => {
        next++;
        const out = receiver();
        const expected = model.get(next);
        model.delete(next);
        const state = expected === undefined ? EarlyState.absent : expected.ended ? EarlyState.ended : EarlyState.begun;
        expect([early.deliver(next, out), out.text]).toEqual([state, expected?.text ?? '']);
      };
      for (const [i, { distance, length, ended, delivers }] of steps.entries()) {
        const run = next + distance;
        const kept = model.get(run) ?? { text: '', ended: false };
        if (!kept.ended) {
          const text = String.fromCharCode(97 + (i % 26)).repeat(length);
          keep(early, run, next, text, ended);
          model.set(run, { text: kept.text + text, ended });
        }
        for (let n = 0; n < delivers; n++) deliver();
        expect(early.waitingBytes).toBe([...model.values()].reduce((sum, { text }) => sum + text.length, 0));
      }
      for (let n = 0; n < 300; n++) deliver();
      expect(early.isEmpty).toBe(true);
    }));
  });

  it('takes memory for what waits, not for all that ever came, though there always is something', () => {
    const early = new EarlyReplies();
    const out = receiver();
    const text = 'x'.repeat(100);
    keep(early, 1, 0, text);
    for (let next = 0; next < 20_000; next++) {
      keep(early, next + 2, next, text);
      out.text = '';
      early.deliver(next + 1, out);
      expect(out.text).toBe(text);
    }
    expect(early.isEmpty).toBe(false);
    expect(early.capacityBytes).toBeLessThan(16 * 1024);
  });

  it('gives memory back when a great deal has waited', () => {
    const early = new EarlyReplies();
    for (let run = 1; run <= 5000; run++) keep(early, run, 0, 'x'.repeat(100));
    expect(early.capacityBytes).toBeGreaterThan(500_000);
    for (let run = 1; run <= 5000; run++) early.deliver(run, receiver());
    expect(early.capacityBytes).toBeLessThan(4096);
  });
});
