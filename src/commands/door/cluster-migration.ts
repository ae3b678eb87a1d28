/**
 * Atomic slot migration: CLUSTER MIGRATION as Redis 8.4 has it, sent to the destination; CLUSTER MIGRATESLOTS,
 * GETSLOTMIGRATIONS and CANCELSLOTMIGRATIONS as Valkey 9 has them, sent to the source; and CLUSTER SYNCSLOTS, which
 * nodes say to each other.
 */
import type { Answer, SourceMessage } from '../../cluster/migration/message.ts';
import type { Range } from '../../cluster/migration/ranges.ts';
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import type { JobView } from '../../server/migration/job.ts';
import type { SlotMigrations } from '../../server/migration/slot-migrations.ts';
import type { DoorCommand, FlagName } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { replyMap } from './cluster-replies.ts';

type Handler = (call: DoorCall, migrations: SlotMigrations) => void | Promise<void>;

const admin: readonly FlagName[] = ['admin', 'stale', 'no_async_loading'];
const FIRST = 2;

export const migrationCommands: readonly DoorCommand[] = [
  row('cancelslotmigrations', 2, '9.0.0', 'Cancels the slot migrations from this node.', 'CLUSTER CANCELSLOTMIGRATIONS', cancelExports, 'O(N) with N migrations'),
  row('getslotmigrations', 2, '9.0.0', 'Lists slot migrations that are under way or over.', 'CLUSTER GETSLOTMIGRATIONS', (call, migrations) => replyJobs(call, migrations.views()), 'O(N) with N migrations'),
  row('migrateslots', -4, '9.0.0', 'Moves slots of this node to others.', 'CLUSTER MIGRATESLOTS SLOTSRANGE start-slot end-slot [start-slot end-slot ...] NODE node-id [SLOTSRANGE start-slot end-slot [start-slot end-slot ...] NODE node-id ...]', migrateSlots, 'O(N) with N slots'),
  row('migration', -4, '8.4.0', 'Moves slots of another node to this one, tells how far that is, and cancels it.', 'CLUSTER MIGRATION <IMPORT start-slot end-slot [start-slot end-slot ...] | CANCEL <ID task-id | ALL> | STATUS <[ID task-id] | [ALL]>>', migration, 'O(N) with N slots'),
  { ...row('syncslots', -3, '9.0.0', 'What nodes say to each other about slots that move.', 'CLUSTER SYNCSLOTS word [argument ...]', syncSlots, 'As of the message'), isInternal: true },
];

function row(name: string, arity: number, since: string, summary: string, syntax: string, handler: Handler, complexity: string): DoorCommand {
  return {
    name, arity, flags: admin, acl: [], keys: [], text: { group: 'cluster', since, summary, complexity, syntax }, place: 'door',
    execute(call) {
      const { migrations } = call.server;
      if (migrations === undefined) return call.fail(clusterErrors.clusterDisabled);
      return handler(call, migrations);
    },
  };
}

function cancelExports(call: DoorCall, migrations: SlotMigrations): void {
  if (migrations.cancelExports()) call.reply.ok();
  else call.fail(clusterErrors.noMigrations);
}

function migrateSlots(call: DoorCall, migrations: SlotMigrations): void {
  const failure = migrations.beginExports(wordsFrom(call, FIRST));
  if (failure === undefined) call.reply.ok();
  else call.fail(failure);
}

function migration(call: DoorCall, migrations: SlotMigrations): void {
  const action = call.latin1(FIRST).toLowerCase();
  if (action === 'import') importSlots(call, migrations);
  else if (action === 'cancel' || action === 'status') aboutTasks(call, migrations, action === 'cancel');
  else call.fail(clusterErrors.unknownMigrationArgument);
}

function importSlots(call: DoorCall, migrations: SlotMigrations): void {
  const words = wordsFrom(call, FIRST + 1);
  if (words.length % 2 !== 0) return call.fail(errors.wrongArity('cluster|migration'));
  const ranges = migrations.readRanges(words);
  if (typeof ranges === 'string') return call.fail(ranges);
  const begun = migrations.requestImport(ranges);
  if ('error' in begun) call.fail(begun.error);
  else call.reply.bulkString(begun.id);
  return undefined;
}

