import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const library = new URL('../../../src/lifecycle/daemonize.ts', import.meta.url).pathname;

/** A program that goes to the background and leaves a note there of what it found. */
const program = `
  import { readFileSync, renameSync, writeFileSync } from 'node:fs';
  import { startDaemon, takeDaemonMark } from ${JSON.stringify(library)};
  if (!takeDaemonMark()) {
    const input = process.argv[2] === '-' ? readFileSync(0, 'utf8') : undefined;
    console.log(await startDaemon(input));
    process.exit(0);
  }
  const [session] = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ').slice(3, 4);
  writeFileSync('note.tmp', JSON.stringify({
    pid: process.pid, session: Number(session), arguments: process.argv.slice(2), input: readFileSync(0, 'utf8'),
    again: takeDaemonMark(),
  }));
  renameSync('note.tmp', 'note');
`;

async function run(...words: string[]): Promise<{ readonly started: number; readonly note: Record<string, unknown> }> {
  const directory = makeTempDir('daemon');
  writeFileSync(join(directory, 'program.ts'), program);
  const { stdout, status, stderr } = spawnSync(process.execPath, ['program.ts', ...words], {
    cwd: directory, input: 'port 7000\n', encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const path = join(directory, 'note');
  await until('the daemon has left its note', () => existsSync(path));
  return { started: Number(stdout), note: JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> };
}

describe('startDaemon', () => {
  it('goes on in a session of its own, with the same arguments and no input', async () => {
    const { started, note } = await run('--port', '1');
    expect(note).toEqual({ pid: started, session: started, arguments: ['--port', '1'], input: '', again: false });
  });

  it('hands on what was read from standard input', async () => {
    const { note } = await run('-');
    expect(note).toMatchObject({ arguments: ['-'], input: 'port 7000\n' });
  });
});
