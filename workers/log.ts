/** The entry of the log thread: one long task of a pool of one. */
import { runLogThread, type LogTask } from '../src/persistence/log-thread.ts';

export default function run(task: LogTask): void {
  runLogThread(task);
}
