/** Command benches whose memory runs out where a test wants it. */
import { Purpose } from '../../../src/memory/arena.ts';
import type { CommandBench } from './command-bench.ts';

const pageBytes = 2 ** 16;

/** Lets the arenas allocate `left` more times, all together. */
export function limitAllocations(bench: CommandBench, left: number): void {
  let remaining = left;
  for (const { arena } of bench.keyspaces) {
    const { tryAlloc } = arena;
    arena.tryAlloc = (bytes, purpose) => (remaining-- > 0 ? tryAlloc.call(arena, bytes, purpose) : 0);
  }
}

/** Fills the first shard's arena but for some pages; returns how to give it back. */
export function fillUp(bench: CommandBench, pagesLeft: number): () => void {
  const { arena } = bench.keyspaces[0]!;
  const ballast: number[] = [];
  for (let addr = arena.tryAlloc(pageBytes, Purpose.value); addr !== 0; addr = arena.tryAlloc(pageBytes, Purpose.value)) ballast.push(addr);
  for (const addr of ballast.splice(0, pagesLeft)) arena.free(addr, Purpose.value);
  return () => {
    for (const addr of ballast) arena.free(addr, Purpose.value);
  };
}
