/** The members of a set in the order of their bytes, for CommandBench.dataset. */
import type { Keyspace } from '../../../../src/keyspace/keyspace.ts';
import { SetCursor } from '../../../../src/keyspace/sets/set-cursor.ts';

export function describeSet({ sets }: Keyspace, entry: number): string {
  const cursor = new SetCursor().start(sets, entry);
  const members: string[] = [];
  while (cursor.next()) {
    const bytes = Buffer.alloc(cursor.member.byteLength());
    cursor.member.writeBytes(bytes, 0);
    members.push(bytes.toString('latin1'));
  }
  return JSON.stringify(members.toSorted());
}
