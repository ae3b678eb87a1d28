/** The source files of the project and what they import, for tests about the code itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;

export interface SourceFile {
  /** From the top of the project: `src/base/assert.ts`. */
  readonly path: string;
  readonly text: string;
  /** The text without comments and without the contents of quotes. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** A path from the top of the project, or the name of a package. */
  readonly target: string;
  /** Gone after type stripping. */
  readonly isTypeOnly: boolean;
}

/** Every .ts file under the folders, without declarations of packages. */
export function readSources(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => listFiles(folder)).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, code: withoutComments(text), imports: importsOf(path, text) };
  });
}

function listFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).map((name) => join(folder, name)).toSorted();
}

const statement = /^(?:import|export)\s+(type\s+)?(?:[^'"();]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(statement)].map((match) => {
    const target = match[2] ?? match[3]!;
    const isDynamicType = match[3] !== undefined && /\btypeof\s+$/.test(text.slice(0, match.index));
    return {
      target: target.startsWith('.') ? normalize(join(dirname(path), target)) : target,
      isTypeOnly: match[1] !== undefined || isDynamicType,
    };
  });
}

const commentOrQuote = /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;

function withoutComments(text: string): string {
  return text.replaceAll(commentOrQuote, (part) => (part.startsWith('/') ? '' : part[0]! + part.at(-1)!));
}
