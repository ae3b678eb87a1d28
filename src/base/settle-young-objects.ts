/**
 * Has the garbage collector move what the start of a thread has left to its old objects, now rather than in the first
 * busy moment: copying a few megabytes then would hold up that thread's commands for 10 to 20 ms.
 */

/** Together twice what a fresh young generation holds. */
const pieceCount = 128;
const pieceLength = 8192;

export function settleYoungObjects(): void {
  const piece = Array.from({ length: pieceLength }, (_, i) => i);
  const newest = [piece];
  for (let i = 0; i < pieceCount; i++) newest[0] = piece.slice();
}
