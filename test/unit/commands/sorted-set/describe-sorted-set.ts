/** The members of a sorted set with their scores, in order, for CommandBench.dataset. */
import type { Keyspace } from '../../../../src/keyspace/keyspace.ts';

export function describeSortedSet({ sortedSets }: Keyspace, entry: number): string {
  const { cursor } = sortedSets;
  const members: string[] = [];
  for (let on = cursor.moveTo(entry, 0); on; on = cursor.next()) {
    const name = Buffer.from(cursor.bytes.slice(cursor.offset, cursor.offset + cursor.length)).toString('latin1');
    members.push(`${Object.is(cursor.score, -0) ? '-0' : cursor.score} ${name}`);
  }
  return JSON.stringify(members);
}
