/** ZUNION, ZINTER, ZDIFF, their STOREs, and ZINTERCARD. */
import { parseDouble } from '../../base/parse-double.ts';
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { countedKeys, oneKey } from '../key-specs.ts';
import { type Aggregate, countCommon, intersect, subtract, unite } from './combination.ts';
import { findOperands, type Operand } from './operand.ts';
import { beginMembers, replyMember } from './reply-members.ts';
import { sortedSetRow } from './row.ts';
import { makeDraft, storeDraft } from './store.ts';

const weightsWord = wordBytes('weights');
const aggregateWord = wordBytes('aggregate');
const withScoresWord = wordBytes('withscores');
const limitWord = wordBytes('limit');
const aggregates = (['sum', 'min', 'max', 'count'] as const).map((name) => ({ name, word: wordBytes(name) }));

type Operation = 'union' | 'inter' | 'diff';

/** What is done, and by which form of the command. */
interface Combining {
  readonly operation: Operation;
  readonly form: 'reply' | 'store' | 'count';
}

/** What a request asks for. */
interface Request {
  readonly operands: readonly Operand[];
  aggregate: Aggregate;
  hasScores: boolean;
  /** Of a count; 0 for none. */
  limit: number;
}

const syntaxOfScores = '[WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX | COUNT]';
const complexities = {
  union: 'O(N)+O(M*log(M)) with N members of all inputs together, M of the result',
  inter: 'O(N*K)+O(M*log(M)) with N members of the smallest of K inputs, M of the result',
  diff: 'O(N*K)+O(M*log(M)) with N members of the first of K inputs, M of the result',
};

export const zunion = readRow('zunion', 'Returns the union of sorted sets.', 'union', ` ${syntaxOfScores}`);
export const zinter = readRow('zinter', 'Returns the intersection of sorted sets.', 'inter', ` ${syntaxOfScores}`);
export const zdiff = readRow('zdiff', 'Returns the members of the first sorted set that the others do not have.', 'diff', '');
export const zunionstore = storeRow('zunionstore', '2.0.0', 'Stores the union of sorted sets.', 'union', ` ${syntaxOfScores}`);
export const zinterstore = storeRow('zinterstore', '2.0.0', 'Stores the intersection of sorted sets.', 'inter', ` ${syntaxOfScores}`);
export const zdiffstore = storeRow('zdiffstore', '6.2.0', 'Stores the members of the first sorted set that the others do not have.', 'diff', '');

export const zintercard = sortedSetRow('zintercard', {
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  keys: countedKeys('RO access'),
  since: '7.0.0',
  summary: 'Counts the members that all of the sorted sets have.',
  syntax: 'ZINTERCARD numkeys key [key ...] [LIMIT limit]',
  complexity: 'O(N*K) with N members of the smallest of K inputs',
  execute: (call) => combine(call, 1, 'zintercard', { operation: 'inter', form: 'count' }),
});

function readRow(name: string, summary: string, operation: Operation, options: string): ShardCommand {
  return sortedSetRow(name, {
    arity: -3, flags: ['readonly', 'movablekeys'], keys: countedKeys('RO access'), since: '6.2.0', summary,
    syntax: `${name.toUpperCase()} numkeys key [key ...]${options} [WITHSCORES]`, complexity: complexities[operation],
    execute: (call) => combine(call, 1, name, { operation, form: 'reply' }),
  });
}

function storeRow(name: string, since: string, summary: string, operation: Operation, options: string): ShardCommand {
  return sortedSetRow(name, {
    arity: -4, flags: ['write', 'denyoom', 'movablekeys'], keys: [...oneKey('OW update'), ...countedKeys('RO access', 2)], since, summary,
    syntax: `${name.toUpperCase()} destination numkeys key [key ...]${options}`, complexity: complexities[operation],
    execute: (call) => combine(call, 2, name, { operation, form: 'store' }),
  });
}

