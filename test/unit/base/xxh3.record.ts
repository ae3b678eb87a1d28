/**
 * Writes xxh3.recorded.txt: one line of 16 hexadecimal digits for each of xxh3Lengths, as
 * `xxhsum -H3` (Debian package xxhash) prints them. Run with the path of xxhsum when it is not on PATH:
 *
 *   node test/unit/base/xxh3.record.ts [xxhsum]
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempDir } from '../../support/temp-dir.ts';
import { xxh3Input, xxh3Lengths } from './xxh3-input.ts';

const xxhsum = process.argv[2] ?? 'xxhsum';
const dir = makeTempDir('xxh3');
for (const length of xxh3Lengths) writeFileSync(join(dir, String(length)), xxh3Input.subarray(0, length));
const output = execFileSync(xxhsum, ['-H3', ...xxh3Lengths.map(String)], { cwd: dir, encoding: 'utf8' });
const digests = new Map([...output.matchAll(/^XXH3 \((\d+)\) = ([0-9a-f]{16})$/gm)].map((line) => [Number(line[1]), line[2]!]));
const lines = xxh3Lengths.map((length) => {
  const digest = digests.get(length);
  if (digest === undefined) throw new Error(`no digest of ${length} bytes in: ${output.slice(0, 200)}`);
  return digest;
});
writeFileSync(new URL('xxh3.recorded.txt', import.meta.url), `${lines.join('\n')}\n`);
