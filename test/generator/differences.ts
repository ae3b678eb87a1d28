/**
 * Where Tessera differs from redis-server 7.0.15 on purpose, or where two servers cannot be compared: all that the
 * generator of random commands takes into account, each with its reason. judge.ts reads it.
 *
 *   replies   how the replies to a command may differ; whatever is not here is equal to the byte
 *   avoided   commands that are never sent: the grammars make them, and they are drawn again
 *   leftOut   commands and options that no grammar makes
 *   apart     keys that hold values of one form only, for the sake of something above
 *   before    what both servers are told before an episode
 *   dumps     what a serialized value may lose
 *
 * Tests hold that every reply here has differed, every avoided command has been made, and that whatever is left out
 * exists and is made nowhere (generator.test.ts, differences.test.ts).
 */
import type { Rule } from '../conformance/script.ts';
import type { Command } from './grammar.ts';

export interface Difference {
  readonly commands: readonly string[];
  /** Of the command's words, as they are and in upper case; without it, every call. */
  readonly when?: (words: Command, upper: Command) => boolean;
  readonly reason: string;
}

export interface ReplyDifference extends Difference {
  readonly rule: Rule;
}

export interface LeftOut {
  /** `COMMAND`, `CONTAINER SUBCOMMAND` or `COMMAND OPTION`. */
  readonly what: readonly string[];
  readonly reason: string;
}

export const apart = {
  names: { keys: ['x0', '{t}x'], reason: 'sorted sets whose members all have score 0: of others a range of names is undefined' },
  meridian: { keys: ['y0', '{t}y'], longitude: '0.5', reason: 'members on one meridian, between which a distance needs no sine' },
  distances: { keys: ['d0', '{t}d'], reason: 'distances that were stored, of members on one meridian only' },
  sortedSets: { keys: ['ss0', '{t}ss'], reason: 'sets that are sorted, which no other family gives elements that tie' },
  sortedScores: { keys: ['sz0', '{t}sz'], reason: 'sorted sets that are sorted, which no other family gives elements that tie' },
  sortedLists: { keys: ['sl0', 'sl1', '{t}sl'], reason: 'lists that are sorted; what SORT stores comes here too' },
} as const;

export const before = {
  commands: [['DEBUG', 'SET-ACTIVE-EXPIRE', 0]],
  reason: "when keys that nobody asks for go is each server's affair, and DBSIZE would tell",
} as const;

/** A time to live is at least so long, and a point in time past or not before this one, so that none is over before the data are compared. */
export const soonMs = 100_000_000;
export const farUnixSeconds = 4_102_444_800;
const longAgoUnixSeconds = 1_577_836_800;

export const dumps = {
  reason: 'a sorted set that was large and is small again comes back compact from both, and its -0 as 0',
} as const;

const numbers: Rule = { kind: 'numbers' };
const unordered: Rule = { kind: 'unordered' };
const shape: Rule = { kind: 'shape' };
const tableOrder = "elements come in the order of the server's own table";
const chance = "what chance takes is each server's own; only types and counts are the same";
const digits = 'doubles are printed as servers since 7.2 do, with the fewest digits; the reference prints 17';
const clocks = 'clocks run on between the two servers';

