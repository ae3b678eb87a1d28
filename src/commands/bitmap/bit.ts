/** SETBIT and GETBIT: one bit of a string. */
import { ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { growString } from '../string/grow-string.ts';
import { readBitPosition } from './bit-position.ts';

export const setbit: ShardCommand = {
  name: 'setbit',
  arity: 4,
  flags: ['write', 'denyoom'],
  acl: ['bitmap'],
  keys: oneKey('RW access update'),
  text: about('bitmap', '2.2.0', 'Sets or clears a bit of a string value, which grows as needed; returns what the bit was.', 'SETBIT key offset value'),
  movesValue: true,
  place: 'shard',
  execute: setBit,
};

export const getbit: ShardCommand = {
  name: 'getbit',
  arity: 3,
  flags: ['readonly', 'fast'],
  acl: ['bitmap'],
  keys: oneKey('RO access'),
  text: about('bitmap', '2.2.0', 'Returns a bit of a string value; bits behind its end are 0.', 'GETBIT key offset'),
  place: 'shard',
  execute(call) {
    const position = readBitPosition(call, 2, 0);
    if (position < 0) return;
    const entry = call.findForRead(1);
    if (entry === 0) return call.reply.integer(0);
    const keyspace = call.keyspaceOf(1);
    if (!call.hasType(keyspace, entry, ValueType.string)) return;
    const { arena } = keyspace;
    const at = Math.floor(position / 8);
    const byte = at < valueLength(arena, entry) ? arena.u8[valueOffset(arena, entry) + at]! : 0;
    call.reply.integer((byte >>> (7 - position % 8)) & 1);
  },
};

function setBit(call: Call): void {
  const position = readBitPosition(call, 2, 0);
  if (position < 0) return;
  const bit = call.int(3);
  if (bit !== 0 && bit !== 1) return call.fail(errors.bitValue);
  const entry = call.findForWrite(1);
  const keyspace = call.keyspaceOf(1);
  if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const at = Math.floor(position / 8);
  const bytes = entry === 0 ? 0 : valueLength(arena, entry);
  const grown = growString(call, 1, entry, Math.max(bytes, at + 1));
  const byteAt = valueOffset(arena, grown) + at;
  const shift = 7 - position % 8;
  const old = (arena.u8[byteAt]! >>> shift) & 1;
  if (old !== bit) arena.u8[byteAt]! ^= 1 << shift;
  if (old !== bit || at >= bytes) call.logVerbatim('SETBIT');
  call.reply.integer(old);
}
