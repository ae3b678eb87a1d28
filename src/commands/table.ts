/**
 * The one command table: every row of every family, flattened, with the look-up by name.
 * A row's position is its command id, the same in all threads because all import this file.
 * The facts of the hot path are kept beside the rows in typed arrays, indexed by id.
 */
import { assert } from '../base/assert.ts';
import { lowerCase } from '../protocol/ascii.ts';
import { CommandFlag, type CommandRow, type ContainerCommand, type DoorCommand, type ShardCommand } from './command.ts';
import { Extent } from './extent.ts';
import { families } from './families.ts';

export type RunnableCommand = ShardCommand | DoorCommand;

const usualQuickArgc = 12;
const topLevel: readonly CommandRow[] = families.flat();
const nested = topLevel.flatMap((row) => 'subcommands' in row ? row.subcommands.map((sub) => ({ sub, name: row.opaque ? row.name : `${row.name}|${sub.name}` })) : []);
/** Top-level commands and, behind them, all subcommands. */
export const rows: readonly CommandRow[] = [...topLevel, ...nested.map(({ sub }) => sub)];
export const topLevelCount = topLevel.length;
/** `get`, `client|list`: as errors, INFO commandstats and ACL name a command. */
export const fullNames: readonly string[] = [...topLevel.map((row) => row.name), ...nested.map(({ name }) => name)];

/** CommandFlag bits. */
export const flagsOf = Int32Array.from(rows, (row) => row.flags.reduce((bits, flag) => bits | CommandFlag[flag], 0));
export const arityOf = Int32Array.from(rows, (row) => row.arity);
export const Place = { door: 0, shard: 1, everyShard: 2, container: 3 } as const;
export const placeOf = Uint8Array.from(rows, (row) =>
  'subcommands' in row ? Place.container : row.place === 'door' ? Place.door : row.place === 'shard' ? Place.shard : Place.everyShard);
/** The index of the only key's argument, or 0 when keys must be looked for by the key specs, or more is to be done first. */
export const singleKeyOf = Uint8Array.from(rows, singleKey);
/** The index of the first key's argument, or 0 when it must be looked for: where an effect has its key. */
export const firstKeyOf = Uint8Array.from(rows, firstKey);
/** Up to how many arguments a command is quick: its time is worth neither a clock reading of its own nor waking a thread. */
export const quickArgcOf = Uint8Array.from(rows, quickArgc);

/** Of readers that are no more work than what they read. */
export const extentOf = Uint8Array.from(rows, (row) => ('extent' in row ? row.extent! : Extent.unknown));

const effectKeyArguments = new Map<string, number>();
const idByRow = new Map(rows.map((row, id) => [row, id]));
const lookupBits = 11;
const lookupTable = buildLookup();
const nameBytes = rows.map((row) => Uint8Array.from(Buffer.from(row.name, 'latin1')));

/** The id of a top-level command by name in any case, or -1. */
export function lookup(bytes: Uint8Array, offset: number, length: number): number {
  let at = hashName(bytes, offset, length);
  for (;;) {
    const id = lookupTable[at]! - 1;
    if (id < 0) return -1;
    if (sameName(nameBytes[id]!, bytes, offset, length)) return id;
    at = (at + 1) & (lookupTable.length - 1);
  }
}

/** The id of a container's subcommand, or -1. */
export function lookupSubcommand(container: number, bytes: Uint8Array, offset: number, length: number): number {
  const row = rows[container] as ContainerCommand;
  for (const sub of row.subcommands) {
    const id = idByRow.get(sub)!;
    if (sameName(nameBytes[id]!, bytes, offset, length)) return id;
  }
  return -1;
}

/** Which argument of the effect `name` is its key. */
export function effectKeyArgument(name: string): number {
  let argument = effectKeyArguments.get(name);
  if (argument === undefined) {
    const id = lookup(Buffer.from(name, 'latin1'), 0, name.length);
    argument = id >= 0 && placeOf[id] === Place.container ? 2 : 1;
    effectKeyArguments.set(name, argument);
  }
  return argument;
}

export function idOf(row: CommandRow): number {
  const id = idByRow.get(row);
  assert(id !== undefined, 'every row is in the table');
  return id;
}

function sameName(name: Uint8Array, bytes: Uint8Array, offset: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let i = 0; i < length; i++) if (lowerCase(bytes[offset + i]!) !== name[i]) return false;
  return true;
}

function hashName(bytes: Uint8Array, offset: number, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i++) hash = Math.imul(hash, 31) + (bytes[offset + i]! | 0x20);
  return (Math.imul(hash, 0x9e3779b1) >>> (32 - lookupBits)) & ((1 << lookupBits) - 1);
}

function buildLookup(): Uint16Array {
  const table = new Uint16Array(1 << lookupBits);
  assert(topLevelCount * 2 < table.length, 'the look-up table is at most half full');
  for (let id = 0; id < topLevelCount; id++) {
    const name = Buffer.from(rows[id]!.name, 'latin1');
    let at = hashName(name, 0, name.length);
    while (table[at] !== 0) at = (at + 1) & (table.length - 1);
    table[at] = id + 1;
  }
  return table;
}

function quickArgc(row: CommandRow): number {
  if (!('place' in row) || row.place !== 'shard' || row.movesValue === true) return 0;
  if (row.quickArgc !== undefined) return row.quickArgc;
  return row.text.complexity.startsWith('O(1)') || row.flags.includes('fast') ? usualQuickArgc : 0;
}

function singleKey(row: CommandRow): number {
  if ('sessionArgument' in row) return 0;
  const [spec] = row.keys;
  return row.keys.length === 1 && spec !== undefined && 'lastKey' in spec.find && spec.find.lastKey === 0 ? firstKey(row) : 0;
}

function firstKey({ keys: [spec] }: CommandRow): number {
  return spec !== undefined && 'index' in spec.begin && 'lastKey' in spec.find ? spec.begin.index : 0;
}
