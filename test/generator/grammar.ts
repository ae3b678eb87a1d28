/**
 * Random commands: mostly sound ones, some with options that do not go together or arguments too few or too many.
 * Strings and keys are the general family, below; each other family has a file of its own, grammar-NAME.ts, and a
 * line in `families`. What is never sent, and how replies may differ, is in differences.ts.
 */
import { bitmap } from './grammar-bitmap.ts';
import { stream } from './grammar-stream.ts';
import { geo } from './grammar-geo.ts';
import { hyperloglog } from './grammar-hyperloglog.ts';
import { sort } from './grammar-sort.ts';
import { sortedSet } from './grammar-sorted-set.ts';
import { list } from './grammar-list.ts';
import { isAvoided } from './judge.ts';
import type { Pick } from './pick.ts';
import { hashProductions } from './grammar-hash.ts';
import { setProductions } from './grammar-set.ts';
import { row } from './production.ts';
import type { Production } from './production.ts';

/** Words in latin1, the command's name first. */
export type Command = readonly string[];

const general: readonly Production[] = [
  row(30, (p) => ['SET', p.key(), p.value(), ...setOptions(p)]),
  row(12, (p) => ['GET', p.key()]),
  row(3, (p) => ['GETSET', p.key(), p.value()]),
  row(3, (p) => ['GETDEL', p.key()]),
  row(6, (p) => ['GETEX', p.key(), ...getexOptions(p)]),
  row(3, (p) => ['SETNX', p.key(), p.value()]),
  row(2, (p) => ['SETEX', p.key(), p.secondsFromNow(), p.value()]),
  row(2, (p) => ['PSETEX', p.key(), p.millisecondsFromNow(), p.value()]),
  row(6, (p) => ['MGET', ...p.keys(6)]),
  row(6, (p) => ['MSET', ...pairs(p, 5)]),
  row(4, (p) => ['MSETNX', ...pairs(p, 3)]),
  row(8, (p) => ['APPEND', p.key(), p.value()]),
  row(3, (p) => ['STRLEN', p.key()]),
  row(4, (p) => [p.of(['GETRANGE', 'SUBSTR']), p.key(), p.integer(), p.integer()]),
  row(5, (p) => ['SETRANGE', p.key(), offset(p), p.value()]),
  row(6, (p) => ['SET', p.integerKey(), p.integer()]),
  row(3, (p) => ['SET', p.floatKey(), p.float()]),
  row(7, (p) => [p.of(['INCR', 'DECR']), p.integerKey()]),
  row(9, (p) => [p.of(['INCRBY', 'DECRBY']), p.integerKey(), p.integer()]),
  row(9, (p) => ['INCRBYFLOAT', p.floatKey(), p.float()]),
  row(2, (p) => ['LCS', p.key(), p.key(), ...lcsOptions(p)]),
  row(6, (p) => [p.of(['DEL', 'UNLINK']), ...p.keys(4)]),
  row(4, (p) => [p.of(['EXISTS', 'TOUCH']), ...p.keys(5)]),
  row(2, (p) => ['TYPE', p.key()]),
  row(5, (p) => [p.of(['RENAME', 'RENAMENX']), p.key(), p.key()]),
  row(5, (p) => ['COPY', p.key(), p.key(), ...copyOptions(p)]),
  row(2, (p) => ['MOVE', p.key(), p.database()]),
  row(1, (p) => ['SWAPDB', p.database(), p.database()]),
  row(2, (p) => ['SELECT', p.database()]),
  row(10, (p) => expiry(p)),
  row(4, (p) => ['PERSIST', p.key()]),
  row(6, (p) => [p.of(['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']), p.key()]),
  row(5, (p) => ['OBJECT', 'ENCODING', p.key()]),
  row(1, (p) => ['OBJECT', p.of(['FREQ', 'NOSUCH']), p.key()]),
  row(2, (p) => ['KEYS', p.pattern()]),
  row(2, () => ['DBSIZE']),
  row(1, () => ['RANDOMKEY']),
  row(1, (p) => ['ECHO', p.value()]),
  row(1, (p) => ['COMMAND', 'GETKEYS', ...p.of(general.slice(0, 25)).produce(p)]),
  row(0.1, (p) => [p.of(['FLUSHDB', 'FLUSHALL']), ...p.of([[], ['ASYNC'], ['SYNC']])]),
];

/** By name. A family whose productions change needs a new recording: `node test/generator/record.ts NAME`. */
export const families: Readonly<Record<string, readonly Production[]>> = {
  general,
  bitmap,
  stream,
  geo,
  hyperloglog,
  set: setProductions,
  hash: hashProductions,
  sort,
  'sorted-set': sortedSet,
  list,
};

