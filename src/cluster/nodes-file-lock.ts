/**
 * Keeps a second node off nodes.conf: two nodes with one id would each believe themselves to be the other. The file itself
 * is replaced at every change, so the lock is on one beside it.
 */
import { FileLock } from '../base/file-lock.ts';

/** The message is for the operator, in Redis's words. */
export class NodesFileInUseError extends Error {
  override readonly name = 'NodesFileInUseError';
}

/** `configured` is the name as the operator gave it. Throws NodesFileInUseError, or what the system says. */
export function lockNodesFile(path: string, configured: string): FileLock {
  const lock = FileLock.take(`${path}.lock`);
  if (lock !== undefined) return lock;
  throw new NodesFileInUseError(
    `Sorry, the cluster configuration file ${configured} is already used by a different Redis Cluster node. ` +
      'Please make sure that different nodes use different cluster configuration files.',
  );
}
