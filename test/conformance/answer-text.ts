/** An answer as one line of text: its bytes escaped as redis-cli does, the last CR LF left away. */
import { escapeBytes, unescapeBytes } from '../support/quoting.ts';

/** Stands in an answer where the server closed the connection. */
export const CLOSED_MARK = '<closed>';

const CRLF = Buffer.from('\r\n');

export function toAnswerText(answer: Buffer): string {
  return escapeBytes(answer.subarray(-2).equals(CRLF) ? answer.subarray(0, -2) : answer);
}

/** The bytes of which toAnswerText made `text`. */
export function fromAnswerText(text: string): Buffer {
  const bytes = unescapeBytes(text);
  return text === '' || text.endsWith(CLOSED_MARK) ? bytes : Buffer.concat([bytes, CRLF]);
}
