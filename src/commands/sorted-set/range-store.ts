/** ZRANGESTORE: a range of one sorted set becomes another. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import { keyRange, oneKey } from '../key-specs.ts';
import { bounds } from './bounds.ts';
import { readRange, request } from './range-request.ts';
import { findRange } from './range.ts';
import { sortedSetRow } from './row.ts';
import { makeDraft, storeDraft } from './store.ts';

const source = 2;

export const zrangestore = sortedSetRow('zrangestore', {
  arity: -5,
  flags: ['write', 'denyoom'],
  keys: [...oneKey('OW update'), ...keyRange('RO access', source, source)],
  since: '6.2.0',
  summary: 'Stores the members of a range of ranks, scores or names.',
  syntax: 'ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]',
  complexity: 'O(log(N)+M) with N members of the sorted set, M of them stored',
  execute(call) {
    if (!readRange(call, source + 1, { isStore: true })) return;
    const entry = findCollection(call, source, ValueType.zset);
    if (entry !== wrongTypeEntry) storeRange(call, entry);
  },
});

function storeRange(call: Call, entry: number): void {
  const from = call.keyspaceOf(source).sortedSets;
  const count = entry === 0 ? 0 : findRange(call, from, entry);
  const first = request.isReverse ? bounds.to - request.offset - count : bounds.from + request.offset;
  storeDraft(call, makeDraft(call, 1, (sortedSets, draft) => {
    sortedSets.create(draft, 0, count);
    const { cursor } = from;
    const { isReverse } = request;
    // In the order asked for, which tells before what a small form has become a large one, that keeps -0.
    for (let on = count > 0 && cursor.moveTo(entry, isReverse ? first + count - 1 : first), left = count; on && left > 0; left--) {
      sortedSets.put(draft, cursor.score, cursor.bytes, cursor.offset, cursor.length);
      on = isReverse ? cursor.prev() : cursor.next();
    }
  }));
}
