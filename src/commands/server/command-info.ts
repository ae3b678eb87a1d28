/** One command as COMMAND and COMMAND INFO describe it: an array of ten, its subcommands within. */
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import type { FlagName, KeySpec } from '../command.ts';
import { aclCategoriesOf } from './acl-categories.ts';
import type { ListedCommand } from './command-index.ts';
import { tipsOf } from './command-tips.ts';
import { legacyKeysOf } from './legacy-keys.ts';

/** In the order in which Redis lists them; may_replicate is none of the clients' business. */
const flagOrder: readonly FlagName[] = [
  'write', 'readonly', 'denyoom', 'admin', 'pubsub', 'noscript', 'blocking', 'loading', 'stale', 'skip_monitor', 'skip_slowlog',
  'asking', 'fast', 'no_auth', 'no_mandatory_keys', 'no_async_loading', 'no_multi', 'movablekeys', 'allow_busy',
];
const keyFlagOrder = ['RO', 'RW', 'OW', 'RM', 'access', 'update', 'insert', 'delete', 'not_key', 'incomplete', 'variable_flags'];

export function replyCommandInfo(reply: ReplyWriter, command: ListedCommand): void {
  const { name, row, subcommands } = command;
  const { first, last, step } = legacyKeysOf(row.keys);
  reply.array(10);
  reply.bulkString(name);
  reply.integer(row.arity);
  replyStatuses(reply, flagOrder.filter((flag) => row.flags.includes(flag)));
  reply.integer(first);
  reply.integer(last);
  reply.integer(step);
  replyStatuses(reply, aclCategoriesOf(row).map((category) => `@${category}`));
  replySet(reply, tipsOf(name), (tip) => reply.bulkString(tip));
  replySet(reply, row.keys, (spec) => replyKeySpec(reply, spec));
  // None are a set, some an array.
  if (subcommands.length === 0) reply.set(0);
  else reply.array(subcommands.length);
  for (const sub of subcommands) replyCommandInfo(reply, sub);
}

/** Flags of a key, in Redis's order. */
export function replyKeyFlags(reply: ReplyWriter, flags: readonly string[]): void {
  replyStatuses(reply, keyFlagOrder.filter((flag) => flags.includes(flag)));
}

function replyKeySpec(reply: ReplyWriter, { begin, find, flags }: KeySpec): void {
  reply.map(3);
  reply.bulkString('flags');
  replyKeyFlags(reply, flags);
  reply.bulkString('begin_search');
  if ('unknown' in begin) replyStep(reply, 'unknown', {});
  else if ('index' in begin) replyStep(reply, 'index', { index: begin.index });
  else replyStep(reply, 'keyword', { keyword: begin.keyword, startfrom: begin.startFrom });
  reply.bulkString('find_keys');
  if ('unknown' in find) replyStep(reply, 'unknown', {});
  else if ('lastKey' in find) replyStep(reply, 'range', { lastkey: find.lastKey, keystep: find.step, limit: find.limit });
  else replyStep(reply, 'keynum', { keynumidx: find.keyNumIndex, firstkey: find.firstKey, keystep: find.step });
}

function replyStep(reply: ReplyWriter, type: string, spec: Readonly<Record<string, string | number>>): void {
  reply.map(2);
  reply.bulkString('type');
  reply.bulkString(type);
  reply.bulkString('spec');
  reply.map(Object.keys(spec).length);
  for (const [name, value] of Object.entries(spec)) {
    reply.bulkString(name);
    if (typeof value === 'string') reply.bulkString(value);
    else reply.integer(value);
  }
}

function replyStatuses(reply: ReplyWriter, words: readonly string[]): void {
  replySet(reply, words, (word) => reply.simple(word));
}

function replySet<Item>(reply: ReplyWriter, items: readonly Item[], replyItem: (item: Item) => void): void {
  reply.set(items.length);
  for (const item of items) replyItem(item);
}
