/** Every command of the data types, and every word of its grammar, is asked for in a conformance script or a test of its own. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dataTypeWords } from '../support/command-words.ts';

const folders = ['scripts', '../unit/commands'].map((path) => new URL(path, import.meta.url).pathname);

test('every command and option is in a script or a test', () => {
  const lines = [...folders.flatMap(filesOf), new URL('newer.test.ts', import.meta.url).pathname].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const words = lines.map((line) => new Set(line.toUpperCase().match(/[A-Z_][A-Z0-9_-]*/g)));
  const missing = dataTypeWords().filter((what) => {
    const wanted = what.split(' ');
    return !words.some((line) => wanted.every((word) => line.has(word)));
  });
  expect(missing).toEqual([]);
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(txt|ts)$/.test(name)).map((name) => `${folder}/${name}`);
}
