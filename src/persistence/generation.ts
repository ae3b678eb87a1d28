/**
 * A generation is a complete set of log files, one sub-directory per shard. A new one is written when
 * there is none, when the number of shards has changed, when files of redis-server are taken over, and
 * when appendonly is switched on while running:
 *
 *   beginGeneration    door         the layout names it as `preparing`; an old set stays in force
 *   createShardLog     each shard   base, first increment, manifest
 *   commitGeneration   door         the layout names it as the generation in force; the old set goes
 *
 * A crash before the last step leaves the old set as it was, one after it leaves the new set.
 */
import { dirname, join } from 'node:path';
import { assert } from '../base/assert.ts';
import type { Effects } from '../channel/effects.ts';
import { writeBaseFile } from './base-file.ts';
import type { Files } from './files.ts';
import { emptyLayout, generationDirectory, readLayout, shardDirectory, writeLayout } from './layout.ts';
import { baseName, incrementName, writeManifest } from './manifest.ts';

/** Where a shard's log is written next. */
export interface LogTarget {
  readonly generation: number;
  readonly sequence: number;
}

/** Returns the number of the new generation. Only one can be in preparation. */
export function beginGeneration(files: Files, root: string): number {
  makeDurableDirectory(files, root);
  removeLeftovers(files, root);
  const layout = readLayout(files, root) ?? emptyLayout;
  const generation = layout.generation + 1;
  writeLayout(files, root, { ...layout, preparing: generation });
  makeDurableDirectory(files, generationDirectory(root, generation));
  return generation;
}

/**
 * Writes one shard's log of a generation in preparation. `emit`, if there is anything to keep, writes
 * the effects that make the shard's whole content; transactions up to `foldedId` are in them.
 */
export function createShardLog(
  files: Files, place: { readonly root: string; readonly generation: number; readonly shard: number; readonly appendFilename: string },
  foldedId: number, emit?: (effects: Effects) => void,
): LogTarget {
  const { root, generation, shard, appendFilename } = place;
  const directory = shardDirectory(root, generation, shard);
  makeDurableDirectory(files, directory);
  // A shard without content has an empty base, which carries `folded`.
  const base = { name: baseName(appendFilename, 1), sequence: 1 };
  const increment = { name: incrementName(appendFilename, 1), sequence: 1 };
  if (emit === undefined) createEmptyFile(files, `${directory}/${base.name}`);
  else writeBaseFile(files, `${directory}/${base.name}`, emit);
  createEmptyFile(files, `${directory}/${increment.name}`);
  files.syncDirectory(directory);
  writeManifest(files, directory, appendFilename, { base, history: [], increments: [increment], foldedId });
  return { generation, sequence: 1 };
}

/** Puts the generation into force and removes the set before it and `obsolete` (see layout.ts). */
export function commitGeneration(
  files: Files, root: string, generation: number, shardCount: number, obsolete: readonly string[] = [],
): void {
  const layout = readLayout(files, root) ?? emptyLayout;
  assert(layout.preparing === generation, 'the generation put into force is the one in preparation');
  const old = layout.generation > 0 ? [`gen-${layout.generation}`] : [];
  writeLayout(files, root, { generation, shardCount, preparing: 0, obsolete: [...layout.obsolete, ...old, ...obsolete] });
  removeLeftovers(files, root);
}

/** Removes what the layout names as obsolete, or as in preparation and thus interrupted. */
export function removeLeftovers(files: Files, root: string): void {
  const layout = readLayout(files, root);
  if (layout === undefined || (layout.preparing === 0 && layout.obsolete.length === 0)) return;
  if (layout.preparing > 0) files.remove(generationDirectory(root, layout.preparing));
  for (const name of layout.obsolete) files.remove(join(root, name));
  files.syncDirectory(root);
  if (layout.obsolete.some((name) => name.startsWith('../'))) files.syncDirectory(dirname(root));
  writeLayout(files, root, { ...layout, preparing: 0, obsolete: [] });
}

function makeDurableDirectory(files: Files, path: string): void {
  files.makeDirectory(path);
  files.syncDirectory(dirname(path));
}

function createEmptyFile(files: Files, path: string): void {
  const file = files.open(path, 'create');
  try {
    files.sync(file);
  } finally {
    files.close(file);
  }
}
