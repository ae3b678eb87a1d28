/**
 * Where Tessera answers otherwise than redis-server 7.0.15, on purpose. Every row has its reason, and
 * names the answer we give instead where it is always the same. A row that no longer makes a
 * difference fails the suite, so the list cannot rot.
 */
export interface Difference {
  readonly script: string;
  /** The step's line; a regular expression covers several that differ for one reason. */
  readonly line: string | RegExp;
  readonly reason: string;
  /** Our answer, escaped, without its last CR LF; absent when it varies. */
  readonly answer?: string;
}

const version = 'clients are told 7.4.0 (src/config/version.ts)';
const newerArity = 'the arity of newer versions, -3, lets a command without arguments come to its own check';

export const differences: readonly Difference[] = [
  { script: 'connection', line: /^HELLO( [23]( AUTH default anything.*| setname a .*| SETNAME (me|""))?)?$/, reason: version },
  { script: 'auth', line: /^HELLO [23] AUTH default "secret word"( SETNAME joe)?$/, reason: version },
  {
    script: 'protocol-errors',
    line: '!raw "*1048577\\r\\n"',
    reason: 'a request has at most 1,048,576 arguments; the reference lets one announce two thousand million',
    answer: '-ERR Protocol error: invalid multibulk length\\r\\n<closed>',
  },
  {
    script: 'config',
    line: 'CONFIG SET loglevel loud',
    reason: 'the level nothing, of 7.2, is known and so is named',
    answer:
      "-ERR CONFIG SET failed (possibly related to argument 'loglevel') - argument(s) must be one of the following: debug, verbose, notice, warning, nothing",
  },
  {
    script: 'command',
    line: /^COMMAND (GETKEYS|GETKEYSANDFLAGS) (PING|GET|DBSIZE)$/,
    reason: newerArity,
  },
  {
    script: 'arity',
    line: /^COMMAND (GETKEYS|GETKEYSANDFLAGS) a1$/,
    reason: newerArity,
    answer: '-ERR Invalid command specified',
  },
  { script: 'command', line: 'COMMAND INFO command', reason: newerArity },
  {
    script: 'command',
    line: /^COMMAND INFO (set|getex|GET set)$/,
    reason: 'the notes to a key specification are prose and are left out',
  },
  {
    script: 'command',
    line: /^COMMAND INFO (client|cluster)$/,
    reason: 'has the subcommands of newer versions, and not yet those of the cluster that come with the bus',
  },
  {
    script: 'cluster',
    line: 'CLUSTER SHARDS',
    reason: 'a node that listens with TLS names its tls-port, as newer versions do',
  },
  {
    script: 'command',
    line: 'COMMAND LIST FILTERBY PATTERN "[mp]set*"',
    reason: 'msetex, of 8.4, fits the pattern',
  },
  {
    script: 'lists',
    line: /^OBJECT ENCODING (one|two|shrunk)$/,
    reason: 'a small list is a listpack, as since 7.2',
    answer: '$8\\r\\nlistpack',
  },
  {
    script: 'lists',
    line: 'LPOS l c RANK -9223372036854775808',
    reason: 'a rank whose opposite is no int64 is refused, as since 7.2; the reference takes it for -1',
    answer: '-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
  },
  {
    script: 'sets',
    line: /^OBJECT ENCODING (small|numbers)$/,
    reason: 'few short members are a listpack, as since 7.2',
    answer: '$8\\r\\nlistpack',
  },
  { script: 'stream', line: 'XINFO CONSUMERS s g', reason: 'tells for how long a consumer has been inactive, as 7.2 does' },
  { script: 'stream', line: 'XINFO STREAM s FULL COUNT 7', reason: 'tells when a consumer was active, as 7.2 does' },
];
