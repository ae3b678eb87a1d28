/** The entry of a shard's thread: one long task of a pool of one. */
import { ShardThread, type ShardTask } from '../src/shard/shard-thread.ts';

export default function run(task: ShardTask): Promise<void> {
  return new ShardThread(task).run();
}
