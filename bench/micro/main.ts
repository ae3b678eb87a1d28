/**
 * Runs the micro benches of this folder one after the other, each in a process of its own.
 *
 *     node bench/micro/main.ts [name ...]
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const names = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'main.ts').map((name) => name.slice(0, -3));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : names.toSorted();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}; there are ${names.join(', ')}`);

for (const name of wanted) {
  console.log(`\n## ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(folder, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
