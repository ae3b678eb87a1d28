/** What the source of a migration makes of the destination's answers. */
import { describe, expect, it } from 'vitest';
import type { SourceMessage } from '../../../src/cluster/migration/message.ts';
import { MigrationLink } from '../../../src/server/migration/migration-link.ts';
import type { BusLink } from '../../../src/socket/bus-link.ts';

const id = 'a'.repeat(40);

/** What becomes of a message that is answered with `reply`, in a line. */
function answered(message: SourceMessage, reply: string): string {
  let receive: ((bytes: Buffer) => void) | undefined;
  const lines: string[] = [];
  const socket = {
    start: ({ onBytes }: { onBytes: (bytes: Buffer) => void }) => { receive = onBytes; },
    send: () => undefined,
    close: () => { lines.push('closed'); },
  } as unknown as BusLink;
  const link = new MigrationLink(socket, id, {
    onAnswer: (to, answer) => lines.push(`${to} ${answer.kind}`),
    onApplied: () => undefined,
    onEnd: (reason) => lines.push(`ended: ${reason}`),
  });
  link.send(message, id, [{ start: 0, end: 1 }]);
  receive?.(Buffer.from(reply));
  return lines.join(', ');
}

const loading = '-LOADING Redis is loading the dataset in memory\r\n';

describe('a link to the destination', () => {
  it.each<[SourceMessage, string]>([
    [{ kind: 'establish' }, 'establish aborted'],
    [{ kind: 'sync' }, 'sync aborted'],
    [{ kind: 'take', epoch: 1n }, 'closed, ended: LOADING Redis is loading the dataset in memory'],
    [{ kind: 'outcome' }, 'closed, ended: LOADING Redis is loading the dataset in memory'],
    [{ kind: 'done' }, 'closed, ended: LOADING Redis is loading the dataset in memory'],
  ])('gives up at another error only what it may: $kind', (message, expected) => {
    expect(answered(message, loading)).toBe(expected);
  });

  it('hears that a task was given up, or has what it asked for', () => {
    expect(answered({ kind: 'done' }, '-ABORTED no such task\r\n')).toBe('done aborted');
    expect(answered({ kind: 'done' }, '+OK\r\n')).toBe('done ok');
    expect(answered({ kind: 'outcome' }, '+TAKEN 7\r\n')).toBe('outcome taken');
  });
});
