/**
 * Deletes the keys of slots that went to another node, by commands among those of the clients, so that the logs hear of
 * it and no shard is kept busy for long.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Door } from '../routing/door.ts';
import { encodeRequest } from '../protocol/encode-request.ts';
import { InternalClient } from './internal-client.ts';

const keysPerCommand = 100;
/** After so much work it rests for about as long: clients come first. */
const workMs = 2;

/** `isLost` is asked again before each step: a slot may come back. */
export async function dropSlots(door: Door, slots: readonly number[], isLost: (slot: number) => boolean): Promise<void> {
  const client = new InternalClient(door, { isReplaying: true });
  let restedMs = performance.now();
  try {
    for (const slot of slots) {
      while (isLost(slot)) {
        if (performance.now() - restedMs > workMs) {
          await delay(workMs);
          restedMs = performance.now();
        }
        const keys = (await client.execute(encodeRequest('CLUSTER', 'GETKEYSINSLOT', `${slot}`, `${keysPerCommand}`))) as Buffer[];
        if (keys.length === 0) break;
        await client.execute(encodeRequest('DEL', ...keys));
      }
    }
  } finally {
    client.close();
  }
}
