import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lastLines } from '../../../src/cli/log-tail.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const path = join(makeTempDir('log'), 'tessera.log');

function entry(msg: string, more: object = {}): string {
  return `${JSON.stringify({ level: 30, time: '2026-11-27T16:00:00.000Z', msg, ...more })}\n`;
}

it('begins with the last start, and puts JSON into words', () => {
  writeFileSync(path, `${entry('Running mode=cluster, PID: 1')}${entry('bye')}${entry('Running mode=cluster, PID: 2')}plain words\n\n${entry('failed', { error: { message: 'why' } })}`);
  expect(lastLines(path)).toEqual(['2026-11-27T16:00:00.000Z Running mode=cluster, PID: 2', 'plain words', '2026-11-27T16:00:00.000Z failed: why']);
});

it('is short, however long the log is', () => {
  appendFileSync(path, Array.from({ length: 5000 }, (_, index) => entry(`line ${index}`)).join(''));
  expect(lastLines(path)).toHaveLength(15);
  expect(lastLines(path).at(-1)).toBe('2026-11-27T16:00:00.000Z line 4999');
});

it('is empty without a log', () => {
  expect(lastLines(`${path}.absent`)).toEqual([]);
});