/** Productions to choose from, and the sum of their weights. */
export interface Grammar {
  readonly productions: readonly Production[];
  readonly weightSum: number;
}

/** The grammar of everything; or that of one family, half of whose commands are general ones. */
export function grammarOf(family?: string): Grammar {
  if (family === undefined) return grammar(Object.values(families).flat());
  const own = families[family];
  if (own === undefined) throw new Error(`no such family: ${family}`);
  if (own === general) return grammar(general);
  const share = sumOfWeights(own) / sumOfWeights(general);
  return grammar([...own, ...general.map(({ weight, produce }) => row(weight * share, produce))]);
}

/** The next random command that may be sent. */
export function randomCommand(pick: Pick, choices: Grammar): Command {
  for (;;) {
    const command = anyCommand(pick, choices);
    if (!isAvoided(command)) return command;
  }
}

function anyCommand(pick: Pick, { productions, weightSum }: Grammar): Command {
  let at = (pick.below(2 ** 32) / 2 ** 32) * weightSum;
  const chosen = productions.find(({ weight }) => (at -= weight) < 0) ?? productions[0]!;
  const words = chosen.produce(pick);
  if (pick.chance(0.01)) words.pop();
  if (pick.chance(0.01)) words.push(pick.value());
  if (words.length > 0 && pick.chance(0.05)) words[0] = words[0]!.toLowerCase();
  return words.length === 0 ? ['PING'] : words;
}

function grammar(productions: readonly Production[]): Grammar {
  return { productions, weightSum: sumOfWeights(productions) };
}

function sumOfWeights(productions: readonly Production[]): number {
  return productions.reduce((sum, { weight }) => sum + weight, 0);
}

function pairs(pick: Pick, countMax: number): string[] {
  return pick.keys(countMax).flatMap((key) => [key, pick.value()]);
}

function setOptions(pick: Pick): string[] {
  if (pick.chance(0.4)) return [];
  const words: string[] = [];
  if (pick.chance(0.3)) words.push(pick.of(['NX', 'XX', 'nx', 'Xx']));
  if (pick.chance(0.3)) words.push('GET');
  if (pick.chance(0.5)) words.push(...timeOption(pick));
  if (pick.chance(0.2)) words.push('KEEPTTL');
  if (pick.chance(0.03)) words.push(pick.of(['NX', 'XX', 'PERSIST', 'FOO', '', 'EX']));
  return pick.chance(0.2) ? words.toReversed() : words;
}

function getexOptions(pick: Pick): string[] {
  if (pick.chance(0.3)) return [];
  return pick.chance(0.3) ? [pick.of(['PERSIST', 'persist', 'KEEPTTL', 'FOO'])] : timeOption(pick);
}

function timeOption(pick: Pick): string[] {
  switch (pick.below(4)) {
    case 0:
      return ['EX', pick.secondsFromNow()];
    case 1:
      return ['PX', pick.millisecondsFromNow()];
    case 2:
      return ['EXAT', pick.unixSeconds()];
    default:
      return ['PXAT', pick.unixMilliseconds()];
  }
}

function expiry(pick: Pick): string[] {
  const name = pick.of(['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT']);
  const times = {
    EXPIRE: () => pick.secondsFromNow(),
    PEXPIRE: () => pick.millisecondsFromNow(),
    EXPIREAT: () => pick.unixSeconds(),
    PEXPIREAT: () => pick.unixMilliseconds(),
  };
  const words = [name, pick.key(), times[name as keyof typeof times]()];
  while (pick.chance(0.35)) words.push(pick.of(['NX', 'XX', 'GT', 'LT', 'gt', 'FOO']));
  return words;
}

function copyOptions(pick: Pick): string[] {
  const words: string[] = [];
  if (pick.chance(0.2)) words.push('DB', pick.database());
  if (pick.chance(0.5)) words.push('REPLACE');
  if (pick.chance(0.03)) words.push(pick.of(['FOO', 'DB']));
  return words;
}

function lcsOptions(pick: Pick): string[] {
  const words: string[] = [];
  if (pick.chance(0.3)) words.push('LEN');
  if (pick.chance(0.4)) words.push('IDX');
  if (pick.chance(0.2)) words.push('MINMATCHLEN', pick.integer());
  if (pick.chance(0.2)) words.push('WITHMATCHLEN');
  return words;
}

function offset(pick: Pick): string {
  return pick.chance(0.8) ? String(pick.below(120)) : pick.of(['-1', '536870912', '9223372036854775807', '4294967296', 'abc', '', '0']);
}
