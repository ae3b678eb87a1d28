/** The inputs of ZUNION and its likes: sorted sets, sets, whose members all have the score 1, and keys that are not there. */
import { typeOf, ValueType } from '../../keyspace/entry.ts';
import { SetCursor } from '../../keyspace/sets/set-cursor.ts';
import type { Sets } from '../../keyspace/sets.ts';
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { Call } from '../call.ts';

/** Good until the next one is visited. */
export interface ScoredMember {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
  readonly score: number;
}

/** Goes on while it answers true. */
type Visit = (member: ScoredMember) => boolean;

export abstract class Operand {
  /** What scores are multiplied by. */
  weight = 1;
  abstract readonly size: number;
  abstract each(visit: Visit): void;
  /** The score of a member; NaN when it is none. */
  abstract scoreOf(member: ScoredMember): number;
}

const SET_SCORE = 1;
const LONGEST_INTEGER = 20;

class AbsentOperand extends Operand {
  override readonly size = 0;

  override each(): void {}

  override scoreOf(): number {
    return Number.NaN;
  }
}

class SortedSetOperand extends Operand {
  override readonly size: number;
  readonly #sortedSets: SortedSets;
  readonly #entry: number;

  constructor(sortedSets: SortedSets, entry: number) {
    super();
    this.#sortedSets = sortedSets;
    this.#entry = entry;
    this.size = sortedSets.length(entry);
  }

  override each(visit: Visit): void {
    const { cursor } = this.#sortedSets;
    for (let on = cursor.moveTo(this.#entry, 0); on; on = cursor.next()) if (!visit(cursor)) return;
  }

  override scoreOf({ bytes, offset, length }: ScoredMember): number {
    return this.#sortedSets.scoreOf(this.#entry, bytes, offset, length);
  }
}

class SetOperand extends Operand {
  override readonly size: number;
  readonly #sets: Sets;
  readonly #entry: number;
  readonly #wanted = new ListpackValue();

  constructor(sets: Sets, entry: number) {
    super();
    this.#sets = sets;
    this.#entry = entry;
    this.size = sets.length(entry);
  }

  override each(visit: Visit): void {
    const cursor = new SetCursor().start(this.#sets, this.#entry);
    const digits: Uint8Array = new Uint8Array(LONGEST_INTEGER);
    const shown = { bytes: digits, offset: 0, length: 0, score: SET_SCORE };
    while (cursor.next()) {
      const { member } = cursor;
      shown.bytes = member.isInteger ? digits : member.bytes;
      shown.offset = member.isInteger ? 0 : member.offset;
      shown.length = member.isInteger ? member.writeText(digits, 0) : member.length;
      if (!visit(shown)) return;
    }
  }

  override scoreOf({ bytes, offset, length }: ScoredMember): number {
    this.#wanted.setBytes(bytes, offset, length);
    return this.#sets.has(this.#entry, this.#wanted) ? SET_SCORE : Number.NaN;
  }
}

/** The operands that the `count` key arguments from `first` on are; undefined after an error reply. */
export function findOperands(call: Call, first: number, count: number): Operand[] | undefined {
  const operands: Operand[] = [];
  for (let i = first; i < first + count; i++) {
    const operand = findOperand(call, i);
    if (operand === undefined) {
      call.failType();
      return undefined;
    }
    operands.push(operand);
  }
  return operands;
}

/** Undefined when the key holds another type. */
function findOperand(call: Call, i: number): Operand | undefined {
  const entry = call.findForRead(i);
  if (entry === 0) return new AbsentOperand();
  const { arena, sets, sortedSets } = call.keyspaceOf(i);
  const type = typeOf(arena, entry);
  if (type === ValueType.zset) return new SortedSetOperand(sortedSets, entry);
  return type === ValueType.set ? new SetOperand(sets, entry) : undefined;
}
