import { typeOf, ValueType } from '../../../../src/keyspace/entry.ts';
import type { Keyspace } from '../../../../src/keyspace/keyspace.ts';
import { dumpValue } from '../../../../src/persistence/rdb/value-codec.ts';
import { assert } from '../../../../src/base/assert.ts';

/** A list node by node, as DUMP sends it: for `CommandBench.dataset`. */
export function describeList(keyspace: Keyspace, entry: number): string {
  assert(typeOf(keyspace.arena, entry) === ValueType.list, 'what is described is a list');
  return dumpValue(keyspace, entry).toString('base64');
}
