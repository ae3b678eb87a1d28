/**
 * Feeds a RequestParser as a connection does: pieces arrive, what is left of them moves to another
 * place of another buffer, and the parser goes on. Every event is kept as text.
 */
import { assert } from '../../../src/base/assert.ts';
import { defaultRequestLimits } from '../../../src/protocol/request-limits.ts';
import type { RequestLimits } from '../../../src/protocol/request-limits.ts';
import { ParseStatus, RequestParser } from '../../../src/protocol/request-parser.ts';

/** A command's words, '(empty)', or '-' and the failure; what follows a failure is never read. */
export type Event = readonly string[] | string;
export const EMPTY = '(empty)';

export interface FeedOptions {
  readonly limits?: Partial<RequestLimits>;
  readonly authenticated?: boolean;
}

/** The events of `input` (latin1) when it arrives in pieces that end at the ascending `cuts`. */
export function feedParser(input: string, cuts: readonly number[] = [], options: FeedOptions = {}): Event[] {
  const parser = new RequestParser({ ...defaultRequestLimits(), ...options.limits });
  parser.authenticated = options.authenticated ?? true;
  const events: Event[] = [];
  let held = Buffer.alloc(0);
  let from = 0;
  for (const [pieceIndex, to] of [...cuts, input.length].entries()) {
    const margin = (pieceIndex * 7) % 5;
    const piece = Buffer.from(input.slice(from, to), 'latin1');
    from = to;
    // Bytes beyond both ends must not be looked at: '9' and CR would change a number, '$' an element.
    const buffer = Buffer.concat([Buffer.alloc(margin, '*$9\r'), held, piece, Buffer.alloc(3, '9\r$')]);
    const end = buffer.length - 3;
    const start = drain(parser, buffer, margin, end, events);
    if (start < 0) return events;
    held = Buffer.from(buffer.subarray(start, end));
  }
  return events;
}

/** Parses all that is complete; returns where the rest starts, or -1 after a failure. */
function drain(parser: RequestParser, buffer: Buffer, start: number, end: number, events: Event[]): number {
  for (let at = start; ; at = parser.next) {
    const promisedBytes = parser.neededBytes;
    const status = parser.parseNext(buffer, at, end);
    switch (status) {
      case ParseStatus.Incomplete:
        assert(parser.neededBytes === 0 || parser.neededBytes > end - at, 'an incomplete command needs more than there is');
        return at;
      case ParseStatus.Failed:
        events.push(`-${parser.failure}`);
        return -1;
      default:
        assert(parser.next > at && parser.next <= end, 'every step goes on, inside the bytes');
        assert(at !== start || parser.next - at >= promisedBytes, 'a command is as long as it was said to be');
        parser.neededBytes = 0;
        events.push(status === ParseStatus.Empty ? EMPTY : wordsOf(parser, buffer, at));
    }
  }
}

function wordsOf(parser: RequestParser, buffer: Buffer, start: number): string[] {
  return Array.from({ length: parser.argc }, (_, i) => {
    const offset = start + parser.args[2 * i]!;
    return buffer.toString('latin1', offset, offset + parser.args[2 * i + 1]!);
  });
}
