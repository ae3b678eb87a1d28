/**
 * Every error reply text, in Redis's words to the byte, without the leading '-' and CR LF.
 *
 * Clients and test suites match on these, so no other file but cluster-errors.ts spells one. Constants are replies as
 * they stand; functions fill in names. Text of a request comes in as latin1, one character a byte,
 * and may hold anything: the ReplyWriter makes it safe. Where Redis prints a request's text through
 * a C string it ends at a NUL and after 128 bytes, and so does ours.
 */
const PREVIEW_BYTES = 128;

// Any command

export const syntax = 'ERR syntax error';
export const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const noSuchKey = 'ERR no such key';
export const sameObject = 'ERR source and destination objects are the same';
export const indexOutOfRange = 'ERR index out of range';
export const busyKey = 'BUSYKEY Target key name already exists.';
export const resp2NotSupported = 'ERR RESP2 is not supported by this command';

/** `name` in lower case; of a subcommand with its container: 'client|list'. */
export function wrongArity(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

/** `args`: the words behind the name, as far as Redis quotes them. */
export function unknownCommand(name: string, args: readonly string[]): string {
  let preview = '';
  for (const arg of args) {
    if (preview.length >= PREVIEW_BYTES) break;
    preview += `'${cString(arg, PREVIEW_BYTES - preview.length)}' `;
  }
  return `ERR unknown command '${cString(name)}', with args beginning with: ${preview}`;
}

export function unknownSubcommand(name: string, container: string): string {
  return `ERR unknown subcommand '${cString(name)}'. Try ${container.toUpperCase()} HELP.`;
}

/** For containers that check their subcommands themselves, such as DEBUG. */
export function subcommandSyntax(name: string, container: string): string {
  return `ERR unknown subcommand or wrong number of arguments for '${cString(name)}'. Try ${container.toUpperCase()} HELP.`;
}

// Positions

export const unsupportedUnit = 'ERR unsupported unit provided. please use M, KM, FT, MI';
export const radiusNotNumeric = 'ERR need numeric radius';
export const radiusNegative = 'ERR radius cannot be negative';
export const widthNotNumeric = 'ERR need numeric width';
export const heightNotNumeric = 'ERR need numeric height';
export const boxNegative = 'ERR height or width cannot be negative';
export const verticesNotInteger = 'ERR invalid number of vertices';
export const tooFewVertices = 'ERR GEOSEARCH BYPOLYGON must have at least 3 vertices';
export const memberNotDecoded = 'ERR could not decode requested zset member';
export const geoCountNotPositive = 'ERR COUNT must be > 0';
export const anyNeedsCount = 'ERR the ANY argument requires COUNT argument';

/** Numbers with six decimals. */
export function invalidPosition(longitude: string, latitude: string): string {
  return `ERR invalid longitude,latitude pair ${longitude},${latitude}`;
}

/** `what`: 'GEOSEARCHSTORE' or 'STORE option in GEORADIUS'. */
export function storesNoDetails(what: string): string {
  return `ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`;
}

/** `name` as the client wrote it. */
export function oneCenterNeeded(name: string): string {
  return `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`;
}

export function oneShapeNeeded(name: string): string {
  return `ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`;
}

// Sorting

export const sortNotDouble = "ERR One or more scores can't be converted into double";

/** `option` is BY or GET. */
export function sortPatternInCluster(option: string): string {
  return `ERR ${option} option of SORT denied in cluster mode when keys formed by the pattern may be in different slots.`;
}

// Numbers

export const notInteger = 'ERR value is not an integer or out of range';
export const notFloat = 'ERR value is not a valid float';
export const outOfRange = 'ERR value is out of range';
export const notPositive = 'ERR value is out of range, must be positive';
export const overflow = 'ERR increment or decrement would overflow';
export const decrementOverflow = 'ERR decrement would overflow';
export const nanOrInfinity = 'ERR increment would produce NaN or Infinity';
export const timeoutNegative = 'ERR timeout is negative';
export const timeoutNotInteger = 'ERR timeout is not an integer or out of range';
export const timeoutOutOfRange = 'ERR timeout is out of range';

/** `min` and `max`: of the C type that Redis reads the argument into. */
export function outOfRangeBetween(min: number | bigint, max: number | bigint): string {
  return `ERR value is out of range, value must between ${min} and ${max}`;
}

/** An integer option with a name of its own, such as INCREX's 'UBOUND'. */
export function namedNotInteger(name: string): string {
  return `ERR ${name} is not an integer or out of range`;
}

export function namedNotFloat(name: string): string {
  return `ERR ${name} is not a valid float`;
}

// Hashes

export const hashValueNotInteger = 'ERR hash value is not an integer';
export const hashValueNotFloat = 'ERR hash value is not a float';
export const infiniteIncrement = 'ERR value is NaN or Infinity';
export const expireNegative = 'ERR invalid expire time, must be >= 0';
export const expireMissing = 'ERR missing expire time';
export const fieldsMissing = 'ERR Mandatory argument FIELDS is missing or not at the right position';
export const fieldsAbsent = 'ERR missing FIELDS argument';
export const fieldsTwice = 'ERR FIELDS keyword specified multiple times';
export const fieldsIncomplete = 'ERR FIELDS requires at least numfields and one field argument';
export const fieldCountNotPositive = 'ERR Number of fields must be a positive integer';
export const numFieldsNotPositive = 'ERR Parameter `numFields` should be greater than 0';
export const invalidFieldCount = 'ERR invalid number of fields';
export const fieldCountMismatch = 'ERR The `numfields` parameter must match the number of arguments';
export const wrongArityAtAll = 'ERR wrong number of arguments';
export const conditionsConflict = 'ERR Multiple condition flags specified';
export const fieldConditionConflict = 'ERR Only one of FXX or FNX arguments can be specified';
export const persistConflict = 'ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified';
export const noFieldset = 'ERR no such fieldset';
export const fieldTwiceInFieldset = 'ERR duplicate field name in fieldset';
export const fieldsetMismatch = 'ERR value count does not match fieldset field count';
export const fieldsetsTooLarge = 'ERR the fieldsets of this connection are too large';
export const keepTtlConflict = 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified';

export function unknownArgument(argument: string): string {
  return `ERR unknown argument: ${cString(argument, Infinity)}`;
}

// Strings

export const stringTooLong = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
export const offsetOutOfRange = 'ERR offset is out of range';
export const lcsNotStrings = 'ERR The specified keys must contain string values';
export const lcsLengthAndIndexes = 'ERR If you want both the length and indexes, please just use IDX.';
export const lcsTooLarge = 'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len';
export const lcsOutOfMemory = 'ERR Insufficient memory, failed allocating transient memory for LCS';
export const lcsStringTooLong = 'ERR String too long for LCS';
export const invalidKeyCount = 'ERR invalid numkeys value';
export const wrongPairCount = 'ERR wrong number of key-value pairs';
export const invalidDigest = 'ERR must be exactly 16 hexadecimal characters';
export const conditionNeedsString = 'ERR Key should be of string type if conditions are specified';
export const invalidCondition = 'ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE';
export const boundsCrossed = "ERR LBOUND can't be greater than UBOUND";
export const enxNeedsExpiry = 'ERR ENX flag requires an expiration';
export const valueInfinite = 'ERR value cannot be Infinity';
export const amountInfinite = 'ERR BYFLOAT increment cannot be Infinity';
export const appliedOverflow = 'ERR applied increment would overflow';
export const appliedInfinite = 'ERR applied increment would be Infinity';

// Lists

export const rankZero = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list";
export const matchCountNegative = "ERR COUNT can't be negative";
export const lengthMaxNegative = "ERR MAXLEN can't be negative";
// Sets

export const keyCountTooLarge = "ERR Number of keys can't be greater than number of args";

// Bits

export const bitOffset = 'ERR bit offset is not an integer or out of range';
export const bitValue = 'ERR bit is not an integer or out of range';
export const bitPosValue = 'ERR The bit argument must be 1 or 0.';
export const bitOpNotSources = 'ERR BITOP NOT must be called with a single source key.';

/** `operation` in upper case. */
export function bitOpSources(operation: string): string {
  return `ERR BITOP ${operation} must be called with at least two source keys.`;
}

export const bitfieldType =
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
export const bitfieldOverflow = 'ERR Invalid OVERFLOW type specified';
export const bitfieldReadOnly = 'ERR BITFIELD_RO only supports the GET subcommand';
export const notHyperLogLog = 'WRONGTYPE Key is not a valid HyperLogLog string value.';
export const corruptHyperLogLog = 'INVALIDOBJ Corrupted HLL object detected';
export const hyperLogLogMissing = 'ERR The specified key does not exist';
export const hyperLogLogNotSparse = 'ERR HLL encoding is not sparse';

// Sorted sets

export const zaddNxXxConflict = 'ERR XX and NX options at the same time are not compatible';
export const zaddGtLtNxConflict = 'ERR GT, LT, and/or NX options at the same time are not compatible';
export const zaddSingleIncrement = 'ERR INCR option supports a single increment-element pair';
export const scoreNotNumber = 'ERR resulting score is not a number (NaN)';
export const scoreBoundNotFloat = 'ERR min or max is not a float';
export const memberBoundInvalid = 'ERR min or max not valid string range item';
export const limitByRank = 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX';
export const scoresByLex = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX';
export const weightNotFloat = 'ERR weight value is not a float';
export const limitNegative = "ERR LIMIT can't be negative";
export const keyCountNotPositive = 'ERR numkeys should be greater than 0';
export const countNotPositive = 'ERR count should be greater than 0';

/** `command` in lower case. */
export function inputKeyNeeded(command: string): string {
  return `ERR at least 1 input key is needed for '${command}' command`;
}

export function hyperLogLogTestFailed(what: string): string {
  return `TESTFAILED ${what}`;
}

export function unknownPfdebug(subcommand: string): string {
  return `ERR Unknown PFDEBUG subcommand '${cString(subcommand, Infinity)}'`;
}

// Keys and expiry

export const invalidCursor = 'ERR invalid cursor';
export const dbIndexOutOfRange = 'ERR DB index is out of range';
export const invalidFirstDb = 'ERR invalid first DB index';
export const invalidSecondDb = 'ERR invalid second DB index';
export const expireNxConflict = 'ERR NX and XX, GT or LT options at the same time are not compatible';
export const expireGtLtConflict = 'ERR GT and LT options at the same time are not compatible';
export const lfuNotSelected =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
export const lfuSelected =
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
export const badDumpPayload = 'ERR DUMP payload version or checksum are wrong';
export const badDumpFormat = 'ERR Bad data format';
export const invalidRestoreTtl = 'ERR Invalid TTL value, must be >= 0';
export const invalidRestoreIdleTime = 'ERR Invalid IDLETIME value, must be >= 0';
export const invalidRestoreFrequency = 'ERR Invalid FREQ value, must be >= 0 and <= 255';

/** `command` in lower case. */
export function invalidExpire(command: string): string {
  return `ERR invalid expire time in '${command}' command`;
}

export function unsupportedOption(option: string): string {
  return `ERR Unsupported option ${cString(option, Infinity)}`;
}

// Protocol: the connection is closed behind these

export const invalidArgumentCount = protocolError('invalid multibulk length');
export const invalidArgumentLength = protocolError('invalid bulk length');
export const strangerArgumentCount = protocolError('unauthenticated multibulk length');
export const strangerArgumentLength = protocolError('unauthenticated bulk length');
export const endlessArgumentCount = protocolError('too big mbulk count string');
export const endlessArgumentLength = protocolError('too big bulk count string');
export const endlessInline = protocolError('too big inline request');
export const unbalancedQuotes = protocolError('unbalanced quotes in request');

/** `byte` stands where an argument's '$' should. */
export function argumentExpected(byte: number): string {
  return protocolError(`expected '$', got '${String.fromCharCode(byte)}'`);
}

function protocolError(reason: string): string {
  return `ERR Protocol error: ${reason}`;
}

// Connections

export const maxClients = 'ERR max number of clients reached';
export const noProto = 'NOPROTO unsupported protocol version';
export const helloProtocolNotInteger = 'ERR Protocol version is not an integer or out of range';
export const clientNameInvalid = 'ERR Client names cannot contain spaces, newlines or special characters.';
export const invalidClientId = 'ERR Invalid client ID';
export const noSuchClient = 'ERR No such client';
export const clientIdNotPositive = 'ERR client-id should be greater than 0';
export const clientUnblockReason = 'ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR';
export const clientPauseMode = 'ERR CLIENT PAUSE mode must be WRITE or ALL';
export const clientCachingWithoutTracking =
  'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled';
export const protectedMode =
  'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. ' +
  'In this mode connections are only accepted from the loopback interface. ' +
  'If you want to connect from external computers to Redis you may adopt one of the following solutions: ' +
  "1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface " +
  'by connecting to Redis from the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. ' +
  'Use CONFIG REWRITE to make this change permanent. ' +
  "2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode option to 'no', and then restarting the server. " +
  "3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
  '4) Setup a an authentication password for the default user. ' +
  'NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.';

export function helloOption(option: string): string {
  return `ERR Syntax error in HELLO option '${cString(option, Infinity)}'`;
}

export function unknownClientType(type: string): string {
  return `ERR Unknown client type '${cString(type, Infinity)}'`;
}

export function noSuchUser(name: string): string {
  return `ERR No such user '${cString(name, Infinity)}'`;
}

/** A filter of CLIENT LIST and KILL, such as 'maxage'. */
export function filterNotPositive(name: string): string {
  return `ERR ${name} should be greater than 0`;
}

export function filterDbOutOfRange(name: string, lastDb: number): string {
  return `ERR ${name} number should be between 0 and ${lastDb}`;
}

/** `what` is 'flags' or 'capa'; `filter` is 'provided', or the name of one that excludes. */
export function filterUnknownLetters(what: string, filter: string, letters: string): string {
  return `ERR Unknown ${what} found in the ${filter} filter: ${cString(letters, Infinity)}`;
}

/** CLIENT SETINFO's name of an attribute. */
export function unrecognizedOption(option: string): string {
  return `ERR Unrecognized option '${cString(option, Infinity)}'`;
}

/** CLIENT SETINFO's value of `attribute`, 'lib-name' or 'lib-ver'. */
export function clientInfoInvalid(attribute: string): string {
  return `ERR ${attribute} cannot contain spaces, newlines or special characters.`;
}

// Authentication and permissions

export const noAuth = 'NOAUTH Authentication required.';
export const helloNoAuth =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time';
export const wrongPass = 'WRONGPASS invalid username-password pair or user is disabled.';
export const authNotConfigured =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';

// Streams

export const invalidStreamId = 'ERR Invalid stream ID specified as stream command argument';
export const streamIdTooSmall = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
export const streamIdZero = 'ERR The ID specified in XADD must be greater than 0-0';
export const streamIdsExhausted = 'ERR The stream has exhausted the last possible ID, unable to add more items';
export const streamEntryTooLarge = 'ERR Elements are too large to be stored';
export const trimTwice = 'ERR syntax error, MAXLEN and MINID options at the same time are not compatible';
export const maxLenNegative = 'ERR The MAXLEN argument must be >= 0.';
export const trimLimitNegative = 'ERR The LIMIT argument must be >= 0.';
export const trimLimitAlone = 'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy';
export const trimLimitExact = 'ERR syntax error, LIMIT cannot be used without the special ~ option';
export const trimWithoutStrategy = 'ERR syntax error, XTRIM must be called with a trimming strategy';
export const invalidStartId = 'ERR invalid start ID for the interval';
export const invalidEndId = 'ERR invalid end ID for the interval';
export const setIdEntriesAdded = 'ERR entries_added must be positive';
export const setIdBelowGiven = 'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id';
export const setIdBelowTop = 'ERR The ID specified in XSETID is smaller than the target stream top item';
export const setIdBelowLength = 'ERR The entries_added specified in XSETID is smaller than the target stream length';
export const groupNeedsKey =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.';
export const groupBusy = 'BUSYGROUP Consumer Group name already exists';
export const entriesReadNegative = 'ERR value for ENTRIESREAD must be positive or -1';
export const claimCountNotPositive = 'ERR COUNT must be > 0';
export const claimOptionOfRead = 'ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.';
export const minIdleNotInteger = 'ERR min-idle-time is not an integer';
export const minIdleNegative = 'ERR min-idle-time must be a positive integer';
export const idmpTwice = 'ERR IDMP/IDMPAUTO specified multiple times';
export const idmpNeedsNewId = 'ERR IDMP/IDMPAUTO can be used only with auto-generated IDs';
export const idmpEntryGone = "ERR The specified stream ID was deleted or doesn't exist";
export const idmpEntryOther = 'ERR The specified IDMP producer-id/idempotent-id pair maps to a different stream ID';
export const idmpDuration = 'ERR IDMP-DURATION must be between 1 and 86400 seconds';
export const idmpMaxSize = 'ERR IDMP-MAXSIZE must be between 1 and 10000 entries';
export const idCountNotPositive = 'ERR Number of IDs must be a positive integer';
export const idCountMismatch = 'ERR The `numids` parameter must match the number of arguments';
export const unbalancedStreams = "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.";
export const groupOptionOfRead = 'ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.';
export const noAckOptionOfRead = 'ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.';
export const groupOptionMissing = 'ERR Missing GROUP option for XREADGROUP';
export const newEntriesOfRead = 'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.';
export const lastIdOfReadGroup =
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.';
export const topIdOfReadGroup =
  'ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.';

/** MAXCOUNT or MAXSIZE. */
export function readLimitNotPositive(option: string): string {
  return `ERR ${option} must be a positive integer`;
}

/** `option` in upper case. */
export function idmpWithoutProducer(option: string): string {
  return `ERR ${option} requires a non-empty producer ID`;
}

export function idmpWithoutId(option: string): string {
  return `ERR ${option} requires a non-empty idempotent ID`;
}

export function noGroup(group: string, key: string): string {
  return `NOGROUP No such consumer group '${cString(group, Infinity)}' for key name '${cString(key, Infinity)}'`;
}

export function noKeyOrGroup(key: string, group: string): string {
  return `NOGROUP No such key '${cString(key, Infinity)}' or consumer group '${cString(group, Infinity)}'`;
}

export function noKeyOrGroupToRead(key: string, group: string): string {
  return `${noKeyOrGroup(key, group)} in XREADGROUP with GROUP option`;
}

/** An argument of XCLAIM or XAUTOCLAIM: 'min-idle-time', 'IDLE option'. */
export function invalidClaimArgument(argument: string, command: string): string {
  return `ERR Invalid ${argument} argument for ${command}`;
}

export function unknownClaimOption(option: string): string {
  return `ERR Unrecognized XCLAIM option '${cString(option, Infinity)}'`;
}

// Transactions


// State of the server

export const oom = "OOM command not allowed when used memory > 'maxmemory'.";
export const loading = 'LOADING Redis is loading the dataset in memory';
export const shutdownFailed = 'ERR Errors trying to SHUTDOWN. Check logs.';
export const noShutdown = 'ERR No shutdown in progress.';

/** `reason`: the system's words, such as 'No space left on device'. */
export function misconfAof(reason: string): string {
  return `MISCONF Errors writing to the AOF file: ${reason}`;
}

// CONFIG, COMMAND, DEBUG, MEMORY, SLOWLOG

export const commandWithoutKeys = 'ERR The command has no key arguments';
export const commandInvalid = 'ERR Invalid command specified';
export const commandInvalidArity = 'ERR Invalid number of arguments specified for command';
export const commandInvalidArguments = 'ERR Invalid arguments specified for command';
export const slowlogCount = 'ERR count should be greater than or equal to -1';
export const debugDisabled = notAllowed('DEBUG', 'enable-debug-command');
export const noLogToLoad = 'ERR There is no append only file to load: appendonly is off';
export const noSuchShard = 'ERR There is no shard with this index';
export const debugProtocolType =
  'ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false';

export function noLatencySamples(event: string): string {
  return `ERR No samples available for event '${cString(event, Infinity)}'`;
}

/** A command that a directive of the configuration enables. Both names as Redis spells them. */
export function notAllowed(command: string, directive: string): string {
  return `ERR ${command} command not allowed. If the ${directive} option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`;
}

/** `reason` is one of the config texts below, or an option's own. */
export function configFailed(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}

// Reasons for `configFailed`.

/** What C prints of a text: up to its first NUL, and at most `maxBytes`. */
export function cString(text: string, maxBytes: number = PREVIEW_BYTES): string {
  const nul = text.indexOf('\0');
  const end = Math.min(maxBytes, nul < 0 ? text.length : nul);
  return end < text.length ? text.slice(0, end) : text;
}
