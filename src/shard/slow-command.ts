/** What the slow log and the latency monitor are told of a command. */
import { Setting } from '../channel/control.ts';
import type { Call } from '../commands/call.ts';

/** A command slower than the threshold of the slow log or the latency monitor, on its way to the door. */
export interface SlowCommand {
  readonly kind: 'slow';
  readonly id: number;
  /** Which of the two it has reached. */
  readonly isForSlowLog: boolean;
  readonly isForMonitor: boolean;
  readonly atMs: number;
  readonly us: number;
  /** The first arguments, each cut to a length that is enough for the slow log. */
  readonly args: readonly Uint8Array[];
  readonly lengths: readonly number[];
  readonly argc: number;
  /** Position of the client among the door's sessions. */
  readonly connection: number;
}

/** Copied of a slow command: beyond the defaults of slowlog-entry-max-argc and slowlog-entry-max-string-len. */
const maxSlowArguments = 128;
const maxSlowArgumentBytes = 1024;

/** The report of the command that `call` has just executed in `us` microseconds. */
export function slowCommand(call: Call, us: number): SlowCommand {
  const args: Uint8Array[] = [];
  const lengths: number[] = [];
  for (let i = 0; i < call.argc && i < maxSlowArguments; i++) {
    args.push(call.bytes.slice(call.offset(i), call.offset(i) + Math.min(call.length(i), maxSlowArgumentBytes)));
    lengths.push(call.length(i));
  }
  const { settings } = call.control;
  const latencyMs = settings[Setting.latencyThresholdMs]!;
  return {
    kind: 'slow', id: call.id, isForSlowLog: settings[Setting.slowerThanUs]! >= 0 && us >= settings[Setting.slowerThanUs]!,
    isForMonitor: latencyMs > 0 && us >= latencyMs * 1000, atMs: call.nowMs, us, args, lengths, argc: call.argc, connection: call.connection,
  };
}
