/** OBJECT and its subcommands. */
import { Setting } from '../../channel/control.ts';
import { accessClock, encodingOf, StringEncoding, typeOf, valueLength, valueOffset, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { parseInteger } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ContainerCommand, ShardCommand } from '../command.ts';
import { helpCommand } from '../help.ts';
import { oneKey } from '../key-specs.ts';

/** By StringEncoding. */
const stringEncodings: readonly string[] = ['int', 'embstr', 'raw'];
/** Redis shares the objects of the integers below this and reports a reference count of its own for them. */
const sharedIntegers = 10_000;
const sharedReferenceCount = 2 ** 31 - 1;
const clockMask = 0xffffff;

export const object: ContainerCommand = {
  name: 'object',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('generic', '2.2.3', 'Holds the commands about how values are kept.', 'OBJECT', 'As of the subcommand'),
  subcommands: [
    row('encoding', '2.2.3', 'Tells how a value is kept.', replyEncoding),
    row('freq', '4.0.0', 'Tells how often a key is used, on a logarithmic scale.', replyFrequency),
    helpCommand('OBJECT', '6.2.0', ['keyspace'], [
      'ENCODING <key>',
      '    Return the kind of internal representation used in order to store the value',
      '    associated with a <key>.',
      'FREQ <key>',
      '    Return the access frequency index of the <key>. The returned integer is',
      '    proportional to the logarithm of the recent access frequency of the key.',
      'IDLETIME <key>',
      '    Return the idle time of the <key>, that is the approximated number of',
      '    seconds elapsed since the last access to the key.',
      'REFCOUNT <key>',
      '    Return the number of references of the value associated with the specified',
      '    <key>.',
    ], 'generic'),
    row('idletime', '2.2.3', 'Tells for how many seconds a key has not been used.', replyIdleTime),
    row('refcount', '2.2.3', 'Tells how many references a value has.', replyReferenceCount),
  ],
};

function row(name: string, since: string, summary: string, answer: (call: Call, entry: number) => void): ShardCommand {
  return {
    name,
    arity: 3,
    flags: ['readonly'],
    acl: ['keyspace'],
    keys: oneKey('RO', 2),
    text: about('generic', since, summary, `OBJECT ${name.toUpperCase()} key`),
    place: 'shard',
    execute(call) {
      const entry = call.findUntouched(2);
      if (entry === 0) call.reply.nil();
      else answer(call, entry);
    },
  };
}

export function encodingName(keyspace: Keyspace, entry: number): string {
  if (typeOf(keyspace.arena, entry) !== ValueType.string) return keyspace.kindOf(entry).encodingName(entry);
  return stringEncodings[encodingOf(keyspace.arena, entry)]!;
}

export function referenceCount({ arena }: Keyspace, entry: number): number {
  if (typeOf(arena, entry) !== ValueType.string) return 1;
  const isShared = encodingOf(arena, entry) === StringEncoding.int && isSmall(parseInteger(arena.u8, valueOffset(arena, entry), valueLength(arena, entry)));
  return isShared ? sharedReferenceCount : 1;
}

function replyEncoding(call: Call, entry: number): void {
  call.reply.bulkString(encodingName(call.keyspaceOf(2), entry));
}

function replyFrequency(call: Call, entry: number): void {
  if (call.control.settings[Setting.lfu] !== 1) return call.fail(errors.lfuNotSelected);
  call.reply.integer(accessClock(call.keyspaceOf(2).arena, entry) & 0xff);
}

function replyIdleTime(call: Call, entry: number): void {
  if (call.control.settings[Setting.lfu] === 1) return call.fail(errors.lfuSelected);
  const clock = Math.floor(call.nowMs / 1000) & clockMask;
  call.reply.integer((clock - accessClock(call.keyspaceOf(2).arena, entry)) & clockMask);
}

function replyReferenceCount(call: Call, entry: number): void {
  call.reply.integer(referenceCount(call.keyspaceOf(2), entry));
}

function isSmall(n: number): boolean {
  return n >= 0 && n < sharedIntegers;
}
