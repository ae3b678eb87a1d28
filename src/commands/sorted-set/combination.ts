/**
 * Unions, intersections and differences of sorted sets and sets, and how scores come together in them. Sums are
 * rounded in the order in which Redis adds: from the smallest input to the largest.
 */
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import type { Operand, ScoredMember } from './operand.ts';

export type Aggregate = 'sum' | 'min' | 'max' | 'count';

/** Puts the union into an empty draft. */
export function unite(operands: readonly Operand[], aggregate: Aggregate, sortedSets: SortedSets, draft: number): void {
  for (const operand of bySize(operands)) {
    operand.each((member) => {
      const { bytes, offset, length } = member;
      const score = weighted(operand, member.score, aggregate);
      const old = sortedSets.scoreOf(draft, bytes, offset, length);
      const next = Number.isNaN(old) ? orZero(score) : aggregated(aggregate, old, orZero(score));
      // A score that is equal stays what it is: -0 would stay -0.
      if (Object.is(old, -0) && Object.is(next, 0)) sortedSets.remove(draft, bytes, offset, length);
      sortedSets.put(draft, next, bytes, offset, length);
      return true;
    });
  }
}

/** Puts the intersection into an empty draft. */
export function intersect(operands: readonly Operand[], aggregate: Aggregate, sortedSets: SortedSets, draft: number): void {
  eachCommon(operands, (member, smallest, others) => {
    const { bytes, offset, length } = member;
    let score = orZero(weighted(smallest, member.score, aggregate));
    for (const other of others) score = aggregated(aggregate, score, weighted(other, other.scoreOf(member), aggregate));
    sortedSets.put(draft, score, bytes, offset, length);
    return true;
  });
}

/** The number of members that all operands have, counted up to `limit`; 0 is no limit. */
export function countCommon(operands: readonly Operand[], limit: number): number {
  let count = 0;
  eachCommon(operands, () => ++count !== limit);
  return count;
}

/** Puts what only the first operand has into an empty draft. */
export function subtract([first, ...others]: readonly Operand[], sortedSets: SortedSets, draft: number): void {
  first!.each((member) => {
    const isElsewhere = others.some((other) => !Number.isNaN(other.scoreOf(member)));
    if (!isElsewhere) sortedSets.put(draft, member.score, member.bytes, member.offset, member.length);
    return true;
  });
}

/** Calls `visit` with each member of the smallest operand that all others have, while it answers true. */
function eachCommon(
  operands: readonly Operand[], visit: (member: ScoredMember, smallest: Operand, others: readonly Operand[]) => boolean,
): void {
  const [smallest, ...others] = bySize(operands);
  smallest!.each((member) => {
    const isEverywhere = others.every((other) => !Number.isNaN(other.scoreOf(member)));
    return !isEverywhere || visit(member, smallest!, others);
  });
}

function bySize(operands: readonly Operand[]): Operand[] {
  return operands.toSorted((a, b) => a.size - b.size);
}

function weighted(operand: Operand, score: number, aggregate: Aggregate): number {
  return aggregate === 'count' ? operand.weight : operand.weight * score;
}

function aggregated(aggregate: Aggregate, old: number, next: number): number {
  if (aggregate === 'min') return next < old ? next : old;
  if (aggregate === 'max') return next > old ? next : old;
  return orZero(old + next);
}

/** Infinity times 0, and infinity less infinity, are 0. */
function orZero(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}
