/**
 * The manifest of a multi-part append-only file, as Redis 7 writes it: one line a file.
 *
 *   file appendonly.aof.2.base.aof seq 2 type b folded 417
 *   file appendonly.aof.2.incr.aof seq 2 type i
 *
 * `b` is the base, `h` history (superseded, to be removed), `i` increments in order. Unknown pairs are
 * ignored by Redis and by redis-check-aof; ours is `folded`: transactions with an id up to it are in
 * the base. Lines that begin with # are comments.
 */
import { quoteIfNeeded, splitWords } from '../config/words.ts';
import type { Files } from './files.ts';
import { PersistenceError } from './persistence-error.ts';
import { readTextFile, replaceTextFile } from './text-file.ts';

export interface ManifestFile {
  readonly name: string;
  readonly sequence: number;
}

export interface Manifest {
  readonly base: ManifestFile | undefined;
  readonly history: readonly ManifestFile[];
  readonly increments: readonly ManifestFile[];
  readonly foldedId: number;
}

export const baseName = (appendFilename: string, sequence: number): string => `${appendFilename}.${sequence}.base.aof`;
export const incrementName = (appendFilename: string, sequence: number): string => `${appendFilename}.${sequence}.incr.aof`;
export const manifestName = (appendFilename: string): string => `${appendFilename}.manifest`;

/** The manifest in `directory`, or undefined if there is none. Throws PersistenceError on a bad one. */
export function readManifest(files: Files, directory: string, appendFilename: string): Manifest | undefined {
  const path = `${directory}/${manifestName(appendFilename)}`;
  const text = readTextFile(files, path);
  return text === undefined ? undefined : parseManifest(text, path);
}

/** Replaces the manifest in `directory` atomically and durably. */
export function writeManifest(files: Files, directory: string, appendFilename: string, manifest: Manifest): void {
  const name = manifestName(appendFilename);
  replaceTextFile(files, `${directory}/${name}`, `${directory}/temp-${name}`, formatManifest(manifest));
}

export function formatManifest(manifest: Manifest): string {
  const folded = manifest.foldedId > 0 ? ` folded ${manifest.foldedId}` : '';
  return (manifest.base === undefined ? '' : formatLine(manifest.base, 'b', folded))
    + manifest.history.map((file) => formatLine(file, 'h')).join('')
    + manifest.increments.map((file) => formatLine(file, 'i')).join('');
}

/** `path` is for messages. */
export function parseManifest(text: string, path: string): Manifest {
  let base: ManifestFile | undefined;
  let foldedId = 0;
  const history: ManifestFile[] = [];
  const increments: ManifestFile[] = [];
  const lines = text.split('\n');
  const fail = (number: number, reason: string): never => {
    throw new PersistenceError(`Bad manifest ${path}, line ${number}: ${reason}`);
  };
  if (lines.pop() !== '') fail(lines.length + 1, 'the line does not end');
  if (lines.length === 0) fail(1, 'it is empty');
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('#')) continue;
    const entry = parseLine(line) ?? fail(at + 1, `"${line}" is no entry`);
    if (entry.type === 'h') {
      history.push(entry.file);
    } else if (entry.type === 'b') {
      if (base !== undefined) fail(at + 1, 'a second base');
      base = entry.file;
      foldedId = entry.foldedId;
    } else {
      const last = increments.at(-1);
      if (last !== undefined && last.sequence >= entry.file.sequence) fail(at + 1, 'increments are not in order');
      increments.push(entry.file);
    }
  }
  return { base, history, increments, foldedId };
}

function formatLine(file: ManifestFile, type: string, more = ''): string {
  return `file ${quoteIfNeeded(file.name)} seq ${file.sequence} type ${type}${more}\n`;
}

interface Entry {
  readonly file: ManifestFile;
  readonly type: 'b' | 'h' | 'i';
  readonly foldedId: number;
}

function parseLine(line: string): Entry | undefined {
  const words = splitWords(line);
  if (words === undefined || words.length % 2 !== 0) return undefined;
  const pairs = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) pairs.set(words[i]!.toLowerCase(), words[i + 1]!);
  const name = pairs.get('file') ?? '';
  const type = pairs.get('type');
  const sequence = Number(pairs.get('seq'));
  const foldedId = Number(pairs.get('folded') ?? 0);
  if (name === '' || name.includes('/') || (type !== 'b' && type !== 'h' && type !== 'i')) return undefined;
  if (!Number.isSafeInteger(sequence) || sequence < 1 || !Number.isSafeInteger(foldedId) || foldedId < 0) return undefined;
  return { file: { name, sequence }, type, foldedId };
}
