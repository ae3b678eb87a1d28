/**
 * The optional words of a command, declared once: flags, options with a value, groups of which only
 * one member may be given. Reading them allocates nothing; the answer stands in the declared options
 * until the next command reads its own.
 *
 *   const options = new CommandOptions();
 *   const condition = options.group();
 *   const nx = options.flag('nx', condition);
 *   const ex = options.valued('ex');
 *   …
 *   if (!options.read(call, 3)) return;
 *   if (nx.at !== 0) …
 */
import { wordBytes } from '../protocol/ascii.ts';
import * as errors from '../protocol/errors.ts';
import type { Call } from './call.ts';

/** What a word is followed by. An integer is checked at once: any int64. */
export type OptionValue = 'none' | 'bytes' | 'integer';

export class OptionGroup {
  given: CommandOption | undefined;
}

export class CommandOption {
  readonly word: Uint8Array;
  readonly value: OptionValue;
  readonly group: OptionGroup | undefined;
  /** Index of the argument that is the option's value, or of the flag itself; 0 when it is absent. */
  at = 0;

  constructor(lowerCaseWord: string, value: OptionValue, group: OptionGroup | undefined) {
    this.word = wordBytes(lowerCaseWord);
    this.value = value;
    this.group = group;
  }
}

export class CommandOptions {
  readonly #options: CommandOption[] = [];
  readonly #groups: OptionGroup[] = [];
  readonly #repeatable: boolean;

  /** Where options are repeatable, the last value counts; else a second one is a syntax error. */
  constructor({ repeatable = true }: { readonly repeatable?: boolean } = {}) {
    this.#repeatable = repeatable;
  }

  /** At most one option of a group may be given. */
  group(): OptionGroup {
    const group = new OptionGroup();
    this.#groups.push(group);
    return group;
  }

  flag(lowerCaseWord: string, group?: OptionGroup): CommandOption {
    return this.#declare(new CommandOption(lowerCaseWord, 'none', group));
  }

  valued(lowerCaseWord: string, group?: OptionGroup): CommandOption {
    return this.#declare(new CommandOption(lowerCaseWord, 'bytes', group));
  }

  integer(lowerCaseWord: string, group?: OptionGroup): CommandOption {
    return this.#declare(new CommandOption(lowerCaseWord, 'integer', group));
  }

  /** Reads the arguments from `first` to the last. False: the call has been answered with an error. */
  read(call: Call, first: number): boolean {
    this.#forget();
    for (let i = first; i < call.argc; i++) {
      const option = this.#match(call, i);
      if (option === undefined || !this.#admits(option)) return refuse(call, errors.syntax);
      if (option.value !== 'none' && ++i === call.argc) return refuse(call, errors.syntax);
      if (option.value === 'integer' && Number.isNaN(call.int(i))) return refuse(call, errors.notInteger);
      option.at = i;
      if (option.group !== undefined) option.group.given = option;
    }
    return true;
  }

  #declare(option: CommandOption): CommandOption {
    this.#options.push(option);
    return option;
  }

  #forget(): void {
    for (let i = 0; i < this.#options.length; i++) this.#options[i]!.at = 0;
    for (let i = 0; i < this.#groups.length; i++) this.#groups[i]!.given = undefined;
  }

  #match(call: Call, i: number): CommandOption | undefined {
    for (let at = 0; at < this.#options.length; at++) {
      const option = this.#options[at]!;
      if (call.is(i, option.word)) return option;
    }
    return undefined;
  }

  #admits(option: CommandOption): boolean {
    if (option.at !== 0 && !this.#repeatable) return false;
    return option.group?.given === undefined || option.group.given === option;
  }
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
