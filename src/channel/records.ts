/**
 * Every record that crosses between the door and a shard, word by word (int32; word 0 is the
 * ring's own length). The contract between threads is this file, `control.ts` and `effect-log.ts`.
 *
 * Request (door -> shard)
 *   1  kind
 *   2  connection index, given back in the reply
 *   3  run sequence of that connection, given back in the reply
 *   4  database | RESP version << 16 | flags << 20
 *   5  number of commands (kind run: 1 or more; leased: 1; park: 0)
 *   6  byte offset of the argument bytes from the record's start
 *   leased and park only:
 *   7  lease number, low 32 bits
 *   8  lease number, high bits
 *   9  number of participants (leased), then their shard indexes
 *   .. per command (from word 7 on for kind run): command id | argc << 16, slot of the first key, then argc pairs (offset, length)
 *      into the argument bytes; when argc does not fit 16 bits the command travels as `big`
 *   .. the argument bytes, as they came from the client
 *
 * With flag `big` the commands and bytes are absent: index and bytes are the next message on the shard's port,
 * { index: Int32Array, bytes: Uint8Array } over a SharedArrayBuffer of their own.
 *
 * Reply (shard -> door)
 *   1  kind: end (the run is answered) or part (more of the same run follows)
 *   2  connection index
 *   3  run sequence
 *   4  position in the shard's effect log that must be durable before this leaves
 *   5  payload bytes (RESP)
 *   6  number of (shard, position) pairs that must be durable too (leased commands; of a part: ignore)
 *   7  1 if the run left effects, else 0
 *   8  number of commands of the run (kind end)
 *   .. the pairs, then the payload
 */
export const RequestKind = {
  /** Commands of one connection for this shard alone. */
  run: 1,
  /** Park until the lease is released. */
  park: 2,
  /** One command over the memories of all participants, who park. */
  leased: 3,
  /** The next message on the port is an order (shard-orders.ts), answered on the port. */
  order: 4,
} as const;

export const RequestFlag = {
  big: 1,
  /** CLIENT REPLY OFF or SKIP: execute and answer with an empty payload. */
  silent: 2,
  /** CLIENT NO-TOUCH: reads leave the access time alone. */
  noTouch: 4,
  /** Commands that another node has logged: nothing expires in them, and hidden slots are seen. */
  replay: 8,
  /** Some command's time goes with the value that it reads. */
  weighed: 16,
  /** The node's own commands, which do not count as use of their slots. */
  internal: 32,
} as const;

export const ReplyKind = { end: 1, part: 2 } as const;

export const requestWord = {
  kind: 1,
  connection: 2,
  run: 3,
  context: 4,
  commands: 5,
  bytesOffset: 6,
  lease: 7,
  leaseHigh: 8,
  participants: 9,
  runBody: 7,
} as const;

export const replyWord = {
  kind: 1,
  connection: 2,
  run: 3,
  effectPosition: 4,
  payloadBytes: 5,
  waits: 6,
  wrote: 7,
  commands: 8,
  body: 9,
} as const;

/** What accompanies a request with flag `big`. Both arrays lie in shared memory. `index`: id, slot, argc, pairs. */
export interface BigRequest {
  readonly index: Int32Array;
  readonly bytes: Uint8Array;
}

export function packContext(db: number, resp: 2 | 3, flags: number): number {
  return db | (resp << 16) | (flags << 20);
}

export const contextDb = (context: number): number => context & 0xffff;
export const contextResp = (context: number): 2 | 3 => ((context >> 16) & 15) as 2 | 3;
export const contextFlags = (context: number): number => context >> 20;

export const commandId = (head: number): number => head & 0xffff;
export const commandArgc = (head: number): number => head >>> 16;

/** A command with more arguments or bytes than these does not go through the ring in place. */
export const maxRingArguments = 0x7fff;
export const maxRingCommandBytes = 256 * 1024;
/** A run is closed when it has reached this size, so that shard and door overlap. */
export const maxRunBytes = 32 * 1024;
