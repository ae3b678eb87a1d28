/**
 * Reads a command's grammar as its documentation writes it, `key value [NX | XX] [EX seconds]`, into a tree:
 *
 *   sequence      node node …
 *   [a | b]       optional choice         <a | b>   required choice
 *   x y [x y …]   a repeated sequence     `…` being three dots
 *   UPPER CASE    a token, to be written as it is; so are signs such as = and *
 *
 * Grammars are ours (the rows'), so one that does not parse is a defect.
 */
import { assert } from '../../base/assert.ts';

export type SyntaxNode =
  | { readonly kind: 'token' | 'name'; readonly word: string }
  | { readonly kind: 'choice'; readonly isOptional: boolean; readonly alternatives: readonly Sequence[] }
  | { readonly kind: 'repeat'; readonly sequence: Sequence };

export type Sequence = readonly SyntaxNode[];

const dots = '...';
const tokenPattern = /^(?:[A-Z][A-Z0-9-]*|[^\w[\]<>|]+)$/;

export function parseSyntax(text: string): Sequence {
  const parsing = new Parsing(text.match(/\.\.\.|[[\]<>|]|[^\s[\]<>|]+/g) ?? []);
  const sequence = parsing.sequence();
  assert(parsing.isAtEnd, `a command's syntax is well formed: ${text}`);
  return sequence;
}

class Parsing {
  readonly #lexemes: readonly string[];
  #at = 0;

  constructor(lexemes: readonly string[]) {
    this.#lexemes = lexemes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#lexemes.length;
  }

  sequence(): Sequence {
    const nodes: SyntaxNode[] = [];
    for (;;) {
      const lexeme = this.#lexemes[this.#at];
      if (lexeme === undefined || lexeme === dots || lexeme === '|' || lexeme === ']' || lexeme === '>') return nodes;
      this.#at++;
      if (lexeme === '[') this.#brackets(nodes, ']');
      else if (lexeme === '<') this.#brackets(nodes, '>');
      else nodes.push({ kind: tokenPattern.test(lexeme) ? 'token' : 'name', word: lexeme });
    }
  }

  /** What stands between brackets: a choice, or the repetition of what came before. */
  #brackets(nodes: SyntaxNode[], close: ']' | '>'): void {
    const alternatives = [this.sequence()];
    while (this.#take('|')) alternatives.push(this.sequence());
    const repeats = this.#take(dots);
    assert(this.#take(close), 'brackets in a syntax are closed');
    if (!repeats) {
      nodes.push({ kind: 'choice', isOptional: close === ']', alternatives });
      return;
    }
    const sequence = alternatives[0]!;
    const before = nodes.slice(-sequence.length);
    if (alternatives.length === 1 && isSame(before, sequence)) nodes.splice(-sequence.length, sequence.length, { kind: 'repeat', sequence });
    else nodes.push({ kind: 'choice', isOptional: true, alternatives: alternatives.map((one) => [{ kind: 'repeat', sequence: one }]) });
  }

  #take(lexeme: string): boolean {
    if (this.#lexemes[this.#at] !== lexeme) return false;
    this.#at++;
    return true;
  }
}

function isSame(a: Sequence, b: Sequence): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
