/**
 * Has the garbage collector move what the start of a thread has left to its old objects, now rather than in the first
 * busy moment: copying a few megabytes then would hold up that thread's commands for 10 to 20 ms.
 */

/** Small objects that take twice what a fresh young generation holds. */
const objectCount = 256 * 1024;

export function settleYoungObjects(): void {
  const newest: { serial: number }[] = [];
  for (let serial = 0; serial < objectCount; serial++) newest[0] = { serial };
}
