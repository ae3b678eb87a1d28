/**
 * The layout file `tessera.layout` in appenddirname says which files are the data:
 *
 *   format 1
 *   generation 3              directory gen-3 holds the data; 0: none does yet
 *   shards 2                  gen-3/shard-0 and gen-3/shard-1, each a multi-part append-only file
 *   preparing 4               gen-4 is being written and does not count: removed at the next start
 *   obsolete gen-2            superseded and to be removed; a name here or `../name` beside us
 *
 * Replacing this file, which is atomic, is the one step that puts another set of files into force.
 * Only what it names as preparing or obsolete is ever removed.
 */
import { assert } from '../base/assert.ts';
import type { Files } from './files.ts';
import { PersistenceError } from './persistence-error.ts';
import { readTextFile, replaceTextFile } from './text-file.ts';

export interface Layout {
  readonly generation: number;
  readonly shardCount: number;
  readonly preparing: number;
  readonly obsolete: readonly string[];
}

export const emptyLayout: Layout = { generation: 0, shardCount: 0, preparing: 0, obsolete: [] };

const layoutName = 'tessera.layout';
const format = 1;

export function generationDirectory(root: string, generation: number): string {
  return `${root}/gen-${generation}`;
}

export function shardDirectory(root: string, generation: number, shard: number): string {
  return `${generationDirectory(root, generation)}/shard-${shard}`;
}

/** The layout of the directory `root`, or undefined if it has none. */
export function readLayout(files: Files, root: string): Layout | undefined {
  const path = `${root}/${layoutName}`;
  const text = readTextFile(files, path);
  return text === undefined ? undefined : parseLayout(text, path);
}

export function writeLayout(files: Files, root: string, layout: Layout): void {
  replaceTextFile(files, `${root}/${layoutName}`, `${root}/temp-${layoutName}`, formatLayout(layout));
}

export function formatLayout(layout: Layout): string {
  const lines = [`format ${format}`, `generation ${layout.generation}`, `shards ${layout.shardCount}`];
  if (layout.preparing > 0) lines.push(`preparing ${layout.preparing}`);
  for (const name of layout.obsolete) {
    assert(isRemovable(name) && !name.includes('\n'), 'an obsolete name is one plain line');
    lines.push(`obsolete ${name}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `path` is for messages. */
export function parseLayout(text: string, path: string): Layout {
  const numbers = { format: 0, generation: 0, shards: 0, preparing: 0 };
  const obsolete: string[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const [key = '', value = ''] = splitOnce(line);
    if (key === 'obsolete' && isRemovable(value)) obsolete.push(value);
    else if (Object.hasOwn(numbers, key) && /^\d+$/.test(value)) numbers[key as keyof typeof numbers] = Number(value);
    else throw new PersistenceError(`Bad layout file ${path}: "${line}"`);
  }
  if (numbers.format !== format) {
    throw new PersistenceError(`${path} has format ${numbers.format}; this version reads format ${format}`);
  }
  return { generation: numbers.generation, shardCount: numbers.shards, preparing: numbers.preparing, obsolete };
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(' ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

/** A plain name here or beside us. */
function isRemovable(name: string): boolean {
  const plain = name.startsWith('../') ? name.slice(3) : name;
  return plain !== '' && plain !== '.' && plain !== '..' && !plain.includes('/');
}
