/** Single fields, named by an argument, of the hash at key argument 1. */
import type { Call } from '../call.ts';
import { replyElement } from '../element.ts';

/** Whether the hash, if there is one, has the field that argument `i` names; it is read then. */
export function hasField(call: Call, entry: number, i: number): boolean {
  return entry !== 0 && call.keyspaceOf(1).hashes.find(entry, call.bytes, call.offset(i), call.length(i));
}

/** Answers with the value of the field that argument `i` names, or nil (false); `entry` may be 0. */
export function replyValueOf(call: Call, entry: number, i: number): boolean {
  const isFound = hasField(call, entry, i);
  if (isFound) replyElement(call, call.keyspaceOf(1).hashes.value);
  else call.reply.nil();
  return isFound;
}

/** Sets the field that argument `field` names to argument `value`; true when it is new. */
export function setField(call: Call, entry: number, field: number, value: number, keepsExpiry: boolean): boolean {
  return call.keyspaceOf(1).hashes.set(
    entry, call.bytes, call.offset(field), call.length(field), call.bytes, call.offset(value), call.length(value), keepsExpiry);
}

/** Lets the field that argument `i` names, which there is, expire at a time; never for 0. */
export function setFieldExpiry(call: Call, entry: number, i: number, atMs: number): void {
  call.keyspaceOf(1).hashes.setExpiry(entry, call.bytes, call.offset(i), call.length(i), atMs);
}

/** Removes the field that argument `i` names; false if there is none. */
export function removeField(call: Call, entry: number, i: number): boolean {
  return call.keyspaceOf(1).hashes.remove(entry, call.bytes, call.offset(i), call.length(i));
}