/** Argument `countAt` is the number of keys. */
function combine(call: Call, countAt: number, name: string, combining: Combining): void {
  const request = readRequest(call, countAt, name, combining);
  if (request === undefined) return;
  const { operation, form } = combining;
  if (form === 'count') {
    call.reply.integer(countCommon(request.operands, request.limit));
  } else if (form === 'store') {
    storeDraft(call, makeDraft(call, 1, (sortedSets, draft) => {
      fill(sortedSets, draft, operation, request);
      sortedSets.settle(draft);
    }));
  } else {
    const draft = makeDraft(call, countAt + 1, (sortedSets, fresh) => fill(sortedSets, fresh, operation, request));
    replyDraft(call, countAt + 1, draft, request.hasScores);
  }
}

function fill(sortedSets: SortedSets, draft: number, operation: Operation, { operands, aggregate }: Request): void {
  sortedSets.createLarge(draft);
  if (operation === 'union') unite(operands, aggregate, sortedSets, draft);
  else if (operation === 'inter') intersect(operands, aggregate, sortedSets, draft);
  else subtract(operands, sortedSets, draft);
}

/** Answers with a draft's members, and frees it. */
function replyDraft(call: Call, i: number, draft: number, hasScores: boolean): void {
  const keyspace = call.keyspaceOf(i);
  const { cursor } = keyspace.sortedSets;
  beginMembers(call, keyspace.sortedSets.length(draft), hasScores);
  for (let on = cursor.moveTo(draft, 0); on; on = cursor.next()) replyMember(call, cursor, hasScores);
  keyspace.discard(draft);
}

/** Undefined after an error reply. */
function readRequest(call: Call, countAt: number, name: string, combining: Combining): Request | undefined {
  const count = call.int(countAt);
  if (Number.isNaN(count)) return refuse(call, errors.notInteger);
  if (count < 1) return refuse(call, errors.inputKeyNeeded(name));
  if (count > call.argc - countAt - 1) return refuse(call, errors.syntax);
  const operands = findOperands(call, countAt + 1, count);
  if (operands === undefined) return undefined;
  const request: Request = { operands, aggregate: 'sum', hasScores: false, limit: 0 };
  for (let i = countAt + 1 + count; i < call.argc;) {
    const behind = readOption(call, i, combining, request);
    if (behind === undefined) return undefined;
    i = behind;
  }
  return request;
}

/** Reads the option at argument `i`; the argument behind it, or undefined after an error reply. */
function readOption(call: Call, i: number, { operation, form }: Combining, request: Request): number | undefined {
  const left = call.argc - i;
  const hasScoring = operation !== 'diff' && form !== 'count';
  if (hasScoring && left > request.operands.length && call.is(i, weightsWord)) return readWeights(call, i, request);
  if (hasScoring && left > 1 && call.is(i, aggregateWord)) return readAggregate(call, i, request);
  if (form === 'reply' && call.is(i, withScoresWord)) {
    request.hasScores = true;
    return i + 1;
  }
  if (form === 'count' && left > 1 && call.is(i, limitWord)) return readLimit(call, i, request);
  return refuse(call, errors.syntax);
}

function readWeights(call: Call, i: number, { operands }: Request): number | undefined {
  for (const [at, operand] of operands.entries()) {
    operand.weight = parseDouble(call.bytes, call.offset(i + 1 + at), call.length(i + 1 + at));
    if (Number.isNaN(operand.weight)) return refuse(call, errors.weightNotFloat);
  }
  return i + 1 + operands.length;
}

function readAggregate(call: Call, i: number, request: Request): number | undefined {
  const aggregate = aggregates.find(({ word }) => call.is(i + 1, word));
  if (aggregate === undefined) return refuse(call, errors.syntax);
  request.aggregate = aggregate.name;
  return i + 2;
}

function readLimit(call: Call, i: number, request: Request): number | undefined {
  request.limit = call.int(i + 1);
  return request.limit >= 0 ? i + 2 : refuse(call, errors.limitNegative);
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
