/** DEBUG SLEEP: keeps every shard busy, or one of them. */
import { wordBytes } from '../../../protocol/ascii.ts';
import * as errors from '../../../protocol/errors.ts';
import type { Call } from '../../call.ts';
import type { RequestArguments } from '../../command.ts';
import { shardPart } from './debug-row.ts';

const shardWord = wordBytes('shard');
/** Nobody else knows it, so a wait on it ends with its time only. */
const ownWord = new Int32Array(new SharedArrayBuffer(4));

export const sleep = shardPart('sleep', [3, 5], execute, shardOf);

function shardOf(request: RequestArguments, shardCount: number): number {
  if (request.argc === 3) return -1;
  const shard = Number(request.text(4));
  return Number.isInteger(shard) && shard >= 0 && shard < shardCount ? shard : 0;
}

function execute(call: Call): void {
  if (call.argc === 4 || (call.argc === 5 && !call.is(3, shardWord))) return call.fail(errors.subcommandSyntax(call.latin1(1), 'DEBUG'));
  if (call.argc === 5 && !(call.int(4) >= 0 && call.int(4) < call.shardCount)) return call.fail(errors.noSuchShard);
  const seconds = Number.parseFloat(call.latin1(2));
  if (seconds > 0) Atomics.wait(ownWord, 0, 0, seconds * 1000);
  call.reply.ok();
}
