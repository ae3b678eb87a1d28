/**
 * The shard's end of the reply ring: a ReplyWriter writes RESP straight into the record of the run
 * in hand. When a record is full it leaves as a part and the next one begins, so a reply of any
 * size goes through a ring of any size. The shard waits here, and only here, for the door.
 */
import type { Control } from '../channel/control.ts';
import { ReplyKind, replyWord } from '../channel/records.ts';
import type { Ring } from '../channel/ring.ts';
import type { ReplySink, ReplyWriter } from '../protocol/reply-writer.ts';

/** At least so much room is opened at once, at most the other. */
const minRecordBytes = 8 * 1024;
const maxRecordBytes = 256 * 1024;
const waitMs = 100;

export class ReplyStream implements ReplySink {
  readonly #ring: Ring;
  readonly #control: Control;
  #record = 0;
  #payloadByte = 0;
  #connection = 0;
  #run = 0;
  #waitPairs = 0;
  #silent = false;
  /** Of the records that have left. */
  #sentBytes = 0;
  /** In the door's thread: takes replies, in place of waiting for the door. */
  onFull: (() => void) | undefined;
  /** Counts the records opened, so that a caller can tell whether its bytes have left. */
  opened = 0;

  constructor(ring: Ring, control: Control) {
    this.#ring = ring;
    this.#control = control;
  }

  /** Opens the reply of a run, which stays empty if `silent`. `waitPairs` (shard, position) pairs can be set before `end`. */
  begin(writer: ReplyWriter, connection: number, run: number, waitPairs: number, silent: boolean): void {
    this.#connection = connection;
    this.#run = run;
    this.#waitPairs = waitPairs;
    this.#silent = silent;
    this.#open(writer, minRecordBytes);
  }

  /** Bytes of replies so far: where it begins and where it ends tell the length of one. Silent replies have none. */
  written(writer: ReplyWriter): number {
    return this.#silent ? 0 : this.#sentBytes + writer.pos - this.#payloadByte;
  }

  setWait(pair: number, shard: number, position: number): void {
    const at = this.#record + replyWord.body + pair * 2;
    this.#ring.i32[at] = shard;
    this.#ring.i32[at + 1] = position;
  }

  /** Closes the reply of a run of `commands` commands that leaves once `effectPosition` is durable. */
  end(writer: ReplyWriter, effectPosition: number, wrote: boolean, commands: number): void {
    if (this.#silent) writer.pos = this.#payloadByte;
    this.#close(writer, ReplyKind.end, effectPosition, wrote, commands);
    this.#ring.publish();
  }

  makeRoom(writer: ReplyWriter, neededBytes: number): void {
    if (this.#silent) {
      writer.pos = this.#payloadByte;
      return;
    }
    this.#close(writer, ReplyKind.part, 0, false, 0);
    this.#ring.publish();
    this.#control.wakeDoor();
    this.#open(writer, Math.max(minRecordBytes, Math.min(neededBytes, maxRecordBytes)));
  }

  #open(writer: ReplyWriter, payloadBytes: number): void {
    const headBytes = (replyWord.body + this.#waitPairs * 2) * 4;
    const bytes = Math.min(payloadBytes + headBytes, this.#ring.maxRecordBytes);
    let index = this.#ring.reserve(bytes);
    while (index < 0) {
      this.#ring.publish();
      this.#control.wakeDoor();
      if (this.onFull === undefined) this.#ring.waitForRoom(waitMs);
      else this.onFull();
      index = this.#ring.reserve(bytes);
    }
    this.#record = index;
    this.#payloadByte = index * 4 + headBytes;
    this.opened++;
    writer.bytes = this.#ring.u8;
    writer.pos = this.#payloadByte;
    writer.end = index * 4 + Math.max(bytes, Math.min(this.#ring.roomAfterReserve(), maxRecordBytes));
  }

  #close(writer: ReplyWriter, kind: number, effectPosition: number, wrote: boolean, commands: number): void {
    const { i32 } = this.#ring;
    const at = this.#record;
    this.#sentBytes += writer.pos - this.#payloadByte;
    i32[at + replyWord.kind] = kind;
    i32[at + replyWord.connection] = this.#connection;
    i32[at + replyWord.run] = this.#run;
    i32[at + replyWord.effectPosition] = effectPosition;
    i32[at + replyWord.payloadBytes] = writer.pos - this.#payloadByte;
    i32[at + replyWord.waits] = this.#waitPairs;
    i32[at + replyWord.wrote] = wrote ? 1 : 0;
    i32[at + replyWord.commands] = commands;
    this.#ring.commit(at, writer.pos - at * 4);
  }
}
