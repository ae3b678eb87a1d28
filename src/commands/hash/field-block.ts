/**
 * `FIELDS numfields field ...` as the commands on expiring fields take it: at a fixed place, as the last
 * arguments (HTTL, HPERSIST, HGETDEL), or anywhere among other words (HEXPIRE, HGETEX, HSETEX), as Redis
 * does since 8.4. What was read stands here until the next command reads its own.
 */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

const fieldsWord = wordBytes('fields');
const countMax = 2 ** 31 - 1;

export class FieldBlock {
  /** The argument that is the first field; 0 while there is none. */
  first = 0;
  count = 0;
  /** Arguments a field: 2 when a value follows each. */
  readonly #step: number;
  readonly #invalidCount: string;

  /** `invalidCount`: what the command says to a number of fields that is none. */
  constructor(step: 1 | 2, invalidCount: string) {
    this.#step = step;
    this.#invalidCount = invalidCount;
  }

  /** The argument behind the block. */
  get end(): number {
    return this.first + this.count * this.#step;
  }

  /** Reads a block that is all from argument `at` on; false after an error reply. */
  readLast(call: Call, at: number): boolean {
    if (!call.is(at, fieldsWord)) return refuse(call, errors.fieldsMissing);
    const count = call.int(at + 1);
    if (!(count >= 1)) return refuse(call, errors.fieldCountNotPositive);
    if (count !== call.argc - at - 2) return refuse(call, errors.fieldCountMismatch);
    this.first = at + 2;
    this.count = count;
    return true;
  }

  /** Whether a block begins at argument `at`. */
  isAt(call: Call, at: number): boolean {
    return call.is(at, fieldsWord);
  }

  /** Reads the block that begins at argument `at`, with anything behind it; false after an error reply. */
  read(call: Call, at: number): boolean {
    if (this.first !== 0) return refuse(call, errors.fieldsTwice);
    if (at + 2 >= call.argc) return refuse(call, errors.fieldsIncomplete);
    const count = call.int(at + 1);
    if (!(count >= 1 && count <= countMax)) return refuse(call, this.#invalidCount);
    if (count * this.#step > call.argc - at - 2) return refuse(call, errors.wrongArityAtAll);
    this.first = at + 2;
    this.count = count;
    return true;
  }
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
