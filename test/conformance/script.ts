/**
 * Conformance scripts: commands only, never what they should answer. A line is a command in
 * redis-cli's quoting, `# ` starts a comment, and `!` starts a directive:
 *
 *   !server maxmemory 1mb    head of the file: both servers start with this directive
 *   !protocol 2              head: the whole script, in a case: that case, in this protocol only
 *   !case title              a fresh connection and an empty server; needed before the first command
 *   !client b                the next lines go over the connection named b (opened on first use)
 *   !raw "bytes" "bytes"     sends the bytes as they are; all replies up to a later sentinel count
 *   !scan SCAN 0 COUNT 3     follows the cursor to its end; the set of elements counts
 *   !sleep 20                milliseconds
 *   !until text CLUSTER INFO repeats the command until its reply has the text; nothing is compared
 *   !unordered  !pairs  !shape  !numbers  !about 1000   how the next line's reply is compared (compare.ts)
 */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { splitWords } from '../support/quoting.ts';

export type Protocol = 2 | 3;

/** See compare.ts; `scored`, `encoding` and `defect` are the generator's alone. */
export type Rule =
  | { readonly kind: 'bytes' | 'unordered' | 'pairs' | 'shape' | 'numbers' | 'scored' | 'encoding' }
  | { readonly kind: 'about'; readonly tolerance: number }
  | { readonly kind: 'defect'; readonly reply: string };

export interface Step {
  readonly kind: 'command' | 'raw' | 'scan' | 'sleep' | 'until';
  /** The line as written, which names the step in reports and recordings. */
  readonly line: string;
  readonly client: string;
  readonly words: readonly Buffer[];
  readonly rule: Rule;
}

export interface Case {
  readonly title: string;
  readonly protocols: readonly Protocol[];
  readonly steps: readonly Step[];
}

export interface Script {
  readonly name: string;
  /** Directives both servers start with. */
  readonly config: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

const FOLDER = new URL('scripts', import.meta.url).pathname;

/** Every script of the folder, in the order of their names. */
export function readScripts(): Script[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));
  return files.toSorted().map((file) => parseScript(basename(file, '.txt'), readFileSync(join(FOLDER, file), 'utf8')));
}

/** A script from its text; throws with the line when it cannot be read. */
export function parseScript(name: string, text: string): Script {
  const parsing = new Parsing();
  for (const [index, line] of text.split('\n').entries()) {
    try {
      parsing.add(line.trim());
    } catch (error) {
      throw new Error(`${name}.txt:${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  }
  return { name, config: parsing.config, cases: parsing.cases };
}

class Parsing {
  readonly config: Record<string, string> = {};
  readonly cases: { title: string; protocols: readonly Protocol[]; steps: Step[] }[] = [];
  #protocols: readonly Protocol[] = [2, 3];
  #client = 'main';
  #rule: Rule = { kind: 'bytes' };

  add(line: string): void {
    if (line === '' || line.startsWith('# ') || line === '#') return;
    if (!line.startsWith('!')) this.#step('command', line, splitWords(line));
    else if (line.startsWith('!case ')) this.#case(line.slice('!case '.length));
    else this.#directive(line, splitWords(line));
  }

  #case(title: string): void {
    this.cases.push({ title, protocols: this.#protocols, steps: [] });
    this.#client = 'main';
  }

  #directive(line: string, [name, ...words]: Buffer[]): void {
    const first = String(words[0] ?? '');
    switch (String(name)) {
      case '!server':
        this.config[first] = String(words[1]);
        break;
      case '!protocol':
        this.#protocol(Number(first) as Protocol);
        break;
      case '!client':
        this.#client = first;
        break;
      case '!unordered':
      case '!pairs':
      case '!shape':
      case '!numbers':
        this.#rule = { kind: String(name).slice(1) as 'unordered' | 'pairs' | 'shape' | 'numbers' };
        break;
      case '!about':
        this.#rule = { kind: 'about', tolerance: Number(first) };
        break;
      case '!raw':
      case '!scan':
      case '!sleep':
      case '!until':
        this.#step(String(name).slice(1) as Step['kind'], line, words);
        break;
      default:
        throw new Error(`no such directive: ${name}`);
    }
  }

  #protocol(protocol: Protocol): void {
    const current = this.cases.at(-1);
    if (current === undefined) this.#protocols = [protocol];
    else current.protocols = [protocol];
  }

  #step(kind: Step['kind'], line: string, words: readonly Buffer[]): void {
    const current = this.cases.at(-1);
    if (current === undefined) throw new Error('a command before the first !case');
    current.steps.push({ kind, line, client: this.#client, words, rule: this.#rule });
    this.#rule = { kind: 'bytes' };
  }
}
