/**
 * The most awkward sink a ReplyWriter may meet: it gives the least room its contract allows, each
 * time in a new buffer at another place, and checks that nothing is written outside.
 */
import { assert } from '../../../src/base/assert.ts';
import type { ReplySink, ReplyWriter } from '../../../src/protocol/reply-writer.ts';

const GUARANTEED_ROOM_BYTES = 4096;
const MARGIN_BYTES = 8;

export class PieceSink implements ReplySink {
  largestPieceBytes = 0;
  readonly #pieces: string[] = [];
  #start = 0;
  #roomBytes: number;

  /** The first buffer may have more room than it must. */
  constructor(firstRoomBytes: number) {
    this.#roomBytes = firstRoomBytes;
  }

  makeRoom(writer: ReplyWriter, neededBytes: number): void {
    assert(writer.end - writer.pos < neededBytes, 'room is asked for only when there is too little');
    this.#collect(writer);
    const roomBytes = Math.max(this.#roomBytes, Math.min(neededBytes, GUARANTEED_ROOM_BYTES));
    this.#roomBytes = 0;
    this.#start = (this.#start + 3) % MARGIN_BYTES;
    writer.bytes = Buffer.alloc(this.#start + roomBytes + MARGIN_BYTES, '!');
    writer.pos = this.#start;
    writer.end = this.#start + roomBytes;
  }

  /** All that was written, as latin1. */
  text(writer: ReplyWriter): string {
    this.#collect(writer);
    return this.#pieces.join('');
  }

  #collect(writer: ReplyWriter): void {
    const { bytes, pos, end } = writer;
    assert(pos <= end, 'the writer stays inside its room');
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    assert(/^!*$/.test(piece.toString('latin1', end)), 'nothing is written behind the room');
    this.largestPieceBytes = Math.max(this.largestPieceBytes, pos - this.#start);
    this.#pieces.push(piece.toString('latin1', this.#start, pos));
    this.#start = pos;
  }
}
