/**
 * What the keyspace and the commands about keys of any type need to know of the values of one type.
 * There is one object for each type and keyspace; all that it knows is in the arena, so a thread that
 * takes the shard over can use its own.
 *
 * An entry's value is at `valueAddress` (entry.ts) and its encoding in the entry's head; both change
 * with the value, the entry's address never does. An entry with value address 0 has no value yet.
 */
export interface ValueKind {
  /** Frees all blocks of the entry's value. */
  free(entry: number): void;
  /** Real size of the blocks of the entry's value. */
  usedBytes(entry: number): number;
  /** About how many blocks the value consists of; at once, and more than 64 where there are many. */
  blockCount(entry: number): number;
  /**
   * Frees about `budget` blocks of a value that nobody sees any more and that is only freed on; true when all is gone.
   * Where a step has ended may be kept in the entry (`freeingPosition` of entry.ts, which is 0 at first).
   */
  freeSome(entry: number, budget: number): boolean;
  /** Number of elements: members, fields, entries. */
  length(entry: number): number;
  /** As OBJECT ENCODING names it. */
  encodingName(entry: number): string;
}
