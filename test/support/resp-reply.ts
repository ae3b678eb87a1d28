/**
 * Replies as bytes, RESP2 and RESP3 alike: where one ends, what its elements are, and its value.
 * Written for tests: the server's own writer is not used to judge the server.
 */
export type Reply =
  | string
  | number
  | bigint
  | boolean
  | null
  | ReplyError
  | readonly Reply[]
  | ReadonlyMap<Reply, Reply>;

/** An error reply as a value: the text after `-`, code first. */
export class ReplyError {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Either where the reply that starts at `start` ends, or the least buffer length worth another try. */
export interface ReplyEnd {
  readonly end: number;
  readonly complete: boolean;
}

const LF = 10;

/** Looks for the end of the reply at `start` of `buffer`; attributes belong to the reply they precede. */
export function findReplyEnd(buffer: Buffer, start: number): ReplyEnd {
  let at = start;
  for (let left = 1; left > 0; left--) {
    const lineEnd = buffer.indexOf(LF, at);
    if (lineEnd < 0) return { end: buffer.length + 1, complete: false };
    const type = String.fromCharCode(buffer[at]!);
    const count = '$=!*~>%|'.includes(type) ? Number(buffer.toString('latin1', at + 1, lineEnd - 1)) : -1;
    at = lineEnd + 1;
    if ('$=!'.includes(type) && count >= 0) at += count + 2;
    else if ('*~>'.includes(type)) left += Math.max(count, 0);
    else if (type === '%') left += 2 * count;
    else if (type === '|') left += 2 * count + 1;
    else if (!'$=!+-:_#,('.includes(type)) throw new Error(`not a reply: ${buffer.toString('latin1', at - 20, at + 20)}`);
    if (at > buffer.length) return { end: at, complete: false };
  }
  return { end: at, complete: true };
}

/** The direct elements of an aggregate reply as bytes; undefined when it is not an aggregate. */
export function splitElements(reply: Buffer): { readonly header: string; readonly elements: readonly Buffer[] } | undefined {
  if (!'*~>%'.includes(String.fromCharCode(reply[0]!))) return undefined;
  let at = reply.indexOf(LF) + 1;
  const header = reply.toString('latin1', 0, at);
  const elements: Buffer[] = [];
  while (at < reply.length) {
    const { end } = findReplyEnd(reply, at);
    elements.push(reply.subarray(at, end));
    at = end;
  }
  return { header, elements };
}

/** The value of a whole reply; bulk strings become latin1 strings, so that every byte is kept. */
export function decodeReply(reply: Buffer): Reply {
  return decodeAt(reply, 0)[0];
}

/** A Map of a RESP3 map or of RESP2's flat array of pairs. */
export function asMap(reply: Reply | undefined): Map<string, Reply> {
  if (reply instanceof Map) return new Map([...reply].map(([name, value]) => [String(name), value]));
  if (!Array.isArray(reply)) throw new TypeError('not a map');
  const map = new Map<string, Reply>();
  for (let i = 0; i + 1 < reply.length; i += 2) map.set(String(reply[i]), reply[i + 1]!);
  return map;
}

function decodeAt(buffer: Buffer, start: number): [Reply, number] {
  const lineEnd = buffer.indexOf(LF, start);
  const type = String.fromCharCode(buffer[start]!);
  const line = buffer.toString('latin1', start + 1, lineEnd - 1);
  const next = lineEnd + 1;
  if ('*~>%|'.includes(type)) return decodeAggregate(buffer, type, Number(line), next);
  if ('$=!'.includes(type)) return decodeBulk(buffer, type, Number(line), next);
  return [decodeLine(type, line), next];
}

function decodeLine(type: string, line: string): Reply {
  if (type === '-') return new ReplyError(line);
  if (type === ':') return Number.isSafeInteger(Number(line)) ? Number(line) : BigInt(line);
  if (type === '(') return BigInt(line);
  if (type === ',') return Number(line.replace('inf', 'Infinity'));
  if (type === '#') return line === 't';
  return type === '_' ? null : line;
}

function decodeBulk(buffer: Buffer, type: string, length: number, start: number): [Reply, number] {
  if (length < 0) return [null, start];
  const text = buffer.toString('latin1', start, start + length);
  const next = start + length + 2;
  if (type === '!') return [new ReplyError(text), next];
  return [type === '=' ? text.slice(4) : text, next];
}

function decodeAggregate(buffer: Buffer, type: string, count: number, start: number): [Reply, number] {
  if (count < 0) return [null, start];
  const values: Reply[] = [];
  let at = start;
  for (let i = 0; i < (type === '%' || type === '|' ? 2 * count : count); i++) {
    const [value, next] = decodeAt(buffer, at);
    values.push(value);
    at = next;
  }
  if (type === '|') return decodeAt(buffer, at);
  if (type !== '%') return [values, at];
  const map = new Map<Reply, Reply>();
  for (let i = 0; i < values.length; i += 2) map.set(values[i]!, values[i + 1]!);
  return [map, at];
}
