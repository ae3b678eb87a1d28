/**
 * The one decision about a command's slot: serve it here, or which redirect or error to answer.
 *
 * The rows below are read from the top, the first that fits decides; they follow the order in which
 * Redis 7.0 judges. They are compiled into one byte for each of the 16384 possible inputs:
 *
 *   bit   13      | 12 11    | 10         | 9     | 8        | 7      | 6 5  | 4 .. 0
 *         cluster | presence | reads when | write | readonly | asking | keys | situation of the first
 *         enabled | of keys  | down       |       | client   |        |      | key's slot (slot-table.ts)
 *
 * For a command whose keys share one slot, situation 0 is always "serve": the hot path looks no
 * further. Presence is `unknown` in the door; where it matters the answer is askShard, and the shard
 * decides by `presencePolicy` in the same step as it executes.
 *
 * CLIENT CAPA redirect changes nothing in a cluster, where MOVED and ASK say it all, also while slots
 * move or a replica takes over. In Valkey it has a replica without cluster mode answer `-REDIRECT host:port`
 * to each write, and to each read unless the client is READONLY; that row belongs before the first one,
 * and has no node to apply to as long as no node replicates outside a cluster.
 */
import { assert } from '../base/assert.ts';
import { CLUSTER_DOWN, HOLDS, SlotHold, SlotOpen, SlotOwner } from '../cluster/slot-table.ts';
import { CommandFlag } from '../commands/command.ts';
import * as clusterErrors from '../protocol/cluster-errors.ts';

export const SlotAnswer = {
  serve: 0,
  moved: 1,
  ask: 2,
  tryAgain: 3,
  crossSlot: 4,
  /** The slot has no owner. */
  unserved: 5,
  clusterDown: 6,
  /** The cluster is down and reads are allowed. */
  writesDown: 7,
  /** Serve if the shard finds the keys: see presencePolicy. */
  askShard: 8,
} as const;

type AnswerName = keyof typeof SlotAnswer;

/** What a command adds to its slot's situation. */
export const SlotInput = {
  noKeys: 0,
  /** One key, however often it is named. */
  oneKey: 1 << 5,
  /** Several keys of one slot. */
  manyKeys: 2 << 5,
  /** Keys of several slots; the situation is that of the first key's. */
  crossSlot: 3 << 5,
  /** The client sent ASKING just before, or the command implies it. */
  asking: 1 << 7,
  readonlyClient: 1 << 8,
  /** The command writes, or is EXEC of a transaction that does. */
  write: 1 << 9,
  readsWhenDown: 1 << 10,
  presenceUnknown: 0,
  allPresent: 1 << 11,
  somePresent: 2 << 11,
  nonePresent: 3 << 11,
  clusterEnabled: 1 << 13,
} as const;

export const SLOT_INPUT_COUNT = 1 << 14;

type Field = { readonly mask: number; readonly values: Readonly<Record<string, number>> };

const fields = {
  cluster: { mask: 1 << 13, values: { off: 0, on: SlotInput.clusterEnabled } },
  keys: { mask: 3 << 5, values: { none: 0, one: SlotInput.oneKey, many: SlotInput.manyKeys, cross: SlotInput.crossSlot } },
  owner: { mask: 3, values: { me: SlotOwner.me, other: SlotOwner.other, nobody: SlotOwner.nobody, primary: SlotOwner.myPrimary } },
  open: { mask: 3 << 2, values: { migrating: SlotOpen.migrating, importing: SlotOpen.importing } },
  state: { mask: CLUSTER_DOWN, values: { up: 0, down: CLUSTER_DOWN } },
  reads: { mask: SlotInput.readsWhenDown, values: { refused: 0, allowed: SlotInput.readsWhenDown } },
  client: { mask: SlotInput.asking, values: { asking: SlotInput.asking } },
  mode: { mask: SlotInput.readonlyClient, values: { readonly: SlotInput.readonlyClient } },
  command: { mask: SlotInput.write, values: { read: 0, write: SlotInput.write } },
  present: {
    mask: 3 << 11,
    values: { unknown: 0, all: SlotInput.allPresent, some: SlotInput.somePresent, none: SlotInput.nonePresent },
  },
} as const satisfies Readonly<Record<string, Field>>;

type Fields = typeof fields;
type Cell<Name extends keyof Fields> = '-' | keyof Fields[Name]['values'];
type Row = readonly [
  Cell<'cluster'>,
  Cell<'keys'>,
  Cell<'owner'>,
  Cell<'open'>,
  Cell<'state'>,
  Cell<'reads'>,
  Cell<'client'>,
  Cell<'mode'>,
  Cell<'command'>,
  Cell<'present'>,
  AnswerName,
];

