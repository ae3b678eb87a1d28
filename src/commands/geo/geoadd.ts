/** GEOADD: members with a geohash as their score. Its effect is the ZADD of what has changed. */
import { ValueType } from '../../keyspace/entry.ts';
import { PutFlag, PutResult } from '../../keyspace/sorted-sets.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { scoreOf } from '../../structures/geo/geohash.ts';
import type { Call } from '../call.ts';
import { createCollection, findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import { readPosition } from './geo-arguments.ts';
import { geoRow } from './row.ts';

const nx = wordBytes('nx');
const xx = wordBytes('xx');
const ch = wordBytes('ch');
const firstOption = 2;
/** Longitude, latitude, member. */
const itemArguments = 3;

let scores = new Float64Array(16);
/** 1 for the items that have changed something. */
let changed = new Uint8Array(16);

export const geoadd = geoRow('geoadd', {
  arity: -5,
  flags: ['write', 'denyoom'],
  keys: 'RW update',
  since: '3.2.0',
  summary: 'Adds members to a geospatial index or moves them; creates the key if need be.',
  syntax: 'GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]',
  complexity: 'O(log(N)) for each member, with N members of the index.',
  execute(call) {
    let [flags, countsChanges, first] = [0, false, firstOption];
    for (; first < call.argc; first++) {
      if (call.is(first, nx)) flags |= PutFlag.ifAbsent;
      else if (call.is(first, xx)) flags |= PutFlag.ifPresent;
      else if (call.is(first, ch)) countsChanges = true;
      else break;
    }
    const isBoth = flags === (PutFlag.ifAbsent | PutFlag.ifPresent);
    if (isBoth || first === call.argc || (call.argc - first) % itemArguments !== 0) return call.fail(errors.syntax);
    if (!readScores(call, first)) return;
    const entry = findCollectionForWrite(call, 1, ValueType.zset);
    if (entry === wrongTypeEntry) return;
    if (entry === 0 && (flags & PutFlag.ifPresent) !== 0) return call.reply.integer(0);
    const added = entry === 0 ? putIntoNew(call, first, flags) : putItems(call, entry, first, flags);
    const count = logChanged(call, first);
    call.changes += count;
    call.reply.integer(countsChanges ? count : added);
  },
});

/** Reads every position before anything is changed. */
function readScores(call: Call, first: number): boolean {
  const count = (call.argc - first) / itemArguments;
  if (count > scores.length) {
    scores = new Float64Array(count * 2);
    changed = new Uint8Array(count * 2);
  }
  for (let i = 0; i < count; i++) {
    const position = readPosition(call, first + i * itemArguments);
    if (position === undefined) return false;
    scores[i] = scoreOf(position.longitude, position.latitude);
  }
  return true;
}

function putIntoNew(call: Call, first: number, flags: number): number {
  const entry = createCollection(call, 1, ValueType.zset);
  const keyspace = call.keyspaceOf(1);
  try {
    keyspace.sortedSets.create(entry, call.length(first + 2));
    return putItems(call, entry, first, flags);
  } catch (error) {
    keyspace.remove(call.db, call.slotOf(1), entry);
    throw error;
  }
}

/** The number of members that are new. */
function putItems(call: Call, entry: number, first: number, flags: number): number {
  const { sortedSets } = call.keyspaceOf(1);
  let added = 0;
  for (let i = 0, at = first; at < call.argc; i++, at += itemArguments) {
    const result = sortedSets.put(entry, scores[i]!, call.bytes, call.offset(at + 2), call.length(at + 2), flags);
    changed[i] = Number(result === PutResult.added || result === PutResult.updated);
    if (result === PutResult.added) added++;
  }
  return added;
}

/** The number of items that have changed something. */
function logChanged(call: Call, first: number): number {
  const itemCount = (call.argc - first) / itemArguments;
  let count = 0;
  for (let i = 0; i < itemCount; i++) count += changed[i]!;
  const { effects } = call;
  if (count === 0 || !effects.enabled) return count;
  effects.command(call.db, 'ZADD', 1 + 2 * count);
  effects.bytes(call.bytes, call.offset(1), call.length(1));
  for (let i = 0; i < itemCount; i++) {
    if (changed[i] === 0) continue;
    const member = first + i * itemArguments + 2;
    effects.text(String(scores[i]!));
    effects.bytes(call.bytes, call.offset(member), call.length(member));
  }
  return count;
}
