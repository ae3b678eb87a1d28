/** BITCOUNT and BITPOS: counting and finding bits of a string, or of a range of it in bytes or bits. */
import { ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { countBits, countBitsBetween, findBit } from '../../structures/bits.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { isReversedFromEnd } from '../string/range.ts';

const bitWord = wordBytes('bit');
const byteWord = wordBytes('byte');
const wholeBytes = 8;
/** The range that was read last: bits, both ends inclusive. Empty if the first is behind the last. */
let [first, last] = [0, -1];

export const bitcount: ShardCommand = {
  name: 'bitcount',
  arity: -2,
  flags: ['readonly'],
  acl: ['bitmap'],
  keys: oneKey('RO access'),
  text: about('bitmap', '2.6.0', 'Counts the bits of a string value that are set.', 'BITCOUNT key [start end [BYTE | BIT]]', 'O(N)'),
  place: 'shard',
  execute: countSetBits,
};

export const bitpos: ShardCommand = {
  name: 'bitpos',
  arity: -3,
  flags: ['readonly'],
  acl: ['bitmap'],
  keys: oneKey('RO access'),
  text: about('bitmap', '2.8.7', 'Finds the first bit of a string value that is set, or clear.', 'BITPOS key bit [start [end [BYTE | BIT]]]', 'O(N)'),
  place: 'shard',
  execute: findFirstBit,
};

function countSetBits(call: Call): void {
  const entry = call.findForRead(1);
  if (entry === 0) return call.reply.integer(0);
  const keyspace = call.keyspaceOf(1);
  if (!call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const [offset, length] = [valueOffset(arena, entry), valueLength(arena, entry)];
  if (call.argc === 2) return call.reply.integer(countBits(arena, offset, length));
  if (call.argc !== 4 && call.argc !== 5) return call.fail(errors.syntax);
  const [start, end] = [call.int(2), call.int(3)];
  if (Number.isNaN(start) || Number.isNaN(end)) return call.fail(errors.notInteger);
  if (isReversedFromEnd(call, start, end)) return call.reply.integer(0);
  const unitBits = call.argc === 5 ? readUnit(call, 4) : wholeBytes;
  if (unitBits === 0) return;
  setRange(start, end, length, unitBits);
  call.reply.integer(first > last ? 0 : countBitsBetween(arena, offset, first, last));
}

function findFirstBit(call: Call): void {
  const bit = call.int(2);
  if (Number.isNaN(bit)) return call.fail(errors.notInteger);
  if (bit !== 0 && bit !== 1) return call.fail(errors.bitPosValue);
  const entry = call.findForRead(1);
  if (entry === 0) return call.reply.integer(bit === 1 ? -1 : 0);
  const keyspace = call.keyspaceOf(1);
  if (!call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const length = valueLength(arena, entry);
  if (!readRange(call, length)) return;
  const found = first > last ? -1 : findBit(arena, valueOffset(arena, entry), first, last, bit);
  // Without an end the string goes on in zeros.
  const isOpen = call.argc < 5 && bit === 0 && first <= last;
  call.reply.integer(found === -1 && isOpen ? length * 8 : found);
}

/** Reads BITPOS's range of a string of `length` bytes; false after an error reply. */
function readRange(call: Call, length: number): boolean {
  if (call.argc > 6) {
    call.fail(errors.syntax);
    return false;
  }
  const start = call.argc > 3 ? call.int(3) : 0;
  if (Number.isNaN(start)) {
    call.fail(errors.notInteger);
    return false;
  }
  const unitBits = call.argc === 6 ? readUnit(call, 5) : wholeBytes;
  if (unitBits === 0) return false;
  const end = call.argc > 4 ? call.int(4) : -1;
  if (Number.isNaN(end)) {
    call.fail(errors.notInteger);
    return false;
  }
  setRange(start, end, length, unitBits);
  return true;
}

/** Bits of the unit that argument `i` names, or 0 after an error reply. */
function readUnit(call: Call, i: number): number {
  if (call.is(i, bitWord)) return 1;
  if (call.is(i, byteWord)) return wholeBytes;
  call.fail(errors.syntax);
  return 0;
}

/** Indexes below 0 count from the end of the string of `length` bytes. */
function setRange(start: number, end: number, length: number, unitBits: number): void {
  const total = (length * 8) / unitBits;
  const from = start < 0 ? Math.max(0, total + start) : start;
  const to = Math.min(end < 0 ? Math.max(0, total + end) : end, total - 1);
  first = from * unitBits;
  last = (to + 1) * unitBits - 1;
}
