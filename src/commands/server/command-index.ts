/**
 * The command table as COMMAND shows it: commands by their full names, with their subcommands, and
 * the keys of a call that is not executed. Handlers reach it through the server, since the table is
 * made of them.
 */
import type { CommandRow } from '../command.ts';
import { findKeys, KeyList } from '../keys.ts';
import { fullNames, idOf, rows, topLevelCount } from '../table.ts';

export interface ListedCommand {
  readonly id: number;
  /** `get`, `config|get`. */
  readonly name: string;
  readonly row: CommandRow;
  readonly subcommands: readonly ListedCommand[];
}

export interface FoundKey {
  /** Index of the word. */
  readonly at: number;
  /** Of the key specification that found it. */
  readonly flags: readonly string[];
}

export class CommandIndex {
  readonly topLevel: readonly ListedCommand[] = rows.slice(0, topLevelCount).map(listed);
  /** Top-level commands, each followed by its subcommands. */
  readonly all: readonly ListedCommand[] = this.topLevel.flatMap((command) => [command, ...command.subcommands]);
  readonly #byName: ReadonlyMap<string, ListedCommand> = new Map(this.all.map((command) => [command.name, command]));

  /** By full name, in any case. */
  find(name: string): ListedCommand | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** The command that these words would execute. */
  resolve(words: readonly Uint8Array[]): ListedCommand | undefined {
    const command = this.#byName.get(latin1(words[0]!).toLowerCase());
    if (command === undefined || command.subcommands.length === 0 || words.length === 1) return command;
    return this.#byName.get(`${command.name}|${latin1(words[1]!).toLowerCase()}`);
  }

  /** The keys among the words of a call; undefined where the words make no sense of the command's specifications. */
  keysOf({ id, row }: ListedCommand, words: readonly Uint8Array[]): FoundKey[] | undefined {
    const found = new KeyList();
    const args = new Int32Array(words.length * 2);
    let at = 0;
    for (const [i, word] of words.entries()) {
      args[i * 2] = at;
      args[i * 2 + 1] = word.length;
      at += word.length;
    }
    if (!findKeys(id, Buffer.concat(words), 0, args, words.length, found)) return undefined;
    return Array.from({ length: found.length }, (_, i) => ({ at: found.at(i), flags: row.keys[found.specOf(i)]!.flags }));
  }
}

function listed(row: CommandRow): ListedCommand {
  const id = idOf(row);
  const shown = 'subcommands' in row && row.opaque !== true ? row.subcommands.filter((sub) => !('isInternal' in sub)) : [];
  return { id, name: fullNames[id]!, row, subcommands: shown.map(listed) };
}

function latin1(word: Uint8Array): string {
  return Buffer.from(word).toString('latin1');
}