export const replies: readonly ReplyDifference[] = [
  { commands: ['TTL', 'EXPIRETIME'], rule: { kind: 'about', tolerance: 30 }, reason: clocks },
  { commands: ['PTTL', 'PEXPIRETIME'], rule: { kind: 'about', tolerance: 30_000 }, reason: clocks },
  { commands: ['XPENDING'], when: (words) => words.length > 3, rule: { kind: 'about', tolerance: 30_000 }, reason: `${clocks}, and so idle times differ` },
  { commands: ['KEYS'], rule: unordered, reason: "keys come in the order of the server's own tables" },
  { commands: ['RANDOMKEY'], rule: shape, reason: chance },
  {
    commands: ['OBJECT'],
    when: (_, upper) => upper[1] === 'ENCODING',
    rule: { kind: 'encoding' },
    reason: 'small lists and sets are listpacks since 7.2, and what is copied or stored takes the compact form if it fits',
  },
  { commands: ['SMEMBERS', 'SINTER', 'SUNION', 'SDIFF', 'SSCAN', 'SPOP'], rule: unordered, reason: tableOrder },
  { commands: ['SRANDMEMBER'], rule: shape, reason: chance },
  { commands: ['HGETALL', 'HSCAN'], rule: { kind: 'pairs' }, reason: tableOrder },
  { commands: ['HKEYS', 'HVALS'], rule: unordered, reason: tableOrder },
  { commands: ['HRANDFIELD'], rule: shape, reason: chance },
  { commands: ['ZADD', 'ZINCRBY', 'ZSCORE', 'ZMSCORE', 'ZPOPMIN', 'ZPOPMAX', 'ZMPOP'], rule: numbers, reason: digits },
  { commands: ['ZRANGE', 'ZREVRANGE', 'ZRANGEBYSCORE', 'ZREVRANGEBYSCORE', 'ZUNION', 'ZINTER', 'ZDIFF'], rule: numbers, reason: digits },
  { commands: ['ZRANDMEMBER'], rule: shape, reason: chance },
  { commands: ['ZSCAN'], rule: { kind: 'scored' }, reason: `${tableOrder}; ${digits}` },
  {
    commands: ['SORT', 'SORT_RO'],
    when: (words, upper) => isIn(apart.sortedSets.keys, words[1]) && isUnsorted(upper),
    rule: unordered,
    reason: `BY nosort leaves a set as it is: ${tableOrder}`,
  },
  {
    commands: ['SORT', 'SORT_RO'],
    rule: { kind: 'defect', reply: "-ERR One or more scores can't be converted into double\r\n" },
    reason: 'the reference does not reset errno before it reads a weight, so that after any number out of range, anywhere, it refuses sound ones',
  },
];

const tie = "equal elements stay in the order of the server's own table";
const noEnd = 'a member may be drawn again, so that the reply would have no end';
const rest = "what is left of a walk, and where it goes on, is each server's own";

