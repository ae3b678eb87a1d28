/**
 * ZADD and ZINCRBY. What ZADD does on conditions it does again when it is replayed, so it is its own
 * effect; an increment leaves the score that has come out.
 */
import { DOUBLE_TEXT_BYTES_MAX, writeDouble } from '../../base/format-double.ts';
import { parseDouble } from '../../base/parse-double.ts';
import { ValueType } from '../../keyspace/entry.ts';
import { PutFlag, PutResult, type SortedSets } from '../../keyspace/sorted-sets.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { createCollection, findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import { sortedSetRow } from './row.ts';

const nx = wordBytes('nx');
const xx = wordBytes('xx');
const gt = wordBytes('gt');
const lt = wordBytes('lt');
const ch = wordBytes('ch');
const incr = wordBytes('incr');
const firstOption = 2;
/** Beside the PutFlags. */
const countChanges = 32;

let scores = new Float64Array(16);
const scoreText = new Uint8Array(DOUBLE_TEXT_BYTES_MAX);
/** What became of the pairs of one ZADD. */
const outcome = { added: 0, updated: 0, isSkipped: false };

export const zadd = sortedSetRow('zadd', {
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  keys: 'RW update',
  since: '1.2.0',
  summary: 'Adds members to a sorted set or changes their scores; creates the key if need be.',
  syntax: 'ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]',
  complexity: 'O(log(N)) for each member, with N members of the sorted set',
  execute: (call) => add(call, 0),
});

export const zincrby = sortedSetRow('zincrby', {
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  keys: 'RW access update',
  since: '1.2.0',
  summary: 'Adds to the score of a member of a sorted set, which is 0 before it is there.',
  syntax: 'ZINCRBY key increment member',
  complexity: 'O(log(N)) with N members of the sorted set',
  execute: (call) => add(call, PutFlag.increment),
});

/** The flags that the options say, or undefined after an error reply. `given` are set already. */
function add(call: Call, given: number): void {
  let flags = given;
  let first = firstOption;
  for (; first < call.argc; first++) {
    const flag = optionAt(call, first);
    if (flag === 0) break;
    flags |= flag;
  }
  const error = conflictOf(flags, call.argc - first);
  if (error !== '') return call.fail(error);
  if (!readScores(call, first)) return call.fail(errors.notFloat);
  const entry = findCollectionForWrite(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  if (entry === 0 && (flags & PutFlag.ifPresent) !== 0) replyNothing(call, flags);
  else if (entry === 0) addToNew(call, first, flags);
  else addPairs(call, entry, first, flags);
}

function optionAt(call: Call, i: number): number {
  const length = call.length(i);
  if (length === 2) {
    if (call.is(i, nx)) return PutFlag.ifAbsent;
    if (call.is(i, xx)) return PutFlag.ifPresent;
    if (call.is(i, gt)) return PutFlag.ifGreater;
    if (call.is(i, lt)) return PutFlag.ifLess;
    return call.is(i, ch) ? countChanges : 0;
  }
  return length === incr.length && call.is(i, incr) ? PutFlag.increment : 0;
}

/** `count` arguments are left for the pairs. */
function conflictOf(flags: number, count: number): string {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (count === 0 || count % 2 !== 0) return errors.syntax;
  if (flags === 0) return '';
  if (has(PutFlag.ifAbsent) && has(PutFlag.ifPresent)) return errors.zaddNxXxConflict;
  const sides = Number(has(PutFlag.ifGreater)) + Number(has(PutFlag.ifLess)) + Number(has(PutFlag.ifAbsent));
  if (sides > 1) return errors.zaddGtLtNxConflict;
  return has(PutFlag.increment) && count > 2 ? errors.zaddSingleIncrement : '';
}

/** Reads every score before anything is changed. */
function readScores(call: Call, first: number): boolean {
  const count = (call.argc - first) >>> 1;
  if (count > scores.length) scores = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) {
    const argument = first + i * 2;
    const score = parseDouble(call.bytes, call.offset(argument), call.length(argument));
    if (Number.isNaN(score)) return false;
    scores[i] = score;
  }
  return true;
}

function addToNew(call: Call, first: number, flags: number): void {
  const entry = createCollection(call, 1, ValueType.zset);
  const keyspace = call.keyspaceOf(1);
  try {
    keyspace.sortedSets.create(entry, call.length(first + 1));
    addPairs(call, entry, first, flags);
  } catch (error) {
    keyspace.remove(call.db, call.slotOf(1), entry);
    throw error;
  }
}

function addPairs(call: Call, entry: number, first: number, flags: number): void {
  const { sortedSets } = call.keyspaceOf(1);
  if (!putPairs(call, sortedSets, entry, first, flags)) return call.fail(errors.scoreNotNumber);
  const { added, updated, isSkipped } = outcome;
  const isIncrement = (flags & PutFlag.increment) !== 0;
  if (added + updated > 0) {
    if (isIncrement) logScore(call, first + 1, sortedSets.score);
    else call.logVerbatim('ZADD');
    call.changes += added + updated;
  }
  if (!isIncrement) call.reply.integer((flags & countChanges) === 0 ? added : added + updated);
  else if (isSkipped) call.reply.nil();
  else call.reply.double(sortedSets.score);
}

/** False when a score would be no number, which one pair alone can come to. */
function putPairs(call: Call, sortedSets: SortedSets, entry: number, first: number, flags: number): boolean {
  outcome.added = 0;
  outcome.updated = 0;
  for (let i = first; i < call.argc; i += 2) {
    const result = sortedSets.put(entry, scores[(i - first) >>> 1]!, call.bytes, call.offset(i + 1), call.length(i + 1), flags);
    if (result === PutResult.notNumber) return false;
    if (result === PutResult.added) outcome.added++;
    else if (result === PutResult.updated) outcome.updated++;
    outcome.isSkipped = result === PutResult.skipped;
  }
  return true;
}

function logScore(call: Call, member: number, score: number): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'ZADD', 3);
  effects.bytes(call.bytes, call.offset(1), call.length(1));
  effects.bytes(scoreText, 0, writeDouble(scoreText, 0, score));
  effects.bytes(call.bytes, call.offset(member), call.length(member));
}

function replyNothing(call: Call, flags: number): void {
  if ((flags & PutFlag.increment) === 0) call.reply.integer(0);
  else call.reply.nil();
}
