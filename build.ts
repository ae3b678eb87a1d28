/**
 * Bundles the program into dist: an entry for each kind of thread and what they share. It starts in little more than
 * half the time of the source tree, whose hundreds of modules every thread would look for one by one.
 *
 * `npm ci` makes it (as `prepare`), and so does packing; one that is newer than the sources is left alone. src/launch.sh
 * takes no other.
 */
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import manifest from './package.json' with { type: 'json' };

const root = import.meta.dirname;
const [next, dist] = [`${root}/dist.next`, `${root}/dist`];

if (!isFresh()) {
  const bundler = await findBundler();
  if (bundler !== undefined) await bundle(bundler);
}

function isFresh(): boolean {
  const builtMs = statSync(`${dist}/src/main.js`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['src', 'workers'].flatMap((folder) => readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`));
  return ['package.json', 'build.ts', 'src', 'workers', ...sources].every((path) => statSync(`${root}/${path}`).mtimeMs < builtMs);
}

/** Undefined where npm has installed no tools of development: the source tree runs as it is. */
async function findBundler(): Promise<typeof import('rolldown') | undefined> {
  try {
    return await import('rolldown');
  } catch (error) {
    if (process.env['npm_lifecycle_event'] === 'prepare') return undefined;
    throw error;
  }
}

async function bundle({ rolldown }: typeof import('rolldown')): Promise<void> {
  rmSync(next, { recursive: true, force: true });
  const build = await rolldown({
    input: { 'src/main': `${root}/src/main.ts`, 'workers/shard': `${root}/workers/shard.ts`, 'workers/log': `${root}/workers/log.ts` },
    platform: 'node',
    external: [/^node:/, ...Object.keys(manifest.dependencies)],
  });
  const { output } = await build.write({ dir: next, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'src/shared/[name].js', comments: false });
  for (const part of output) if (part.type === 'chunk') writeFileSync(`${next}/${part.fileName}`, escapeBeyondAscii(part.code));
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}

/** A source of ASCII alone is read without decoding, and takes half the memory. What is beyond stands in strings only. */
function escapeBeyondAscii(code: string): string {
  return code.replaceAll(/\P{ASCII}/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i).toString(16).padStart(4, '0'));
    return units.map((unit) => `\\u${unit}`).join('');
  });
}
