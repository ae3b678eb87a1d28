/** package-lock.json must install anywhere: from whatever registry is configured, and on every platform. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: unknown;
}

const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockedPackage>> };

describe('package-lock.json', () => {
  it('names no registry', () => {
    expect(text).not.toContain('"resolved"');
  });

  it('holds the packages of every platform, or npm ci would look for them', () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}));
    expect(wanted.length).toBeGreaterThan(20);
    expect(wanted.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });

  it('marks platform packages with their platform', () => {
    const unmarked = Object.entries(packages).filter(([path, { os }]) => /node-(bin-)?(linux|darwin)|binding-/.test(path) && os === undefined
      && !path.includes('wasm32'));
    expect(unmarked.map(([path]) => path)).toEqual([]);
  });
});
