/** A place among the opcodes of a sparse HyperLogLog: registers are looked for from there on, in ascending order. */
import { HEADER_BYTES } from './hyperloglog-format.ts';
import { runOf, shortRuns } from './hyperloglog-sparse.ts';

const unknown = -1;

export class OpcodeCursor {
  /** Of the opcode that was found last. */
  at = HEADER_BYTES;
  /** The register that it begins with. */
  first = 0;
  run = 0;
  /** Where the opcode before it is; of the first opcode, itself. */
  before = HEADER_BYTES;

  rewind(): void {
    this.at = HEADER_BYTES;
    this.first = 0;
    this.before = HEADER_BYTES;
  }

  /** Goes on to the opcode that a register belongs to, of those up to `end`. False if there is none. */
  find(bytes: Uint8Array, end: number, index: number): boolean {
    if (!this.#goOn(bytes, end, index)) return false;
    if (this.before !== unknown) return true;
    this.rewind();
    return this.#goOn(bytes, end, index);
  }

  /** Back to the opcode before, which must be as it was. */
  stepBack(bytes: Uint8Array, end: number): void {
    if (this.at !== this.before) this.first -= runOf(bytes, this.before, end);
    this.at = this.before;
    this.before = unknown;
  }

  /** Calls nothing, which would double the time of the loop. */
  #goOn(bytes: Uint8Array, end: number, index: number): boolean {
    const runs = shortRuns;
    let at = this.at;
    let first = this.first;
    let before = this.before;
    while (at < end) {
      let run = runs[bytes[at]!]!;
      let next = at + 1;
      if (run === 0) {
        // As runOf does.
        run = (((bytes[at]! & 63) << 8) | (next < end ? bytes[next]! : 0)) + 1;
        next++;
      }
      if (index < first + run) {
        this.at = at;
        this.first = first;
        this.run = run;
        this.before = before;
        return true;
      }
      before = at;
      first += run;
      at = next;
    }
    return false;
  }
}
