/** Effects that name fields of the hash at key argument 1, by the arguments that name them. */
import type { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import { hasField } from './field.ts';

/** HDEL of the fields that the arguments in `fields` name. */
export function logRemoved(call: Call, fields: AddressList): void {
  begin(call, 'HDEL', 1 + fields.length);
  logNames(call, fields);
}

/** HPERSIST of the fields that the arguments in `fields` name. */
export function logPersisted(call: Call, fields: AddressList): void {
  begin(call, 'HPERSIST', 3 + fields.length);
  call.effects.text('FIELDS');
  call.effects.integer(fields.length);
  logNames(call, fields);
}

/** HPEXPIREAT of the fields that the arguments in `fields` name. */
export function logExpiries(call: Call, fields: AddressList, atMs: number): void {
  begin(call, 'HPEXPIREAT', 4 + fields.length);
  call.effects.integer(atMs);
  call.effects.text('FIELDS');
  call.effects.integer(fields.length);
  logNames(call, fields);
}

/** HPEXPIREAT of the field that argument `i` names, if it expires: after the HSET that has taken its expiry away. */
export function logFieldExpiry(call: Call, entry: number, i: number): void {
  if (!hasField(call, entry, i)) return;
  const { expiryMs } = call.keyspaceOf(1).hashes;
  if (expiryMs === 0) return;
  begin(call, 'HPEXPIREAT', 5);
  call.effects.integer(expiryMs);
  call.effects.text('FIELDS');
  call.effects.integer(1);
  call.effects.bytes(call.bytes, call.offset(i), call.length(i));
}

/** Begins an effect on the key with `argc` arguments, of which the key is the first. */
function begin(call: Call, name: string, argc: number): void {
  call.effects.command(call.db, name, argc);
  call.effects.bytes(call.bytes, call.offset(1), call.length(1));
}

function logNames(call: Call, fields: AddressList): void {
  for (let at = 0; at < fields.length; at++) call.effects.bytes(call.bytes, call.offset(fields.at(at)), call.length(fields.at(at)));
}
