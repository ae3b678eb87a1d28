/**
 * A command's arguments as COMMAND DOCS shows them, from its grammar: names, types, tokens, what is
 * optional or repeated, blocks and choices within each other. Types follow from the names.
 */
import type { CommandRow } from '../command.ts';
import { parseSyntax, type Sequence, type SyntaxNode } from './syntax.ts';

export interface CommandArgument {
  readonly name: string;
  readonly type: string;
  readonly keySpecIndex?: number;
  readonly token?: string;
  /** optional, multiple, multiple_token. */
  readonly flags: readonly string[];
  readonly arguments: readonly CommandArgument[];
}

const keyNames = new Set(['key', 'newkey', 'source', 'destination', 'destkey', 'sourcekey', 'key1', 'key2', 'dst', 'src']);
const typeByName: ReadonlyMap<string, string> = new Map([
  ['integer', 'seconds milliseconds ms count index index1 index2 start stop end offset limit cursor db destination-db timeout bit'],
  ['integer', 'numkeys numfields numreplicas numlocal numids port cluster-bus-port slot start-slot end-slot config-epoch client-id'],
  ['integer', 'maxage protover decrement increment rank num-matches len threshold min-idle-time retrycount entries-read'],
  ['integer', 'entries-added ttl frequency bits lbound ubound version k size'],
  ['double', 'score weight radius width height longitude latitude ratio'],
  ['unix-time', 'unix-time-seconds unix-time-milliseconds'],
  ['pattern', 'pattern library-name-pattern'],
].flatMap(([type, names]) => names!.split(' ').map((name) => [name, type!] as const)));
/** Where the same name means something else. */
const typeByCommand: ReadonlyMap<string, string> = new Map([
  ['incrbyfloat increment', 'double'], ['hincrbyfloat increment', 'double'], ['zincrby increment', 'double'],
]);
/** What a choice is about, told by the word it begins with. */
const choiceNames: ReadonlyMap<string, string> = new Map([
  ['NX', 'condition'], ['FNX', 'condition'], ['IFEQ', 'condition'], ['EX', 'expiration'], ['ASC', 'order'], ['ASYNC', 'flush-type'],
  ['M', 'unit'], ['BYTE', 'unit'], ['MODULE', 'filterby'], ['ON', 'status'], ['LEFT', 'where'], ['MIN', 'where'],
]);

/** `name` in full: `config|get`. */
export function argumentsOf(name: string, row: CommandRow): readonly CommandArgument[] {
  const words = row.text.syntax.split(' ');
  return new ArgumentList(name, row).ofSequence(parseSyntax(words.slice(name.split('|').length).join(' ')));
}

class ArgumentList {
  readonly #command: string;
  readonly #row: CommandRow;
  #keyCount = 0;

  constructor(command: string, row: CommandRow) {
    this.#command = command;
    this.#row = row;
  }

  ofSequence(sequence: Sequence): CommandArgument[] {
    const found: CommandArgument[] = [];
    for (let i = 0; i < sequence.length; i++) {
      const node = sequence[i]!;
      const next = sequence[i + 1];
      if (node.kind === 'token' && next !== undefined && next.kind !== 'token' && !isOptional(next)) {
        found.push({ ...this.#ofNode(next), token: node.word });
        i++;
      } else {
        found.push(this.#ofNode(node));
      }
    }
    return found;
  }

  #ofNode(node: SyntaxNode): CommandArgument {
    switch (node.kind) {
      case 'token': return { name: node.word.toLowerCase(), type: 'pure-token', token: node.word, flags: [], arguments: [] };
      case 'name': return this.#ofName(node.word);
      case 'choice': return this.#ofChoice(node.alternatives, node.isOptional);
      case 'repeat': return this.#ofRepeat(node.sequence);
    }
  }

  #ofName(name: string): CommandArgument {
    if (keyNames.has(name) && this.#row.keys.length > 0) {
      const keySpecIndex = Math.min(this.#keyCount++, this.#row.keys.length - 1);
      return { name, type: 'key', keySpecIndex, flags: [], arguments: [] };
    }
    const type = typeByCommand.get(`${this.#command} ${name}`) ?? typeByName.get(name) ?? 'string';
    return { name, type, flags: [], arguments: [] };
  }

  #ofChoice(alternatives: readonly Sequence[], optional: boolean): CommandArgument {
    const token = sharedToken(alternatives);
    const rest = token === undefined ? alternatives : [alternatives[0]!.slice(1), ...alternatives.slice(1)];
    const chosen = rest.length === 1 ? this.#ofAlternative(rest[0]!) : this.#oneOf(rest);
    return {
      ...chosen, ...(token === undefined ? {} : { name: token.toLowerCase(), token }),
      flags: optional ? ['optional', ...chosen.flags] : chosen.flags,
    };
  }

  #oneOf(alternatives: readonly Sequence[]): CommandArgument {
    const options = alternatives.map((one) => this.#ofAlternative(one));
    const first = alternatives[0]![0]!;
    const name = 'word' in first ? choiceNames.get(first.word) : undefined;
    return { name: name ?? options[0]!.name, type: 'oneof', flags: [], arguments: options };
  }

  /** One alternative as one argument: a token for all of it stands before plain names, else before the first. */
  #ofAlternative(sequence: Sequence): CommandArgument {
    const [first, ...rest] = sequence;
    if (first?.kind === 'token' && rest.length > 1 && rest.every(({ kind }) => kind === 'name')) {
      return { ...block(this.ofSequence(rest)), name: first.word.toLowerCase(), token: first.word };
    }
    const parts = this.ofSequence(sequence);
    return parts.length === 1 ? parts[0]! : block(parts);
  }

  #ofRepeat(sequence: Sequence): CommandArgument {
    const repeated = this.#ofAlternative(sequence);
    const flags = sequence[0]!.kind === 'token' ? ['multiple', 'multiple_token'] : ['multiple'];
    return { ...repeated, flags: [...repeated.flags, ...flags] };
  }
}

function block(parts: readonly CommandArgument[]): CommandArgument {
  return { name: parts.map(({ name }) => name).join('-'), type: 'block', flags: [], arguments: parts };
}

function isOptional(node: SyntaxNode): boolean {
  return node.kind === 'choice' && node.isOptional;
}

/** `[TYPE NORMAL | MASTER]`: the token before the first alternative stands before them all. */
function sharedToken(alternatives: readonly Sequence[]): string | undefined {
  const [first, ...others] = alternatives;
  if (others.length === 0 || !begins(first!, 2)) return undefined;
  const word = first![0]!;
  return others.every((one) => begins(one, 1) && !begins(one, 2)) && word.kind === 'token' ? word.word : undefined;
}

function begins(sequence: Sequence, tokenCount: number): boolean {
  return sequence.slice(0, tokenCount).filter(({ kind }) => kind === 'token').length === tokenCount;
}
