/** The error replies of commands about streams, in Redis's words to the byte. */
import { cString } from './errors.ts';

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
export const unbalancedStreams = "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.";
export const groupOptionOfRead = 'ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.';
export const noAckOptionOfRead = 'ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.';
export const groupOptionMissing = 'ERR Missing GROUP option for XREADGROUP';
export const newEntriesOfRead = 'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.';
export const lastIdOfReadGroup =
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.';
export const topIdOfReadGroup =
  'ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.';

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
