/** ZSCAN: a sorted set bit by bit. The cursor is a position in hash order; a small one comes whole. */
import { ValueType } from '../../keyspace/entry.ts';
import type { SortedSetCursor } from '../../keyspace/sorted-sets/cursor.ts';
import { formatDouble } from '../../base/format-double.ts';
import { formatGeneral17 } from '../../base/format-general.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import { matchesPattern, readCursor, readScanOptions, type ScanOptions } from '../scan-arguments.ts';
import { sortedSetRow } from './row.ts';

const endOfScan = 2 ** 32;
const records = new AddressList();

export const zscan = sortedSetRow('zscan', {
  arity: -3,
  flags: ['readonly'],
  keys: 'RO access',
  since: '2.8.0',
  summary: 'Walks through the members of a sorted set and their scores.',
  syntax: 'ZSCAN key cursor [MATCH pattern] [COUNT count]',
  complexity: 'O(N) with N members to look at in this call',
  execute(call) {
    const position = readCursor(call, 2);
    if (position === undefined) return;
    const entry = findCollection(call, 1, ValueType.zset);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) {
      begin(call, 0);
      call.reply.array(0);
      return;
    }
    const options = readScanOptions(call, 3);
    if (options !== undefined) replyScan(call, entry, position, options);
  },
});

function replyScan(call: Call, entry: number, from: number, { count, match }: ScanOptions): void {
  const { sortedSets } = call.keyspaceOf(1);
  const { cursor } = sortedSets;
  records.clear();
  if (sortedSets.isCompact(entry)) {
    begin(call, 0);
    const members = call.reply.arrayDeferred();
    let shown = 0;
    for (let on = cursor.moveTo(entry, 0); on; on = cursor.next()) shown += show(call, cursor, match, formatDouble);
    call.reply.closeArray(members, shown * 2);
    return;
  }
  let position = from % endOfScan;
  while (records.length < count && position < endOfScan) position = sortedSets.scan(entry, position, records);
  begin(call, position % endOfScan);
  const members = call.reply.arrayDeferred();
  let shown = 0;
  for (let i = 0; i < records.length; i++) {
    cursor.showRecord(records.at(i));
    shown += show(call, cursor, match, formatGeneral17);
  }
  call.reply.closeArray(members, shown * 2);
}

/** The cursor to go on with, 0 at the end. */
function begin(call: Call, position: number): void {
  call.reply.array(2);
  call.reply.bulkInteger(position);
}

/** Answers with the cursor's member if it matches the pattern in argument `match` (0: any); 1 if it does. */
function show(call: Call, cursor: SortedSetCursor, match: number, format: (score: number) => string): number {
  if (match !== 0 && !matchesPattern(call, match, cursor.bytes, cursor.offset, cursor.length)) return 0;
  call.reply.bulk(cursor.bytes, cursor.offset, cursor.length);
  call.reply.bulkLatin1(format(cursor.score));
  return 1;
}
