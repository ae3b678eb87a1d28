/** Nanoseconds of this thread's processor time per operation: other processes disturb it less than they do a clock. */
export function nanosecondsPer(operations: number, work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / operations;
}
