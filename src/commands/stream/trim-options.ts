/** The options that XADD and XTRIM share: how the stream is to be trimmed. */
import type { References } from '../../keyspace/streams/stream-references.ts';
import { Trimming } from '../../keyspace/streams/stream-trim.ts';
import type { ValueLimits } from '../../keyspace/value-limits.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { readReferences } from './reference-options.ts';
import { isCharacter, readId } from './stream-ids.ts';

const maxlen = wordBytes('maxlen');
const minid = wordBytes('minid');
const limitWord = wordBytes('limit');
const TILDE = 0x7e;
const EQUALS = 0x3d;

/** As in Redis, trimming by whole nodes stops at so many of them, if they are full. */
const NODES_PER_TRIM = 100;
const LIMIT_WITHOUT_NODES = 10_000;
const LIMIT_MAX = 1_000_000;

export class TrimOptions {
  readonly trimming = new Trimming();
  /** Index of the argument with the threshold; 0: the stream is not to be trimmed. */
  thresholdAt = 0;
  /** Index of KEEPREF, DELREF or ACKED, or 0. */
  referencesAt = 0;
  #limitGiven = false;

  forget(): void {
    this.thresholdAt = 0;
    this.referencesAt = 0;
    this.trimming.references = 'keep';
    this.trimming.isApproximate = false;
    this.trimming.limit = 0;
    this.#limitGiven = false;
  }

  /** Reads the option at argument `i`: the index of its last argument, 0 when it is another option, -1 after an error. */
  read(call: Call, i: number): number {
    const references = readReferences(call, i);
    if (references !== undefined) return this.#setReferences(call, i, references);
    if (i + 1 >= call.argc) return 0;
    if (call.is(i, maxlen)) return this.#readThreshold(call, i, 'length');
    if (call.is(i, minid)) return this.#readThreshold(call, i, 'id');
    if (call.is(i, limitWord)) return this.#readLimit(call, i + 1);
    return 0;
  }

  /** Judges the options together, and sets the limit that applies; false after an error. */
  settle(call: Call, limits: ValueLimits, isNeeded: boolean): boolean {
    const { trimming } = this;
    if (this.thresholdAt === 0) {
      if (trimming.limit > 0) return refuse(call, errors.trimLimitAlone);
      return !isNeeded || refuse(call, errors.trimWithoutStrategy);
    }
    if (this.#limitGiven) return trimming.isApproximate || refuse(call, errors.trimLimitExact);
    if (trimming.isApproximate) {
      const limit = NODES_PER_TRIM * limits.streamNodeMaxEntries;
      trimming.limit = limit <= 0 ? LIMIT_WITHOUT_NODES : Math.min(limit, LIMIT_MAX);
    }
    return true;
  }

  #readThreshold(call: Call, i: number, by: Trimming['by']): number {
    const { trimming } = this;
    if (this.thresholdAt !== 0) return fail(call, errors.trimTwice);
    let at = i + 1;
    const mayHaveOperator = at + 1 < call.argc;
    trimming.isApproximate = mayHaveOperator && isCharacter(call, at, TILDE);
    if (trimming.isApproximate || (mayHaveOperator && isCharacter(call, at, EQUALS))) at++;
    trimming.by = by;
    this.thresholdAt = at;
    if (by === 'id') return readId(call, at, trimming.minId) ? at : -1;
    trimming.maxLength = call.int(at);
    if (Number.isNaN(trimming.maxLength)) return fail(call, errors.notInteger);
    return trimming.maxLength < 0 ? fail(call, errors.maxLenNegative) : at;
  }

  #setReferences(call: Call, i: number, references: References): number {
    if (this.referencesAt !== 0) return fail(call, errors.syntax);
    this.referencesAt = i;
    this.trimming.references = references;
    return i;
  }

  #readLimit(call: Call, at: number): number {
    this.trimming.limit = call.int(at);
    if (Number.isNaN(this.trimming.limit)) return fail(call, errors.notInteger);
    if (this.trimming.limit < 0) return fail(call, errors.trimLimitNegative);
    this.#limitGiven = true;
    return at;
  }
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}

function fail(call: Call, error: string): -1 {
  call.fail(error);
  return -1;
}
