/** LCS: the longest common subsequence of two strings; absent keys are empty ones. */
import { Setting } from '../../channel/control.ts';
import { ValueType, typeOf, valueLength, valueOffset } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { type LcsRange, type LcsResult, lcs as findLcs } from '../../structures/lcs.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { keyRange } from '../key-specs.ts';
import { CommandOptions } from '../options.ts';

const options = new CommandOptions();
const lengthOnly = options.flag('len');
const asRanges = options.flag('idx');
const minMatchLength = options.integer('minmatchlen');
const withLengths = options.flag('withmatchlen');

const failures: Readonly<Record<Exclude<LcsResult['kind'], 'found'>, string>> = {
  'string-too-long': errors.lcsStringTooLong,
  'table-too-large': errors.lcsTooLarge,
  'out-of-memory': errors.lcsOutOfMemory,
};

interface Text {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

export const lcs: ShardCommand = {
  name: 'lcs',
  arity: -3,
  flags: ['readonly'],
  acl: ['string'],
  keys: keyRange('RO access', 1, 2),
  text: {
    group: 'string', since: '7.0.0', summary: 'Finds the longest common subsequence of two string values.',
    complexity: 'O(N*M) where N and M are the lengths of s1 and s2, respectively',
    syntax: 'LCS key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]',
  },
  place: 'shard',
  execute(call) {
    const [a, b] = [textAt(call, 1), textAt(call, 2)];
    if (a === undefined || b === undefined) return call.fail(errors.lcsNotStrings);
    if (!options.read(call, 3)) return;
    if (lengthOnly.at !== 0 && asRanges.at !== 0) return call.fail(errors.lcsLengthAndIndexes);
    const result = findLcs(a.bytes, a.offset, a.length, b.bytes, b.offset, b.length, {
      walk: lengthOnly.at === 0,
      minMatchLength: minMatchLength.at === 0 ? 0 : call.int(minMatchLength.at),
      tableBytesMax: call.control.settings[Setting.maxBulkBytes]!,
    });
    if (result.kind !== 'found') return call.fail(failures[result.kind]);
    if (asRanges.at !== 0) replyRanges(call, result.ranges, result.length);
    else if (lengthOnly.at !== 0) call.reply.integer(result.length);
    else call.reply.bulk(result.bytes, 0, result.bytes.length);
  },
};

/** The string of key argument `i`, or undefined if the key holds something else. */
function textAt(call: Call, i: number): Text | undefined {
  const entry = call.findForRead(i);
  const { arena } = call.keyspaceOf(i);
  if (entry === 0) return { bytes: call.bytes, offset: 0, length: 0 };
  if (typeOf(arena, entry) !== ValueType.string) return undefined;
  return { bytes: arena.u8, offset: valueOffset(arena, entry), length: valueLength(arena, entry) };
}

function replyRanges({ reply }: Call, ranges: readonly LcsRange[], length: number): void {
  reply.map(2);
  reply.bulkLatin1('matches');
  reply.array(ranges.length);
  for (const range of ranges) {
    reply.array(withLengths.at !== 0 ? 3 : 2);
    replyEnds(reply, range.aStart, range.aEnd);
    replyEnds(reply, range.bStart, range.bEnd);
    if (withLengths.at !== 0) reply.integer(range.length);
  }
  reply.bulkLatin1('len');
  reply.integer(length);
}

function replyEnds(reply: Call['reply'], start: number, end: number): void {
  reply.array(2);
  reply.integer(start);
  reply.integer(end);
}
