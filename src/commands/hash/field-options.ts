/**
 * The words of HGETEX and HSETEX, in any order: a time as EX, PX, EXAT or PXAT or one word in its place
 * (PERSIST, KEEPTTL), FNX or FXX, and the block of fields. What was read stands here until the next
 * command reads its own.
 */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { FieldBlock } from './field-block.ts';
import { readFieldTime } from './field-time.ts';

interface Unit {
  readonly word: Uint8Array;
  readonly ms: number;
  readonly isRelative: boolean;
}

const units: readonly Unit[] = [
  { word: wordBytes('ex'), ms: 1000, isRelative: true }, { word: wordBytes('px'), ms: 1, isRelative: true },
  { word: wordBytes('exat'), ms: 1000, isRelative: false }, { word: wordBytes('pxat'), ms: 1, isRelative: false },
];
const fnx = wordBytes('fnx');
const fxx = wordBytes('fxx');

export class FieldOptions {
  readonly block: FieldBlock;
  /** The time that is given, in milliseconds since 1970; -1 without one. */
  atMs = -1;
  isTimeGiven = false;
  /** Whether the word in place of a time is given. */
  isKeepGiven = false;
  wantsNone = false;
  wantsAll = false;
  readonly #command: string;
  readonly #keepWord: Uint8Array;
  readonly #conflict: string;
  readonly #hasConditions: boolean;

  /** `step`: arguments a field; `keepWord` stands in place of a time; `conflict`: what the command says to two of them. */
  constructor(command: string, step: 1 | 2, keepWord: string, conflict: string, hasConditions: boolean) {
    this.block = new FieldBlock(step, errors.invalidFieldCount);
    this.#command = command;
    this.#keepWord = wordBytes(keepWord);
    this.#conflict = conflict;
    this.#hasConditions = hasConditions;
  }

  get changesExpiry(): boolean {
    return this.isTimeGiven || this.isKeepGiven;
  }

  /** Reads the arguments from 2 on; false after an error reply. */
  read(call: Call): boolean {
    this.#forget();
    for (let i = 2; i < call.argc; i++) {
      i = this.#readWord(call, i);
      if (i < 0) return false;
    }
    return this.block.first !== 0 || refuse(call, errors.fieldsAbsent);
  }

  #forget(): void {
    this.block.first = 0;
    this.atMs = -1;
    this.isTimeGiven = false;
    this.isKeepGiven = false;
    this.wantsNone = false;
    this.wantsAll = false;
  }

  /** Reads the word at argument `i`; its last argument, or -1 after an error reply. */
  #readWord(call: Call, i: number): number {
    if (this.block.isAt(call, i)) return this.block.read(call, i) ? this.block.end - 1 : -1;
    const unit = units.find(({ word }) => call.is(i, word));
    if (unit !== undefined) return this.#readTime(call, i + 1, unit);
    if (call.is(i, this.#keepWord)) {
      if (this.changesExpiry) return fail(call, this.#conflict);
      this.isKeepGiven = true;
      return i;
    }
    const isNone = call.is(i, fnx);
    if (!this.#hasConditions || !(isNone || call.is(i, fxx))) return fail(call, errors.unknownArgument(call.latin1(i)));
    if (this.wantsNone || this.wantsAll) return fail(call, errors.fieldConditionConflict);
    this.wantsNone = isNone;
    this.wantsAll = !isNone;
    return i;
  }

  #readTime(call: Call, i: number, unit: Unit): number {
    if (this.changesExpiry) return fail(call, this.#conflict);
    if (i === call.argc) return fail(call, errors.expireMissing);
    this.atMs = readFieldTime(call, i, unit.ms, unit.isRelative ? call.nowMs : 0, this.#command);
    this.isTimeGiven = true;
    return Number.isNaN(this.atMs) ? -1 : i;
  }
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}

function fail(call: Call, error: string): number {
  call.fail(error);
  return -1;
}
