/**
 * HSCAN. The cursor is a position in the order of the fields' hashes, so a field that is there from the
 * first call to the last is returned, whatever comes and goes; a small hash is returned at once.
 */
import type { Hashes } from '../../keyspace/hashes.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { elementText, replyElement } from '../element.ts';
import { matchesPattern, readCursor, readScanOptions, type ScanOptions } from '../scan-arguments.ts';
import { findHash } from './key.ts';
import { hashRow } from './row.ts';

const noValues = { word: wordBytes('novalues'), hasValue: false };
const positionEnd = 2 ** 32;
const found = new AddressList();

export const hscan = hashRow('hscan', -3, 'readonly', 'RO access', {
  since: '2.8.0', summary: 'Walks through the fields of a hash.',
  syntax: 'HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]', complexity: 'O(N) with N fields to look at in this call',
}, (call) => {
  const cursor = readCursor(call, 2);
  if (cursor === undefined) return;
  const entry = findHash(call);
  if (entry === wrongTypeEntry) return;
  if (entry === 0) return replyNothing(call);
  const options = readScanOptions(call, 3, noValues);
  if (options === undefined) return;
  const { hashes } = call.keyspaceOf(1);
  if (hashes.isTable(entry)) scanTable(call, hashes, entry, cursor, options);
  else walkAll(call, hashes, entry, options);
});

function replyNothing(call: Call): void {
  call.reply.array(2);
  call.reply.bulkInteger(0);
  call.reply.array(0);
}

function scanTable(call: Call, hashes: Hashes, entry: number, cursor: number, options: ScanOptions): void {
  let position = Math.min(cursor, positionEnd);
  found.clear();
  while (position < positionEnd && found.length < options.count) position = hashes.scan(entry, position, found);
  call.reply.array(2);
  call.reply.bulkInteger(position < positionEnd ? position : 0);
  const deferred = call.reply.arrayDeferred();
  let count = 0;
  for (let i = 0; i < found.length; i++) {
    hashes.readRecord(found.at(i));
    count += replyIfMatched(call, hashes, options);
  }
  call.reply.closeArray(deferred, count);
}

function walkAll(call: Call, hashes: Hashes, entry: number, options: ScanOptions): void {
  call.reply.array(2);
  call.reply.bulkInteger(0);
  const deferred = call.reply.arrayDeferred();
  let count = 0;
  hashes.startWalk(entry);
  while (hashes.nextField()) count += replyIfMatched(call, hashes, options);
  call.reply.closeArray(deferred, count);
}

/** The number of elements that went into the reply for the field that was read last. */
function replyIfMatched(call: Call, hashes: Hashes, { match, own }: ScanOptions): number {
  if (match !== 0) {
    const { bytes, offset, length } = elementText(hashes.field);
    if (!matchesPattern(call, match, bytes, offset, length)) return 0;
  }
  replyElement(call, hashes.field);
  if (own !== 0) return 1;
  replyElement(call, hashes.value);
  return 2;
}
