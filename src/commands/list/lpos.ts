/** LPOS: where in a list a value stands. */
import { ValueType } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';

const rankWord = wordBytes('rank');
const countWord = wordBytes('count');
const maxLengthWord = wordBytes('maxlen');
const rankMax = 2n ** 63n - 1n;
const sought = new ListpackValue();

/** What the options say; 0 stands for all matches and for all elements. */
interface Search {
  rank: number;
  count: number | undefined;
  lengthMax: number;
}

export const lpos: ShardCommand = {
  name: 'lpos',
  arity: -3,
  flags: ['readonly'],
  acl: ['list'],
  keys: oneKey('RO access'),
  text: about(
    'list', '6.0.6', 'Tells the indexes of elements that equal a value.', 'LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]',
    'O(N) with N elements compared'),
  place: 'shard',
  execute(call) {
    const search = readSearch(call);
    if (search === undefined) return;
    const entry = findCollection(call, 1, ValueType.list);
    if (entry === wrongTypeEntry) return;
    const found = entry === 0 ? [] : find(call, entry, search);
    if (search.count === undefined) {
      if (found.length === 0) call.reply.nil();
      else call.reply.integer(found[0]!);
      return;
    }
    call.reply.array(found.length);
    for (const index of found) call.reply.integer(index);
  },
};

/** The indexes of the matches that are wanted. */
function find(call: Call, entry: number, { rank, count = 1, lengthMax }: Search): number[] {
  const { lists } = call.keyspaceOf(1);
  const { cursor } = lists;
  const length = lists.length(entry);
  const isForward = rank > 0;
  const compared = lengthMax === 0 ? length : Math.min(lengthMax, length);
  const wanted = count === 0 ? Number.POSITIVE_INFINITY : count;
  const found: number[] = [];
  let skipped = Math.abs(rank) - 1;
  sought.setBytes(call.bytes, call.offset(2), call.length(2));
  lists.seek(entry, isForward ? 0 : length - 1, cursor);
  for (let step = 0; step < compared && found.length < wanted; step++) {
    if (cursor.equals(sought) && skipped-- <= 0) found.push(isForward ? step : length - 1 - step);
    if (isForward) cursor.next();
    else cursor.prev();
  }
  sought.clear();
  return found;
}

/** The options, each checked as it is met; undefined after an error reply. */
function readSearch(call: Call): Search | undefined {
  const search: Search = { rank: 1, count: undefined, lengthMax: 0 };
  for (let i = 3; i < call.argc; i += 2) {
    const error = i + 1 === call.argc ? errors.syntax : readOption(call, i, search);
    if (error === undefined) continue;
    call.fail(error);
    return undefined;
  }
  return search;
}

function readOption(call: Call, i: number, search: Search): string | undefined {
  const number = call.int(i + 1);
  if (call.is(i, rankWord)) {
    search.rank = number;
    return rankError(call, i + 1, number);
  }
  if (call.is(i, countWord)) {
    search.count = number;
    return number >= 0 ? undefined : errors.matchCountNegative;
  }
  if (!call.is(i, maxLengthWord)) return errors.syntax;
  search.lengthMax = number;
  return number >= 0 ? undefined : errors.lengthMaxNegative;
}

function rankError(call: Call, i: number, rank: number): string | undefined {
  if (Number.isNaN(rank)) return errors.notInteger;
  if (rank === 0) return errors.rankZero;
  if (rank === Number.NEGATIVE_INFINITY && call.int64(i)! < -rankMax) return errors.outOfRangeBetween(-rankMax, rankMax);
  return undefined;
}
