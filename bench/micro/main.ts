/**
 * Runs the micro benches of this folder one after the other, each in a process of its own. A bench is a file whose
 * opening comment tells how to run it.
 *
 *     node bench/micro/main.ts [name ...]
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const names = readdirSync(folder).filter(isBench).map((name) => name.slice(0, -'.ts'.length));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : names.toSorted();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}; there are ${names.join(', ')}`);

for (const name of wanted) {
  console.log(`\n## ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(folder, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

function isBench(name: string): boolean {
  return name !== 'main.ts' && name.endsWith('.ts') && readFileSync(join(folder, name), 'utf8').includes(`node bench/micro/${name}`);
}
