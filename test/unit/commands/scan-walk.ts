/** Walks of HSCAN, SSCAN and ZSCAN from the first cursor to the last. */
import type { CommandBench } from './command-bench.ts';

/**
 * The elements of a whole walk by `command` (as `ZSCAN key`), whose replies have `stride` words for each; `between` runs
 * after each page.
 */
export function scanAll(bench: CommandBench, command: string, stride: number, options: string, between: () => void = () => {}): string[] {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, page] = bench.read(`${command} ${cursor} ${options}`) as [string, string[]];
    found.push(...page.filter((_, i) => i % stride === 0));
    cursor = next;
    between();
  } while (cursor !== '0');
  return found;
}
