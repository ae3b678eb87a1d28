import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRequestLimits } from '../../../src/protocol/request-limits.ts';
import { Session } from '../../../src/routing/session.ts';
import type { Connection } from '../../../src/socket/connection.ts';

function open(): { session: Session; written: () => string } {
  let text = '';
  const output = {
    append: (bytes: Uint8Array, offset: number, length: number) => { text += Buffer.from(bytes).toString('latin1', offset, offset + length); },
  };
  const session = new Session(1, 0, { output } as unknown as Connection, defaultRequestLimits(), true, 0);
  return { session, written: () => text };
}

function deliver(session: Session, run: number, text: string, ended = true): void {
  const bytes = Buffer.from(`--${text}--`);
  session.deliver(run, bytes, 2, text.length, ended);
}

describe('Session', () => {
  it('passes replies on that come in the order of the commands', () => {
    const { session, written } = open();
    session.nextRun = 2;
    deliver(session, 0, 'a');
    expect(written()).toBe('a');
    deliver(session, 1, 'b');
    expect(written()).toBe('ab');
    expect(session.isSettled).toBe(true);
  });

  it('keeps a reply that comes too early until its turn', () => {
    const { session, written } = open();
    session.nextRun = 3;
    deliver(session, 2, 'c');
    deliver(session, 1, 'b');
    expect(written()).toBe('');
    deliver(session, 0, 'a');
    expect(written()).toBe('abc');
  });

  it('passes on what has come of an early reply as soon as it is its turn', () => {
    const { session, written } = open();
    session.nextRun = 2;
    deliver(session, 1, 'b1', false);
    deliver(session, 0, 'a');
    expect(written()).toBe('ab1');
    deliver(session, 1, 'b2');
    expect(written()).toBe('ab1b2');
    expect(session.isSettled).toBe(true);
  });

  it('takes runs in the order of the commands whatever the order of the shards', () => {
    const runs = fc.array(fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(runs, fc.infiniteStream(fc.nat()), (parts, picks) => {
      const { session, written } = open();
      session.nextRun = parts.length;
      const left = parts.map((pieces, run) => ({ run, pieces: pieces.map((piece) => piece.replace(/[^a-z]/g, 'x')) }));
      const expected = left.map(({ pieces }) => pieces.join('')).join('');
      while (left.length > 0) {
        const at = picks.next().value % left.length;
        const { run, pieces } = left[at]!;
        deliver(session, run, pieces.shift()!, pieces.length === 0);
        if (pieces.length === 0) left.splice(at, 1);
      }
      expect(written()).toBe(expected);
      expect(session.isSettled).toBe(true);
    }));
  });

  it('narrows its window for large replies and widens it step by step for small ones', () => {
    const { session } = open();
    session.inFlight = 20;
    session.answered(1, 1024 * 1024);
    expect(session.window).toBe(1);
    const widened = Array.from({ length: 12 }, () => {
      session.answered(1, 5);
      return session.window;
    });
    expect(widened).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024]);
    expect(session.inFlight).toBe(7);
  });
});
