/** COMMAND: what commands there are, what they take, and which words of a call are keys. */
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { globMatch } from '../../structures/glob.ts';
import { about } from '../about.ts';
import type { ContainerCommand, DoorCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { helpCommand } from '../help.ts';
import { aclCategoriesOf } from './acl-categories.ts';
import { replyCommandDocs } from './command-docs.ts';
import type { FoundKey, ListedCommand } from './command-index.ts';
import { replyCommandInfo, replyKeyFlags } from './command-info.ts';
import { keyFlagsOf } from './variable-key-flags.ts';

const perCommand = 'O(N) where N is the number of commands to look up';
const filterWord = wordBytes('filterby');

export const command: ContainerCommand = {
  name: 'command',
  arity: -1,
  flags: ['loading', 'stale'],
  acl: ['connection'],
  keys: [],
  text: about('server', '2.8.13', 'Describes all commands.', 'COMMAND', 'O(N) where N is the total number of Redis commands'),
  execute: (call) => replyInfo(call, call.server.commandIndex.topLevel),
  subcommands: [
    row('count', 2, '2.8.13', 'Counts the commands.', 'COMMAND COUNT', 'O(1)', (call) => call.reply.integer(call.server.commandIndex.topLevel.length)),
    row('docs', -2, '7.0.0', 'Gives the documentation of commands.', 'COMMAND DOCS [command-name [command-name ...]]', perCommand, replyDocs),
    row('getkeys', -3, '2.8.13', 'Finds the keys of a call.', 'COMMAND GETKEYS command [arg [arg ...]]',
      'O(N) where N is the number of arguments to the command', (call) => replyKeys(call, (reply, word) => reply.bulk(word, 0, word.length))),
    row('getkeysandflags', -3, '7.0.0', 'Finds the keys of a call and how it uses them.', 'COMMAND GETKEYSANDFLAGS command [arg [arg ...]]',
      'O(N) where N is the number of arguments to the command', (call) => replyKeys(call, replyKeyAndFlags)),
    helpCommand('COMMAND', '5.0.0', ['connection'], [
      '(no subcommand)',
      '    Return details about all Redis commands.',
      'COUNT',
      '    Return the total number of commands in this Redis server.',
      'LIST',
      '    Return a list of all commands in this Redis server.',
      'INFO [<command-name> ...]',
      '    Return details about multiple Redis commands.',
      '    If no command names are given, documentation details for all',
      '    commands are returned.',
      'DOCS [<command-name> ...]',
      '    Return documentation details about multiple Redis commands.',
      '    If no command names are given, documentation details for all',
      '    commands are returned.',
      'GETKEYS <full-command>',
      '    Return the keys from a full Redis command.',
      'GETKEYSANDFLAGS <full-command>',
      '    Return the keys and the access flags from a full Redis command.',
    ]),
    row('info', -2, '2.8.13', 'Describes commands.', 'COMMAND INFO [command-name [command-name ...]]', perCommand, (call) =>
      replyInfo(call, call.argc === 2 ? call.server.commandIndex.topLevel : namedCommands(call))),
    row('list', -2, '7.0.0', 'Lists the names of commands.',
      'COMMAND LIST [FILTERBY MODULE module-name | ACLCAT category | PATTERN pattern]', 'O(N) where N is the total number of Redis commands', replyList),
  ],
};

function row(
  name: string, arity: number, since: string, summary: string, syntax: string, complexity: string, execute: (call: DoorCall) => void,
): DoorCommand {
  return {
    name, arity, flags: ['loading', 'stale'], acl: ['connection'], keys: [], text: about('server', since, summary, syntax, complexity),
    place: 'door', execute,
  };
}

function namedCommands(call: DoorCall): (ListedCommand | undefined)[] {
  return Array.from({ length: call.argc - 2 }, (_, i) => call.server.commandIndex.find(call.latin1(i + 2)));
}

function replyInfo({ reply }: DoorCall, commands: readonly (ListedCommand | undefined)[]): void {
  reply.array(commands.length);
  for (const one of commands) {
    if (one === undefined) reply.nil();
    else replyCommandInfo(reply, one);
  }
}

function replyDocs(call: DoorCall): void {
  const commands = call.argc === 2 ? call.server.commandIndex.topLevel : namedCommands(call).filter((one) => one !== undefined);
  call.reply.map(commands.length);
  for (const one of commands) replyCommandDocs(call.reply, one);
}

function replyList(call: DoorCall): void {
  const matches = filterOf(call);
  if (matches === undefined) return call.fail(errors.syntax);
  const names = call.server.commandIndex.all.filter(matches).map(({ name }) => name);
  call.reply.array(names.length);
  for (const name of names) call.reply.bulkString(name);
}

/** What COMMAND LIST asks for; undefined if that makes no sense. */
function filterOf(call: DoorCall): ((command: ListedCommand) => boolean) | undefined {
  if (call.argc === 2) return () => true;
  if (call.argc !== 5 || !call.is(2, filterWord)) return undefined;
  const wanted = call.latin1(4).toLowerCase();
  switch (call.latin1(3).toLowerCase()) {
    case 'module': return () => false;
    case 'aclcat': return ({ row: one }) => aclCategoriesOf(one).includes(wanted);
    case 'pattern': return patternFilter(call.bytes(4));
    default: return undefined;
  }
}

function patternFilter(pattern: Uint8Array): (command: ListedCommand) => boolean {
  return ({ name }) => globMatch(pattern, 0, pattern.length, Buffer.from(name, 'latin1'), 0, name.length, true);
}

/** The call whose keys are asked for stands in the arguments from the third on. */
function replyKeys(call: DoorCall, replyKey: (reply: ReplyWriter, word: Uint8Array, flags: readonly string[]) => void): void {
  const { commandIndex } = call.server;
  const words = Array.from({ length: call.argc - 2 }, (_, i) => call.bytes(i + 2));
  const asked = commandIndex.resolve(words);
  if (asked === undefined) return call.fail(errors.commandInvalid);
  const { keys: specs, arity, flags } = asked.row;
  if (specs.every((spec) => spec.flags.includes('not_key'))) return call.fail(errors.commandWithoutKeys);
  if (arity > 0 ? words.length !== arity : words.length < -arity) return call.fail(errors.commandInvalidArity);
  const keys = commandIndex.keysOf(asked, words) ?? [];
  if (keys.length === 0 && !flags.includes('no_mandatory_keys')) return call.fail(errors.commandInvalidArguments);
  call.reply.array(keys.length);
  for (const key of keys) replyKey(call.reply, words[key.at]!, keyFlagsOf(asked, words, key));
}

function replyKeyAndFlags(reply: ReplyWriter, word: Uint8Array, flags: FoundKey['flags']): void {
  reply.array(2);
  reply.bulk(word, 0, word.length);
  replyKeyFlags(reply, flags);
}
