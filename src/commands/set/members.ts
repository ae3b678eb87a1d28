/** Members on their way from arguments and into replies and effects. */
import { typeOf, ValueType } from '../../keyspace/entry.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';

const longestInteger = 20;
const digits = new Uint8Array(longestInteger);
const spelled = new ListpackValue();

/** The live entry of key argument `i` for a removal, which needs no room: 0 if there is none, or wrongTypeEntry. */
export function findForRemoval(call: Call, i: number): number {
  const entry = call.findForWrite(i);
  if (entry === 0 || typeOf(call.keyspaceOf(i).arena, entry) === ValueType.set) return entry;
  call.failType();
  return wrongTypeEntry;
}

/** Reads argument `i`. */
export function readMember(call: Call, i: number, member: ListpackValue): ListpackValue {
  member.setBytes(call.bytes, call.offset(i), call.length(i));
  return member;
}

/** The member as a range of bytes, good until the next one is asked for. */
export function memberText(member: ListpackValue): ListpackValue {
  if (member.length >= 0) return member;
  spelled.setString(digits, 0, member.writeText(digits, 0));
  return spelled;
}

export function replyMember(call: Call, member: ListpackValue): void {
  const { bytes, offset, length } = memberText(member);
  call.reply.bulk(bytes, offset, length);
}

/** The next argument of an effect. */
export function logMember(call: Call, member: ListpackValue): void {
  const { bytes, offset, length } = memberText(member);
  call.effects.bytes(bytes, offset, length);
}