function aboutTasks(call: DoorCall, migrations: SlotMigrations, cancels: boolean): void {
  const which = call.latin1(FIRST + 1).toLowerCase();
  if (which !== 'id' && which !== 'all') return call.fail(clusterErrors.unknownMigrationArgument);
  if (call.argc !== (which === 'id' ? FIRST + 3 : FIRST + 2)) return call.fail(errors.wrongArity('cluster|migration'));
  const id = which === 'id' ? call.latin1(FIRST + 2) : undefined;
  if (cancels) call.reply.integer(migrations.cancel(id));
  else replyTasks(call, migrations.views().filter((view) => id === undefined || view.id === id));
  return undefined;
}

function replyTasks({ reply }: DoorCall, views: readonly JobView[]): void {
  reply.array(views.length);
  for (const view of views) {
    replyMap(reply, [
      ['id', view.id], ['slots', shown(view.ranges)], ['source', view.sourceId], ['dest', view.targetId],
      ['operation', view.operation === 'import' ? 'import' : 'migrate'], ['state', view.state.redis], ['last_error', view.failure],
      ['retries', view.retries], ['create_time', view.createdMs], ['start_time', view.startedMs], ['end_time', view.endedMs],
      ['write_pause_ms', view.pausedMs],
    ]);
  }
}

function replyJobs({ reply }: DoorCall, views: readonly JobView[]): void {
  reply.array(views.length);
  for (const view of views) {
    replyMap(reply, [
      ['name', view.id], ['operation', view.operation === 'import' ? 'IMPORT' : 'EXPORT'], ['slot_ranges', shown(view.ranges)],
      ['target_node', view.targetId], ['source_node', view.sourceId], ['create_time', seconds(view.createdMs)],
      ['last_update_time', seconds(view.updatedMs)], ['last_ack_time', seconds(view.heardMs)], ['state', view.state.valkey],
      // Nothing is forked, so nothing is copied on write.
      ['message', view.failure], ['cow_size', 0],
    ]);
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function shown(ranges: readonly Range[]): string {
  return ranges.map(({ start, end }) => `${start}-${end}`).join(' ');
}

/**
 * CLUSTER SYNCSLOTS word task …; see server/migration/migration-link.ts. What it leads to, such as executing commands of
 * the other node, begins once the door is through with this command.
 */
async function syncSlots(call: DoorCall, migrations: SlotMigrations): Promise<void> {
  call.keepArguments();
  await Promise.resolve();
  const answer = await answerTo(call, migrations);
  if (answer === undefined) call.fail(errors.syntax);
  else if (answer.kind === 'aborted') call.fail(`ABORTED ${answer.reason}`);
  else call.reply.simple(answer.kind === 'taken' ? `TAKEN ${answer.epoch}` : 'OK');
}

async function answerTo(call: DoorCall, migrations: SlotMigrations): Promise<Answer | undefined> {
  if (call.argc < FIRST + 2) return undefined;
  const word = call.latin1(FIRST).toLowerCase();
  const id = call.latin1(FIRST + 1);
  if (word === 'data' && call.argc === FIRST + 4) return await migrations.apply(id, call.int(FIRST + 2), call.bytes(FIRST + 3));
  if (word === 'establish' || word === 'request') {
    const ranges = migrations.readRanges(wordsFrom(call, FIRST + 3));
    if (typeof ranges === 'string' || ranges.length === 0) return undefined;
    if (word === 'establish') return await migrations.establish(call.session, id, call.latin1(FIRST + 2), ranges);
    const failure = migrations.requested(id, call.latin1(FIRST + 2), ranges);
    return failure === undefined ? { kind: 'ok' } : { kind: 'aborted', reason: failure };
  }
  const message = messageOf(call, word);
  return message === undefined ? undefined : await migrations.receive(call.session, id, message);
}

function messageOf(call: DoorCall, word: string): SourceMessage | undefined {
  if (word === 'sync' || word === 'outcome' || word === 'done' || word === 'alive') return { kind: word };
  if (call.argc < FIRST + 3) return undefined;
  const argument = call.latin1(FIRST + 2);
  if (word === 'take' && /^\d{1,20}$/.test(argument)) return { kind: 'take', epoch: BigInt(argument) };
  return word === 'abort' ? { kind: 'abort', reason: argument } : undefined;
}

function wordsFrom(call: DoorCall, first: number): string[] {
  return Array.from({ length: call.argc - first }, (_, i) => call.latin1(first + i));
}
