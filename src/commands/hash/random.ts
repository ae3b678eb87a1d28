/** HRANDFIELD: fields by chance, each as likely as any other. */
import type { Hashes } from '../../keyspace/hashes.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { readDrawCount, refusesDraws } from '../draw-count.ts';
import { replyElement } from '../element.ts';
import { findHash } from './key.ts';
import { hashRow } from './row.ts';

const withValuesWord = wordBytes('withvalues');
/** A hash with at least so many times the fields that are asked for is not walked through: they are drawn. */
const sparseFactor = 3;

export const hrandfield = hashRow('hrandfield', -2, 'readonly', 'RO access', {
  since: '6.2.0', summary: 'Returns fields of a hash by chance.', syntax: 'HRANDFIELD key [count [WITHVALUES]]',
  complexity: 'O(N) with N fields to return',
}, (call) => {
  if (call.argc > 2) return replySeveral(call);
  const entry = findHash(call);
  if (entry === wrongTypeEntry) return;
  if (entry === 0) return call.reply.nil();
  const { hashes } = call.keyspaceOf(1);
  hashes.readRandom(entry, call.random);
  replyElement(call, hashes.field);
});

function replySeveral(call: Call): void {
  const count = readDrawCount(call, withValuesWord);
  if (Number.isNaN(count)) return;
  const entry = findHash(call);
  if (entry === wrongTypeEntry) return;
  if (entry === 0 || count === 0) return call.reply.array(0);
  if (refusesDraws(call, count)) return;
  const withValues = call.argc === 4;
  const { hashes } = call.keyspaceOf(1);
  const size = hashes.length(entry);
  const replied = count < 0 ? -count : Math.min(count, size);
  call.reply.array(withValues && call.reply.resp === 2 ? replied * 2 : replied);
  if (count < 0) replyRepeated(call, hashes, entry, replied, withValues);
  else if (hashes.isTable(entry) && replied * sparseFactor <= size) replyDrawn(call, hashes, entry, replied, withValues);
  else replyPassed(call, hashes, entry, replied, withValues);
}

/** So many draws, whatever has been drawn before. */
function replyRepeated(call: Call, hashes: Hashes, entry: number, count: number, withValues: boolean): void {
  for (let left = count; left > 0; left--) {
    hashes.readRandom(entry, call.random);
    replyField(call, hashes, withValues);
  }
}

/** Distinct fields of a table that has many more: drawn until there are enough. */
function replyDrawn(call: Call, hashes: Hashes, entry: number, count: number, withValues: boolean): void {
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const record = hashes.randomRecord(entry, call.random);
    if (drawn.has(record)) continue;
    drawn.add(record);
    hashes.readRecord(record);
    replyField(call, hashes, withValues);
  }
}

/** Distinct fields in the order of a walk, each with the odds that leave all choices equally likely. */
function replyPassed(call: Call, hashes: Hashes, entry: number, count: number, withValues: boolean): void {
  let wanted = count;
  hashes.startWalk(entry);
  for (let left = hashes.length(entry); wanted > 0; left--) {
    hashes.nextField();
    if (call.random.below(left) >= wanted) continue;
    wanted--;
    replyField(call, hashes, withValues);
  }
}

function replyField(call: Call, hashes: Hashes, withValues: boolean): void {
  if (withValues && call.reply.resp === 3) call.reply.array(2);
  replyElement(call, hashes.field);
  if (withValues) replyElement(call, hashes.value);
}