export const avoided: readonly Difference[] = [
  {
    commands: ['COMMAND'],
    when: (words) => words.length < 4,
    reason: 'how few words GETKEYS wants has changed: the arity of newer versions is -3, and that of some commands is less',
  },
  { commands: ['SPOP'], when: (words) => words.length === 2 || isBetween(words[2], 1, 10_000), reason: 'the servers would take different members, and go on with different data' },
  { commands: ['SRANDMEMBER', 'HRANDFIELD'], when: (words) => words.length === 3 && isBetween(words[2], -(2 ** 63) + 1, -10_000), reason: noEnd },
  { commands: ['HRANDFIELD'], when: (words) => words.length === 4 && isBetween(words[2], -(2 ** 62), -10_000), reason: noEnd },
  { commands: ['ZRANDMEMBER'], when: (words) => isBetween(words[2], words.length > 3 ? -(2 ** 62) : -(2 ** 63) + 1, -10_000), reason: noEnd },
  { commands: ['ZRANK', 'ZREVRANK'], when: (words) => words.length > 3, reason: 'one more word means something since 7.2, or is a syntax error; before, the command had too many' },
  {
    commands: ['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT', 'SETEX', 'PSETEX', 'SET', 'GETEX'],
    when: (words, upper) => isSoonOver(words, upper),
    reason: 'the time may be over before the data are compared',
  },
  { commands: ['LPOS'], when: (words) => words.includes('-9223372036854775808'), reason: 'a rank whose opposite is no int64 is refused since 7.2; the reference takes it for -1' },
  { commands: ['SETBIT', 'BITFIELD'], when: (words) => words.some((word) => isBetween(word, 2 ** 24, 2 ** 32 - 1)), reason: 'a string of hundreds of megabytes, to be compared at every end' },
  { commands: ['HSCAN', 'SSCAN', 'ZSCAN'], when: (words) => /^-?0*[1-9]\d*$/.test(words[2] ?? ''), reason: rest },
  { commands: ['HSCAN', 'SSCAN', 'ZSCAN'], when: (_, upper) => !upper.includes('COUNT'), reason: rest },
  {
    commands: ['ZRANGEBYLEX', 'ZREVRANGEBYLEX', 'ZLEXCOUNT', 'ZREMRANGEBYLEX'],
    when: (words) => !isIn(apart.names.keys, words[1]),
    reason: apart.names.reason,
  },
  { commands: ['ZRANGE'], when: (words, upper) => upper.includes('BYLEX') && !isIn(apart.names.keys, words[1]), reason: apart.names.reason },
  { commands: ['ZRANGESTORE'], when: (words, upper) => upper.includes('BYLEX') && !isIn(apart.names.keys, words[2]), reason: apart.names.reason },
  {
    commands: ['GEORADIUS', 'GEORADIUSBYMEMBER', 'GEOSEARCHSTORE'],
    when: (words, upper) => upper.includes('STOREDIST') && !isOnMeridian(words, upper),
    reason: 'the last bit of a distance depends on the library that computes sines',
  },
  {
    commands: ['SORT', 'SORT_RO'],
    when: (words, upper) => isOfTable(words) && !isUnsorted(upper) && upper.includes('ALPHA') && upper.includes('BY'),
    reason: `weights that are texts may be equal: ${tie}`,
  },
  {
    commands: ['SORT', 'SORT_RO'],
    when: (words, upper) => isIn(apart.sortedSets.keys, words[1]) && upper.includes('ALPHA') && !upper.includes('STORE'),
    reason: `texts are equal if they are so up to a NUL, unless they are stored: ${tie}`,
  },
  {
    commands: ['SORT', 'SORT_RO'],
    when: (words, upper) => isIn(apart.sortedSets.keys, words[1]) && isUnsorted(upper) && upper.includes('LIMIT') && !upper.includes('STORE'),
    reason: "which elements of an unsorted set come first is each server's own",
  },
  {
    commands: ['SORT'],
    when: (_, upper) => upper.includes('STORE') && !upper.includes('ALPHA') && !isUnsorted(upper),
    reason: 'when the reference refuses sound numbers (see replies), it does not store what Tessera stores',
  },
  { commands: ['XADD'], when: (words) => words.includes('*'), reason: 'the id tells the time' },
  { commands: ['XREAD'], when: (words) => words.includes('+'), reason: '+ asks for the last entry since 7.4' },
  { commands: ['XREADGROUP'], when: (words) => words.includes('+'), reason: 'the error for + names it since 7.4' },
  {
    commands: ['XCLAIM'],
    when: (_, upper) => /^92233\d+$/.test(upper[upper.indexOf('RETRYCOUNT') + 1] ?? ''),
    reason: 'one delivery more than the greatest integer is where the counter of the reference turns negative; ours stays',
  },
  {
    commands: ['XAUTOCLAIM'],
    when: (_, upper) => isBetween(upper[upper.indexOf('COUNT') + 1], 2 ** 20, 2 ** 60),
    reason: 'the reference allocates memory for as many ids as it is told, and has an error of its own when there is too little',
  },
  {
    commands: ['SET'],
    when: (words) => /^HYLL.{12}[^\0-\x7f]*[\x40-\x7f]$/s.test(words[2] ?? ''),
    reason: 'a HyperLogLog that ends within an opcode: what the reference reads behind it is left to chance',
  },
];

