/**
 * The architecture as a test: who may import whom, where clocks and timers may be read, that nothing is left over,
 * and the facts of style that are cheap to check. Change a table here only together with ARCHITECTURE.md.
 */
import { describe, expect, it } from 'vitest';
import type { Option } from '../../src/config/option.ts';
import { options } from '../../src/config/options.ts';
import { readSources } from './source-tree.ts';
import type { Import, SourceFile } from './source-tree.ts';

/** What the files of a folder may import, beside their own folder. */
const mayImport: Record<string, readonly string[]> = {
  base: [],
  config: ['base'],
  channel: ['base'],
  protocol: ['base'],
  memory: ['base'],
  structures: ['memory', 'base'],
  keyspace: ['structures', 'memory', 'base'],
  commands: ['persistence', 'keyspace', 'structures', 'protocol', 'channel', 'base'],
  shard: ['persistence', 'commands', 'keyspace', 'structures', 'memory', 'protocol', 'channel', 'base'],
  persistence: ['keyspace', 'structures', 'memory', 'protocol', 'channel', 'config', 'base'],
  lifecycle: ['config', 'base'],
  observe: ['config', 'protocol', 'channel', 'base'],
  cluster: ['config', 'protocol', 'base'],
  socket: ['config', 'protocol', 'base'],
  routing: ['shard', 'socket', 'cluster', 'commands', 'keyspace', 'structures', 'memory', 'protocol', 'channel', 'base'],
  server: [
    'routing', 'socket', 'cluster', 'observe', 'lifecycle', 'persistence', 'commands', 'protocol', 'channel', 'config', 'base',
  ],
  cli: ['config', 'protocol', 'base'],
  main: ['server', 'cli', 'socket', 'lifecycle', 'persistence', 'config', 'base'],
  workers: ['shard', 'persistence'],
};

/** What a folder may know by type only: mostly the shape of what calls it. */
const mayKnow: Record<string, readonly string[]> = {
  commands: ['memory', 'routing', 'cluster', 'server'],
  routing: ['shard', 'server'],
  server: ['shard'],
};

/** The edges: who may ask for the time, wait, or throw dice. Everything else is given these as values. */
const edges = [
  'src/base/clock.ts', 'src/base/server-logger.ts', 'src/lifecycle/', 'src/socket/', 'src/routing/door.ts', 'src/routing/client-pause.ts',
  'src/persistence/log-thread.ts', 'src/shard/shard-thread.ts', 'src/server/', 'src/cli/', 'src/main.ts', 'workers/',
];

const lineCountMax = 500;
const sources = readSources('src', 'workers');
const everything = [...sources, ...readSources('test', 'bench')];
const byPath = new Map(sources.map((file) => [file.path, file]));

describe('imports', () => {
  it('point down the table of layers', () => {
    const wrong = eachImport((file, { target, isTypeOnly }) => {
      const [from, to] = [layerOf(file.path), layerOf(target)];
      const isFine = from === to || mayImport[from]!.includes(to) || (isTypeOnly && (mayKnow[from] ?? []).includes(to));
      return isFine ? undefined : `${file.path} -> ${target}${isTypeOnly ? ' (type)' : ''}`;
    });
    expect(wrong).toEqual([]);
  });

  it('come from folders that the table knows', () => {
    expect(sources.map(({ path }) => layerOf(path)).filter((layer) => !(layer in mayImport))).toEqual([]);
  });

  it('exist, and name the file with its ending', () => {
    expect(eachImport((file, { target }) => (byPath.has(target) ? undefined : `${file.path} -> ${target}`))).toEqual([]);
  });

  it('make no circle, apart from types', () => {
    expect(findCircles()).toEqual([]);
  });

  it('use every file but the entries', () => {
    const used = new Set(sources.flatMap(({ imports }) => imports.map(({ target }) => target)));
    const unused = sources.map(({ path }) => path)
      .filter((path) => !used.has(path) && path !== 'src/main.ts' && !path.startsWith('workers/'));
    expect(unused).toEqual([]);
  });
});

describe('clocks, timers and dice', () => {
  it('are used at the edges only', () => {
    const use = /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.hrtime|setTimeout|setInterval)\b/;
    const wrong = sources.filter(({ path, code }) => use.test(code) && !edges.some((edge) => path.startsWith(edge)));
    expect(wrong.map(({ path, code }) => `${path}: ${use.exec(code)![0]}`)).toEqual([]);
  });
});

describe('configuration', () => {
  /** What the configuration itself does: guards CONFIG SET, refuses policies that are not there. */
  const inside = ['enable-protected-configs', 'maxmemory-policy'];
  const readers = sources.filter(({ path }) => !path.startsWith('src/config/'));
  const isRead = (name: string): boolean => readers.some(({ text, code }) =>
    (name.includes('-') ? text.includes(`'${name}'`) : new RegExp(`\\b${name}\\b`).test(code)));

  it('has an effect where the table says so', () => {
    const rows = Object.entries<Option<unknown>>(options).filter(([, { unused }]) => unused === undefined);
    expect(rows.map(([name]) => name).filter((name) => !isRead(name) && !inside.includes(name))).toEqual([]);
  });

  it('says so of every option that is read', () => {
    const rows = Object.entries<Option<unknown>>(options).filter(([, { unused }]) => unused !== undefined);
    expect(rows.map(([name]) => name).filter((name) => name.includes('-') && isRead(name))).toEqual([]);
  });
});

describe('style', () => {
  it('leaves no notes to oneself and no tests switched off', () => {
    const note = /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(only|skip|todo|fails)\b|\bx(it|describe)\(/;
    const wrong = everything.filter(({ path, text }) => path !== 'test/unit/layering.test.ts' && note.test(text));
    expect(wrong.map(({ path, text }) => `${path}: ${note.exec(text)![0]}`)).toEqual([]);
  });

  it('keeps files short', () => {
    const long = everything.filter(({ text }) => text.split('\n').length > lineCountMax).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('opens each file with what it is for', () => {
    expect(sources.filter(({ text }) => !text.startsWith('/**')).map(({ path }) => path)).toEqual([]);
  });

  it('names files in kebab case, and has no barrel files', () => {
    const wrong = everything.map(({ path }) => path)
      .filter((path) => !/^[a-z0-9-]+(\.(test|config|record))?\.ts$/.test(path.split('/').at(-1)!) || path.endsWith('/index.ts'));
    expect(wrong).toEqual([]);
  });
});

function layerOf(path: string): string {
  if (path === 'src/main.ts') return 'main';
  const [top, second] = path.split('/');
  return top === 'src' ? second! : top!;
}

/** What `judge` says of each import of one of our own files. */
function eachImport(judge: (file: SourceFile, imported: Import) => string | undefined): string[] {
  return sources.flatMap((file) => file.imports.filter(({ target }) => /^(src|workers|test|bench)\//.test(target))
    .map((imported) => judge(file, imported))).filter((verdict) => verdict !== undefined);
}

function findCircles(): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const { target, isTypeOnly } of byPath.get(path)?.imports ?? []) {
      if (!isTypeOnly && byPath.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return circles;
}
