/** One command as COMMAND DOCS describes it: a map of what its row says, arguments and subcommands within. */
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import { argumentsOf, type CommandArgument } from './command-arguments.ts';
import type { ListedCommand } from './command-index.ts';

export function replyCommandDocs(reply: ReplyWriter, { name, row, subcommands }: ListedCommand): void {
  const { summary, since, group, complexity } = row.text;
  const facts = Object.entries({ summary, since, group, complexity }).filter(([, text]) => text !== '');
  const args = subcommands.length > 0 || ('opaque' in row) ? [] : argumentsOf(name, row);
  reply.bulkString(name);
  reply.map(facts.length + Number(args.length > 0) + Number(subcommands.length > 0));
  for (const [fact, text] of facts) {
    reply.bulkString(fact);
    reply.bulkString(text);
  }
  if (args.length > 0) {
    reply.bulkString('arguments');
    replyArguments(reply, args);
  }
  if (subcommands.length > 0) {
    reply.bulkString('subcommands');
    reply.map(subcommands.length);
    for (const sub of subcommands) replyCommandDocs(reply, sub);
  }
}

function replyArguments(reply: ReplyWriter, args: readonly CommandArgument[]): void {
  reply.array(args.length);
  for (const arg of args) replyArgument(reply, arg);
}

function replyArgument(reply: ReplyWriter, { name, type, keySpecIndex, token, flags, arguments: within }: CommandArgument): void {
  reply.map(2 + Number(keySpecIndex !== undefined) + Number(token !== undefined) + Number(flags.length > 0) + Number(within.length > 0));
  reply.bulkString('name');
  reply.bulkString(name);
  reply.bulkString('type');
  reply.bulkString(type);
  if (keySpecIndex !== undefined) {
    reply.bulkString('key_spec_index');
    reply.integer(keySpecIndex);
  }
  if (token !== undefined) {
    reply.bulkString('token');
    reply.bulkString(token);
  }
  if (flags.length > 0) {
    reply.bulkString('flags');
    reply.set(flags.length);
    for (const flag of flags) reply.simple(flag);
  }
  if (within.length > 0) {
    reply.bulkString('arguments');
    replyArguments(reply, within);
  }
}
