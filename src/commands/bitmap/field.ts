/**
 * BITFIELD and BITFIELD_RO: integers of any width at any bit of a string. All arguments are read before
 * anything is done, into steps that are used again by the next command.
 */
import { Int64Words } from '../../base/int64-words.ts';
import { ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import { parseInteger, wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { addToField, convertToField, readField, saturate, writeField } from '../../structures/bit-field.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { replyInt64Words } from '../int64-reply.ts';
import { oneKey } from '../key-specs.ts';
import { growString } from '../string/grow-string.ts';
import { readBitPosition } from './bit-position.ts';

type Overflow = 'wrap' | 'sat' | 'fail';

class FieldStep {
  action: 'get' | 'set' | 'incrby' = 'get';
  isSigned = false;
  bits = 0;
  position = 0;
  overflow: Overflow = 'wrap';
  /** What is to be set or added. */
  readonly operand = new Int64Words();
}

const actions = (['get', 'set', 'incrby'] as const).map((action) => ({ action, word: wordBytes(action) }));
const overflowWord = wordBytes('overflow');
const overflows = (['wrap', 'sat', 'fail'] as const).map((overflow) => ({ overflow, word: wordBytes(overflow) }));
const [signedSign, unsignedSign] = [0x69, 0x75];
/** The steps of the command that is being executed come first. */
const steps: FieldStep[] = [];
let stepCount = 0;
const old = new Int64Words();
const result = new Int64Words();

export const bitfield: ShardCommand = {
  name: 'bitfield',
  arity: -2,
  flags: ['write', 'denyoom'],
  acl: ['bitmap'],
  keys: oneKey('RW access update variable_flags'),
  text: about(
    'bitmap', '3.2.0', 'Reads, sets and counts with integers of any width within a string value.',
    'BITFIELD key [GET encoding offset | [OVERFLOW WRAP | SAT | FAIL] <SET encoding offset value | INCRBY encoding offset increment> ' +
      '[GET encoding offset [OVERFLOW WRAP | SAT | FAIL] <SET encoding offset value | INCRBY encoding offset increment> ...]]',
    'O(1) for each subcommand specified'),
  movesValue: true,
  place: 'shard',
  execute(call) {
    if (!readSteps(call)) return;
    const bytes = bytesWritten();
    if (bytes === 0) readAll(call);
    else writeAll(call, bytes);
  },
};

export const bitfieldRo: ShardCommand = {
  name: 'bitfield_ro',
  arity: -2,
  flags: ['readonly', 'fast'],
  acl: ['bitmap'],
  keys: oneKey('RO access'),
  text: about(
    'bitmap', '6.0.0', 'Reads integers of any width within a string value.', 'BITFIELD_RO key [GET encoding offset [GET encoding offset ...]]',
    'O(1) for each subcommand specified'),
  place: 'shard',
  execute(call) {
    if (!readSteps(call)) return;
    if (bytesWritten() === 0) readAll(call);
    else call.fail(errors.bitfieldReadOnly);
  },
};

/** Reads all arguments behind the key; false after an error reply. */
function readSteps(call: Call): boolean {
  stepCount = 0;
  let overflow: Overflow = 'wrap';
  for (let i = 2; i < call.argc;) {
    if (call.is(i, overflowWord) && i + 1 < call.argc) {
      const chosen = overflowAt(call, i + 1);
      if (chosen === undefined) return refuse(call, errors.bitfieldOverflow);
      overflow = chosen;
      i += 2;
    } else {
      const action = actionAt(call, i);
      if (action === undefined) return refuse(call, errors.syntax);
      const step = nextStep();
      step.action = action;
      step.overflow = overflow;
      if (!readStep(call, i, step)) return false;
      i += action === 'get' ? 3 : 4;
    }
  }
  return true;
}

function overflowAt(call: Call, i: number): Overflow | undefined {
  for (let at = 0; at < overflows.length; at++) if (call.is(i, overflows[at]!.word)) return overflows[at]!.overflow;
  return undefined;
}

/** The action that argument `i` names, if as many arguments follow as it needs. */
function actionAt(call: Call, i: number): FieldStep['action'] | undefined {
  for (let at = 0; at < actions.length; at++) {
    const { action, word } = actions[at]!;
    if (call.is(i, word)) return call.argc - i - 1 >= (action === 'get' ? 2 : 3) ? action : undefined;
  }
  return undefined;
}

function nextStep(): FieldStep {
  if (stepCount === steps.length) steps.push(new FieldStep());
  return steps[stepCount++]!;
}

/** Reads the type, the offset and the operand of the step that argument `i` names. */
function readStep(call: Call, i: number, step: FieldStep): boolean {
  if (!readType(call, i + 1, step)) return refuse(call, errors.bitfieldType);
  step.position = readBitPosition(call, i + 2, step.bits);
  if (step.position < 0) return false;
  if (step.action === 'get' || step.operand.setText(call.bytes, call.offset(i + 3), call.length(i + 3))) return true;
  return refuse(call, errors.notInteger);
}

/** `i` or `u` and a number of bits. */
function readType(call: Call, i: number, step: FieldStep): boolean {
  const [offset, length] = [call.offset(i), call.length(i)];
  if (length < 2) return false;
  const sign = call.bytes[offset];
  step.isSigned = sign === signedSign;
  step.bits = parseInteger(call.bytes, offset + 1, length - 1);
  return (step.isSigned || sign === unsignedSign) && step.bits >= 1 && step.bits <= (step.isSigned ? 64 : 63);
}

/** How long the string must be to be written as the steps want it; 0 if they only read. */
function bytesWritten(): number {
  let bytes = 0;
  for (let i = 0; i < stepCount; i++) {
    const { action, position, bits } = steps[i]!;
    if (action !== 'get') bytes = Math.max(bytes, Math.floor((position + bits - 1) / 8) + 1);
  }
  return bytes;
}

function readAll(call: Call): void {
  const entry = call.findForRead(1);
  const keyspace = call.keyspaceOf(1);
  if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const start = entry === 0 ? 0 : valueOffset(arena, entry);
  const bytes = entry === 0 ? 0 : valueLength(arena, entry);
  call.reply.array(stepCount);
  for (let i = 0; i < stepCount; i++) {
    readField(arena.u8, start, bytes, steps[i]!.position, steps[i]!, result);
    replyInt64Words(call.reply, result);
  }
}

function writeAll(call: Call, bytesNeeded: number): void {
  const entry = call.findForWrite(1);
  const keyspace = call.keyspaceOf(1);
  if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const oldBytes = entry === 0 ? 0 : valueLength(arena, entry);
  const bytes = Math.max(oldBytes, bytesNeeded);
  const start = valueOffset(arena, growString(call, 1, entry, bytes));
  let isChanged = bytes > oldBytes;
  call.reply.array(stepCount);
  for (let i = 0; i < stepCount; i++) {
    if (perform(call, arena.u8, start, bytes, steps[i]!)) isChanged = true;
  }
  if (isChanged) call.logVerbatim('BITFIELD');
}

/** Carries out one step on the string of `bytes` bytes at `start`, and answers. True if the string has changed. */
function perform(call: Call, u8: Uint8Array, start: number, bytes: number, step: FieldStep): boolean {
  readField(u8, start, bytes, step.position, step, old);
  if (step.action === 'get') {
    replyInt64Words(call.reply, old);
    return false;
  }
  const direction = compute(step);
  if (direction !== 0 && step.overflow === 'fail') {
    call.reply.nil();
    return false;
  }
  if (direction !== 0 && step.overflow === 'sat') saturate(step, direction, result);
  writeField(u8, start, step.position, step, result);
  replyInt64Words(call.reply, step.action === 'set' ? old : result);
  return result.hi !== old.hi || result.lo !== old.lo;
}

/** Makes the field's new value, wrapped around; says on which side of its range it was. */
function compute(step: FieldStep): -1 | 0 | 1 {
  if (step.action === 'incrby') return addToField(old, step.operand, step, result);
  result.setWords(step.operand.hi, step.operand.lo);
  return convertToField(result, step);
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
