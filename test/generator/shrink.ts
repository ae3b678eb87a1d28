/**
 * Makes a failing list of commands short: removes ever smaller parts as long as what is left still fails
 * (delta debugging; Zeller and Hildebrandt, 2002).
 */

/** A shortest list this way that still `fails`, at the cost of at most `attemptsMax` trials. */
export async function shrink<T>(items: readonly T[], fails: (items: readonly T[]) => Promise<boolean>, attemptsMax = 2000): Promise<readonly T[]> {
  let current = items;
  let attempts = 0;
  for (let size = Math.ceil(items.length / 2); size >= 1; ) {
    let removed = false;
    for (let from = 0; from < current.length && attempts < attemptsMax; ) {
      const shorter = current.toSpliced(from, size);
      attempts++;
      if (shorter.length < current.length && (await fails(shorter))) {
        current = shorter;
        removed = true;
      } else from += size;
    }
    if (size === 1 && !removed) break;
    size = size === 1 ? 1 : Math.floor(size / 2);
    if (attempts >= attemptsMax) break;
  }
  return current;
}
