/** Error replies of the CLUSTER commands that protocol/errors.ts does not have, in the words of Redis 7.0. */
export const setSlotOnReplica = 'ERR Please use SETSLOT only with masters.';
export const targetNotPrimary = 'ERR Target node is not a master';
export const notPrimary = 'ERR The specified node is not a master';

/** `reason`: the system's words, such as 'No space left on device'. */
export function saveFailed(reason: string): string {
  return `ERR error saving the cluster node config: ${reason}`;
}