export const leftOut: readonly LeftOut[] = [
  {
    what: [
      'DELEX', 'DELIFEQ', 'DIGEST', 'INCREX', 'MSETEX', 'LMOVEM', 'SDIFFCARD', 'SUNIONCARD', 'XACKDEL', 'XCFGSET', 'XDELEX', 'XIDMPRECORD', 'XNACK',
      'HEXPIRE', 'HEXPIREAT', 'HEXPIRETIME', 'HGETDEL', 'HGETEX', 'HPERSIST', 'HPEXPIRE', 'HPEXPIREAT', 'HPEXPIRETIME', 'HPTTL', 'HSETEX', 'HTTL',
      'HIMPORT DISCARD', 'HIMPORT DISCARDALL', 'HIMPORT PREPARE', 'HIMPORT SET',
    ],
    reason: 'the reference does not know the command; newer.test.ts and unit tests hold it to its documentation',
  },
  {
    what: [
      'SET IFEQ', 'SET IFNE', 'SET IFDEQ', 'SET IFDNE', 'BITOP DIFF', 'BITOP DIFF1', 'BITOP ANDOR', 'BITOP ONE', 'HSCAN NOVALUES', 'ZINTER COUNT',
      'ZINTERSTORE COUNT', 'ZUNION COUNT', 'ZUNIONSTORE COUNT', 'ZRANK WITHSCORE', 'ZREVRANK WITHSCORE', 'XADD KEEPREF', 'XADD DELREF', 'XADD ACKED',
      'XADD IDMPAUTO', 'XADD IDMP', 'XREAD MAXCOUNT', 'XREAD MAXSIZE', 'XREADGROUP MAXCOUNT', 'XREADGROUP MAXSIZE', 'XREADGROUP CLAIM', 'XTRIM KEEPREF',
      'XTRIM DELREF', 'XTRIM ACKED',
    ],
    reason: 'the reference does not know the option; newer.test.ts and unit tests hold it to its documentation',
  },
  { what: ['DUMP', 'RESTORE', 'RESTORE REPLACE', 'SCAN'], reason: "asked for every key at the end of each episode: forms and cursors are each server's own" },
  { what: ['PFSELFTEST', 'OBJECT HELP'], reason: 'tells nothing of the data; in the conformance scripts' },
  { what: ['XREAD BLOCK', 'XREADGROUP BLOCK'], reason: 'a client that waits would stop the whole pipeline' },
  { what: ['GEORADIUS STOREDIST'], reason: 'its centre is on no meridian exactly, so that the last bit of the distance depends on the library that computes sines' },
  { what: ['OBJECT IDLETIME'], reason: clocks },
  { what: ['OBJECT REFCOUNT'], reason: 'whether the object of an integer is a shared one depends in the reference on how the value came about' },
  { what: ['XINFO CONSUMERS', 'XINFO STREAM FULL'], reason: 'tells when a consumer was active since 7.2' },
];

function isIn(keys: readonly string[], key: string | undefined): boolean {
  return key !== undefined && keys.includes(key);
}

/** Whether a word is an integer within the bounds, both included. */
function isBetween(word: string | undefined, least: number, most: number): boolean {
  if (word === undefined || !/^-?\d+$/.test(word)) return false;
  return Number(word) >= least && Number(word) <= most;
}

/** Of SORT: a value that is kept in a table. */
function isOfTable(words: Command): boolean {
  return isIn(apart.sortedSets.keys, words[1]) || isIn(apart.sortedScores.keys, words[1]);
}

/** Of SORT: with a pattern without *, be it only one of several, which sorts nothing. */
function isUnsorted(upper: Command): boolean {
  return upper.some((word, i) => upper[i - 1] === 'BY' && !word.includes('*'));
}

function isOnMeridian(words: Command, upper: Command): boolean {
  if (upper[0] === 'GEOSEARCHSTORE') return isIn(apart.meridian.keys, words[2]) && !upper.includes('FROMLONLAT');
  return upper[0] === 'GEORADIUSBYMEMBER' && isIn(apart.meridian.keys, words[1]);
}

/** Whether a command sets an expiry that comes while the test runs. */
function isSoonOver(words: Command, upper: Command): boolean {
  const unit = ({ EXPIRE: 'EX', SETEX: 'EX', PEXPIRE: 'PX', PSETEX: 'PX', EXPIREAT: 'EXAT', PEXPIREAT: 'PXAT' } as const)[upper[0]!];
  if (unit !== undefined) return isSoon(unit, Number(words[2]));
  return upper.some((word, i) => isSoon(word, Number(words[i + 1])));
}

function isSoon(unit: string, time: number): boolean {
  const ms = unit.startsWith('E') ? time * 1000 : time;
  if (unit === 'EX' || unit === 'PX') return ms > 0 && ms < soonMs;
  return (unit === 'EXAT' || unit === 'PXAT') && ms > longAgoUnixSeconds * 1000 && ms < farUnixSeconds * 1000;
}