/** '-' fits everything. */
const rows: readonly Row[] = [
  // cluster keys  owner      open         state   reads      client    mode        command  present    answer
  ['off', '-',     '-',       '-',         '-',    '-',       '-',      '-',        '-',     '-',       'serve'],
  ['on',  'none',  '-',       '-',         '-',    '-',       '-',      '-',        '-',     '-',       'serve'],
  ['on',  '-',     'nobody',  '-',         '-',    '-',       '-',      '-',        '-',     '-',       'unserved'],
  ['on',  'cross', '-',       '-',         '-',    '-',       '-',      '-',        '-',     '-',       'crossSlot'],
  ['on',  '-',     '-',       '-',         'down', 'refused', '-',      '-',        '-',     '-',       'clusterDown'],
  ['on',  '-',     '-',       '-',         'down', 'allowed', '-',      '-',        'write', '-',       'writesDown'],
  ['on',  '-',     'me',      'migrating', '-',    '-',       '-',      '-',        '-',     'unknown', 'askShard'],
  ['on',  '-',     'me',      'migrating', '-',    '-',       '-',      '-',        '-',     'some',    'tryAgain'],
  ['on',  '-',     'me',      'migrating', '-',    '-',       '-',      '-',        '-',     'none',    'ask'],
  ['on',  'one',   '-',       'importing', '-',    '-',       'asking', '-',        '-',     '-',       'serve'],
  ['on',  'many',  '-',       'importing', '-',    '-',       'asking', '-',        '-',     'unknown', 'askShard'],
  ['on',  'many',  '-',       'importing', '-',    '-',       'asking', '-',        '-',     'some',    'tryAgain'],
  ['on',  'many',  '-',       'importing', '-',    '-',       'asking', '-',        '-',     'none',    'tryAgain'],
  ['on',  'many',  '-',       'importing', '-',    '-',       'asking', '-',        '-',     'all',     'serve'],
  ['on',  '-',     'primary', '-',         '-',    '-',       '-',      'readonly', 'read',  '-',       'serve'],
  ['on',  '-',     'me',      '-',         '-',    '-',       '-',      '-',        '-',     '-',       'serve'],
  ['on',  '-',     '-',       '-',         '-',    '-',       '-',      '-',        '-',     '-',       'moved'],
];

const answers = compile();

/** Whether a command with these flags has to wait, or is refused, while its slot is handed over to another node. */
export function isHeldBack(hold: number, commandFlags: number): boolean {
  return (hold & ~SlotHold.writes & HOLDS) !== 0 || (commandFlags & (CommandFlag.write | CommandFlag.may_replicate)) !== 0;
}

/** The answer, one of SlotAnswer, to bits of SlotInput and a slot's situation. */
export function decideSlot(input: number): number {
  return answers[input]!;
}

/** The input without its keys: a client's modes, its command's flags, and the slot's situation. */
export function slotInputOf(
  client: { readonly asking: boolean; readonly readonlyMode: boolean },
  commandFlags: number,
  readsWhenDown: boolean,
  situation: number,
): number {
  const isAsking = client.asking || (commandFlags & CommandFlag.asking) !== 0;
  return (
    SlotInput.clusterEnabled |
    situation |
    (isAsking ? SlotInput.asking : 0) |
    (client.readonlyMode ? SlotInput.readonlyClient : 0) |
    ((commandFlags & CommandFlag.write) === 0 ? 0 : SlotInput.write) |
    (readsWhenDown ? SlotInput.readsWhenDown : 0)
  );
}

/**
 * For an input that was answered with askShard: the answers when some (bits 0-3) and when none
 * (bits 4-7) of the keys are present. With all of them present the command is served.
 */
export function presencePolicy(input: number): number {
  return decideSlot(input | SlotInput.somePresent) | (decideSlot(input | SlotInput.nonePresent) << 4);
}

/** The error reply of an answer other than serve and askShard; `endpoint` is the host:port of moved and ask. */
export function slotErrorText(answer: number, slot: number, endpoint: string): string {
  if (answer === SlotAnswer.moved) return `MOVED ${slot} ${endpoint}`;
  if (answer === SlotAnswer.ask) return `ASK ${slot} ${endpoint}`;
  const text = fixedTexts.get(answer);
  assert(text !== undefined, 'only a refusal has an error text');
  return text;
}

const fixedTexts = new Map<number, string>([
  [SlotAnswer.tryAgain, clusterErrors.tryAgain],
  [SlotAnswer.crossSlot, clusterErrors.crossSlot],
  [SlotAnswer.unserved, clusterErrors.clusterSlotUnserved],
  [SlotAnswer.clusterDown, clusterErrors.clusterDown],
  [SlotAnswer.writesDown, clusterErrors.clusterDownReadOnly],
]);

function compile(): Uint8Array {
  const compiled = new Uint8Array(SLOT_INPUT_COUNT);
  const tests = rows.map(compileRow);
  for (let input = 0; input < SLOT_INPUT_COUNT; input++) {
    const found = tests.find(({ mask, value }) => (input & mask) === value);
    assert(found !== undefined, 'the last row fits every input');
    compiled[input] = found.answer;
  }
  return compiled;
}

function compileRow(row: Row): { mask: number; value: number; answer: number } {
  let mask = 0;
  let value = 0;
  for (const [column, field] of Object.values<Field>(fields).entries()) {
    const cell = row[column]!;
    if (cell === '-') continue;
    mask |= field.mask;
    value |= field.values[cell]!;
  }
  return { mask, value, answer: SlotAnswer[row[10]] };
}
