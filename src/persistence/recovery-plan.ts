/**
 * What is in the data directory and how it will be loaded: decided once, by the door, before the
 * shards load. A plan is plain data and goes to the shard threads as it is.
 *
 *   layout in force   redis-server's manifest   legacy file   -> plan
 *   no                no                        no            fresh
 *   no                yes                       any           foreign: its files, in order
 *   no                no                        yes           foreign: that file
 *   yes               no, or obsolete           any           own: one log per shard that wrote it
 *   yes               yes                       any           refused: which of the two is the data?
 */
import { basename, dirname } from 'node:path';
import type { Files } from './files.ts';
import { removeLeftovers } from './generation.ts';
import { readLayout, shardDirectory } from './layout.ts';
import type { Layout } from './layout.ts';
import { manifestName, readManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { PersistenceError } from './persistence-error.ts';

export interface RecoveryOptions {
  /** `<dir>/<appenddirname>`. */
  readonly root: string;
  readonly appendFilename: string;
  readonly shardCount: number;
  /** aof-load-truncated. */
  readonly loadTruncated: boolean;
}

/** One shard's log as it lies on disk. */
export interface LogPlan {
  /** The base, if there is one, and the increments, in order. */
  readonly paths: readonly string[];
  /** Sequence number of the last increment, which is continued. */
  readonly lastSequence: number;
  /** Transactions with an id up to this one are in the base. */
  readonly foldedId: number;
}

export type RecoveryPlan = RecoveryOptions & (
  | { readonly kind: 'fresh' }
  /** `logs[s]` was written by shard s of `logs.length`. */
  | { readonly kind: 'own'; readonly generation: number; readonly logs: readonly LogPlan[] }
  /** `obsolete` is what a new generation replaces (see layout.ts). */
  | { readonly kind: 'foreign'; readonly paths: readonly string[]; readonly obsolete: readonly string[] }
);

export type OwnPlan = Extract<RecoveryPlan, { kind: 'own' }>;
export type ForeignPlan = Extract<RecoveryPlan, { kind: 'foreign' }>;

/** Removes what an interrupted change of layout has left, then looks. Throws PersistenceError. */
export function planRecovery(files: Files, options: RecoveryOptions): RecoveryPlan {
  const { root, appendFilename } = options;
  removeLeftovers(files, root);
  const layout = readLayout(files, root);
  const manifest = readManifest(files, root, appendFilename);
  if (layout !== undefined && layout.generation > 0) {
    if (manifest !== undefined) refuseTwoLayouts(root, appendFilename);
    return { ...options, kind: 'own', generation: layout.generation, logs: ownLogs(files, options, layout) };
  }
  const names = files.list(root) ?? [];
  if (layout === undefined && names.some((name) => /^gen-\d+$/.test(name))) {
    throw new PersistenceError(`${root} holds data (gen-*) but no tessera.layout that says which is in force`);
  }
  if (manifest !== undefined) return { ...options, kind: 'foreign', ...foreignFiles(options, manifest) };
  const legacy = `${dirname(root)}/${appendFilename}`;
  if (files.list(dirname(root))?.includes(appendFilename) === true) {
    return { ...options, kind: 'foreign', paths: [legacy], obsolete: [`../${basename(legacy)}`] };
  }
  return { ...options, kind: 'fresh' };
}

function refuseTwoLayouts(root: string, appendFilename: string): never {
  throw new PersistenceError(
    `${root} holds Tessera's files and ${manifestName(appendFilename)} of another server. `
    + 'Move away the ones that are not your data',
  );
}

function ownLogs(files: Files, options: RecoveryOptions, layout: Layout): LogPlan[] {
  const logs: LogPlan[] = [];
  for (let shard = 0; shard < layout.shardCount; shard++) {
    const directory = shardDirectory(options.root, layout.generation, shard);
    const manifest = readManifest(files, directory, options.appendFilename);
    if (manifest === undefined) {
      throw new PersistenceError(
        `${directory}/${manifestName(options.appendFilename)} is missing. Was appendfilename changed?`,
      );
    }
    logs.push(logPlan(files, directory, manifest));
  }
  return logs;
}

function logPlan(files: Files, directory: string, manifest: Manifest): LogPlan {
  const last = manifest.increments.at(-1);
  if (last === undefined) throw new PersistenceError(`The manifest in ${directory} names no increment`);
  const paths = partPaths(directory, manifest);
  const present = new Set(files.list(directory));
  for (const path of paths) {
    if (!present.has(basename(path))) throw new PersistenceError(`${path} is in the manifest but does not exist`);
  }
  return { paths, lastSequence: last.sequence, foldedId: manifest.foldedId };
}

function foreignFiles(options: RecoveryOptions, manifest: Manifest): { paths: string[]; obsolete: string[] } {
  const paths = partPaths(options.root, manifest);
  if (paths.length === 0) throw new PersistenceError(`The manifest in ${options.root} names no file to load`);
  const names = [...paths.map((path) => basename(path)), ...manifest.history.map((file) => file.name)];
  return { paths, obsolete: [manifestName(options.appendFilename), ...names] };
}

function partPaths(directory: string, manifest: Manifest): string[] {
  const parts = manifest.base === undefined ? manifest.increments : [manifest.base, ...manifest.increments];
  return parts.map((file) => `${directory}/${file.name}`);
}
