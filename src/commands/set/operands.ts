/**
 * Intersections, unions and differences of the sets of several keys, which may lie on several shards.
 * A key that is not there is an empty set. What is found is visited member by member; a visitor that
 * answers false has seen enough.
 */
import { ValueType } from '../../keyspace/entry.ts';
import { SetCursor } from '../../keyspace/sets/set-cursor.ts';
import type { Sets } from '../../keyspace/sets.ts';
import type { ListpackValue } from '../../structures/listpack-value.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';

export interface Operand {
  readonly sets: Sets;
  /** 0 for a key that is not there. */
  readonly entry: number;
  readonly size: number;
}

/** Good until the next member is visited. */
type Visit = (member: ListpackValue) => boolean;

const cursor = new SetCursor();

/** The sets of key arguments `first` to `end`, without that, or undefined after WRONGTYPE. */
export function readOperands(call: Call, first: number, end: number): Operand[] | undefined {
  const operands: Operand[] = [];
  for (let i = first; i < end; i++) {
    const entry = findCollection(call, i, ValueType.set);
    if (entry === wrongTypeEntry) return undefined;
    const { sets } = call.keyspaceOf(i);
    operands.push({ sets, entry, size: entry === 0 ? 0 : sets.length(entry) });
  }
  return operands;
}

/** Visits what all sets have, in the order of the smallest. */
export function eachCommon(operands: readonly Operand[], visit: Visit): void {
  const smallestFirst = operands.toSorted((a, b) => a.size - b.size);
  each(smallestFirst[0]!, (member) => !isInOthers(smallestFirst, member) || visit(member));
}

/** Visits what any of the sets has, each member once. The larger sets come first: they are most likely to have a member, too. */
export function eachOfAny(operands: readonly Operand[], visit: Visit): void {
  const largestFirst = operands.toSorted((a, b) => b.size - a.size);
  for (const [i, operand] of largestFirst.entries()) {
    if (!each(operand, (member) => isInAny(largestFirst, i, member) || visit(member))) return;
  }
}

/** Visits what the first set has and no other. */
export function eachOnlyInFirst([first, ...rest]: readonly Operand[], visit: Visit): void {
  const others = rest.toSorted((a, b) => b.size - a.size);
  each(first!, (member) => isInAny(others, others.length, member) || visit(member));
}

/** Visits the members of one set; false if the visitor has seen enough. */
export function each({ sets, entry }: Operand, visit: Visit): boolean {
  if (entry === 0) return true;
  for (cursor.start(sets, entry); cursor.next();) if (!visit(cursor.member)) return false;
  return true;
}

/** As Redis chooses: whether it takes fewer steps to look up the first set's members in the others than to go through all of them. */
export function isFirstSmall([first, ...others]: readonly Operand[]): boolean {
  const present = others.filter(({ entry }) => entry !== 0);
  const lookUps = first!.size * (present.length + 1);
  const steps = present.reduce((sum, { size }) => sum + size, first!.size);
  return Math.floor(lookUps / 2) <= steps;
}

function has({ sets, entry }: Operand, member: ListpackValue): boolean {
  return entry !== 0 && sets.has(entry, member);
}

/** Whether all sets but the first have a member. */
function isInOthers(operands: readonly Operand[], member: ListpackValue): boolean {
  for (let i = 1; i < operands.length; i++) if (!has(operands[i]!, member)) return false;
  return true;
}

/** Whether any of the first `count` sets has a member. */
function isInAny(operands: readonly Operand[], count: number, member: ListpackValue): boolean {
  for (let i = 0; i < count; i++) if (has(operands[i]!, member)) return true;
  return false;
}
