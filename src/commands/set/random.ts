/** SPOP and SRANDMEMBER: members by chance, each as likely as any other. An SPOP leaves what it has chosen as SREM. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Sets } from '../../keyspace/sets.ts';
import { SetCursor } from '../../keyspace/sets/set-cursor.ts';
import * as errors from '../../protocol/errors.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollection, removeIfEmpty, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { readDrawCount, refusesDraws } from '../draw-count.ts';
import { oneKey } from '../key-specs.ts';
import { findForRemoval, logMember, replyMember } from './members.ts';
import { replyAll } from './read.ts';

const member = new ListpackValue();
const cursor = new SetCursor();
/** A set with at least so many times the members that are asked for is not walked through: they are drawn. */
const sparseFactor = 3;

export const spop: ShardCommand = {
  name: 'spop',
  arity: -2,
  flags: ['write', 'fast'],
  acl: ['set'],
  keys: oneKey('RW access delete'),
  text: about('set', '1.0.0', 'Removes members of a set by chance and returns them.', 'SPOP key [count]', 'O(1) without a count, else O(N) with N members to remove'),
  quickArgc: 2,
  place: 'shard',
  execute(call) {
    if (call.argc === 2) return popOne(call);
    if (call.argc > 3) return call.fail(errors.syntax);
    const count = call.int(2);
    if (!(count >= 0)) return call.fail(errors.notPositive);
    popSeveral(call, count);
  },
};

export const srandmember: ShardCommand = {
  name: 'srandmember',
  arity: -2,
  flags: ['readonly'],
  acl: ['set'],
  keys: oneKey('RO access'),
  text: about('set', '1.0.0', 'Returns members of a set by chance.', 'SRANDMEMBER key [count]', 'O(1) without a count, else O(N) with N members to return'),
  quickArgc: 2,
  place: 'shard',
  execute(call) {
    if (call.argc > 3) return call.fail(errors.syntax);
    const count = call.argc === 2 ? 1 : readDrawCount(call);
    if (Number.isNaN(count)) return;
    const entry = findCollection(call, 1, ValueType.set);
    if (entry === wrongTypeEntry) return;
    if (call.argc === 3) replyChosen(call, entry, count);
    else if (entry === 0) call.reply.nil();
    else replyDrawn(call, entry, 1);
  },
};

function popOne(call: Call): void {
  const entry = findForRemoval(call, 1);
  if (entry === wrongTypeEntry) return;
  if (entry === 0) return call.reply.nil();
  logRemoval(call, 1);
  popDrawn(call, entry);
  removeIfEmpty(call, 1, entry);
  call.changes++;
}

function popSeveral(call: Call, count: number): void {
  const entry = findForRemoval(call, 1);
  if (entry === wrongTypeEntry) return;
  if (entry === 0 || count === 0) return call.reply.set(0);
  const size = call.keyspaceOf(1).sets.length(entry);
  call.changes += Math.min(count, size);
  if (count >= size) return popAll(call, entry, size);
  call.reply.set(count);
  logRemoval(call, count);
  for (let left = count; left > 0; left--) popDrawn(call, entry);
}

function popAll(call: Call, entry: number, size: number): void {
  const keyspace = call.keyspaceOf(1);
  call.reply.set(size);
  replyAll(call, keyspace.sets, entry);
  keyspace.remove(call.db, call.slotOf(1), entry);
  call.logDelete(1);
}

/** Begins the effect that removes `count` members, which follow. */
function logRemoval(call: Call, count: number): void {
  call.effects.command(call.db, 'SREM', count + 1);
  call.effects.bytes(call.bytes, call.offset(1), call.length(1));
}

/** Removes a member; it goes into the reply and the effect. */
function popDrawn(call: Call, entry: number): void {
  const { sets } = call.keyspaceOf(1);
  const place = sets.draw(entry, call.random, member);
  replyMember(call, member);
  logMember(call, member);
  sets.removeAt(entry, place);
}

/** A count below zero wants so many draws, whatever has been drawn before; one above zero distinct members. */
function replyChosen(call: Call, entry: number, count: number): void {
  if (entry === 0 || count === 0) return call.reply.array(0);
  if (refusesDraws(call, count)) return;
  const { sets } = call.keyspaceOf(1);
  const size = sets.length(entry);
  call.reply.array(Math.min(Math.abs(count), count < 0 ? Infinity : size));
  if (count < 0) replyDrawn(call, entry, -count);
  else if (count >= size) replyAll(call, sets, entry);
  else if (sets.isTable(entry) && count * sparseFactor <= size) replyDistinct(call, sets, entry, count);
  else replySample(call, sets, entry, count, size);
}

function replyDrawn(call: Call, entry: number, count: number): void {
  const { sets } = call.keyspaceOf(1);
  for (let left = count; left > 0; left--) {
    sets.draw(entry, call.random, member);
    replyMember(call, member);
  }
}

/** Draws until there are `count` members, which is soon as they are a small part of the set. */
function replyDistinct(call: Call, sets: Sets, entry: number, count: number): void {
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const place = sets.draw(entry, call.random, member);
    if (drawn.has(place)) continue;
    drawn.add(place);
    replyMember(call, member);
  }
}

/** Walks through the set once, taking each member with the odds of those still wanted among those still to come (Knuth's algorithm S). */
function replySample(call: Call, sets: Sets, entry: number, count: number, size: number): void {
  let [wanted, left] = [count, size];
  for (cursor.start(sets, entry); wanted > 0 && cursor.next(); left--) {
    if (call.random.below(left) >= wanted) continue;
    replyMember(call, cursor.member);
    wanted--;
  }
}
