/** The contents of a hash as text: its fields sorted, with their values and expiries. */
import type { Keyspace } from '../../../../src/keyspace/keyspace.ts';
import { textOf } from '../../keyspace/hashes-fixture.ts';

export function describeHash({ hashes }: Keyspace, entry: number): string {
  hashes.check(entry);
  const fields: string[] = [];
  hashes.startWalk(entry);
  while (hashes.nextField()) fields.push(JSON.stringify([textOf(hashes.field), textOf(hashes.value), hashes.expiryMs]));
  return fields.toSorted().join('\n');
}
