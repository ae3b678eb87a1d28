import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { threadLogger } from '../../../src/base/logger.ts';
import { ServerLogger } from '../../../src/base/server-logger.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

function collected(level: 'debug' | 'verbose' | 'notice' | 'warning' | 'nothing', isReadable = false) {
  const lines: string[] = [];
  const logger = new ServerLogger({ level, path: '', write: (line) => void lines.push(line), isReadable });
  const records = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, records };
}

describe('ServerLogger', () => {
  it('writes a JSON line with level, time, process, thread, details and message', () => {
    const { logger, records } = collected('notice');
    logger.notice('Server initialized', { port: 7000 });
    expect(records()).toEqual([{
      level: 30, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), pid: process.pid, thread: 'door', port: 7000,
      msg: 'Server initialized',
    }]);
  });

  it.each([
    ['debug', ['a', 'b', 'c', 'd']],
    ['verbose', ['b', 'c', 'd']],
    ['notice', ['c', 'd']],
    ['warning', ['d']],
    ['nothing', []],
  ] as const)('at level %s writes %j', (level, messages) => {
    const { logger, records } = collected(level);
    logger.debug('a');
    logger.verbose('b');
    logger.notice('c');
    logger.warning('d');
    expect(records().map(({ msg }) => msg)).toEqual(messages);
  });

  it('changes its level while running, for every thread', () => {
    const { logger, records } = collected('warning');
    const shard = threadLogger(logger.portFor('shard-0'));
    shard.debug('before');
    logger.drain();
    logger.setLevel('debug');
    shard.debug('after');
    logger.drain();
    expect(records().map(({ thread, msg }) => [thread, msg])).toEqual([['shard-0', 'after']]);
  });

  it('takes over lines of other threads as they come, under their names', async () => {
    const { logger, records } = collected('notice');
    threadLogger(logger.portFor('shard-1')).notice('one', { addedBytes: 5 });
    await expect.poll(records).toMatchObject([{ thread: 'shard-1', msg: 'one', addedBytes: 5 }]);
  });

  it('shows where an error came from, also from another thread', () => {
    const { logger, records } = collected('notice');
    threadLogger(logger.portFor('log')).warning('it broke', { error: new RangeError('too far') });
    logger.drain();
    expect(records()).toMatchObject([{
      level: 40, thread: 'log', error: { type: 'RangeError', message: 'too far', stack: expect.stringContaining('server-logger.test') },
    }]);
  });

  it('writes readable lines where a person reads them', () => {
    const { logger, lines } = collected('notice', true);
    logger.warning('Failed listening on port 1');
    expect(stripVTControlCharacters(lines.join(''))).toMatch(/^\[\d{4}-\d\d-\d\d [\d:.]+\] WARNING: door: Failed listening on port 1\n$/);
  });

  it('writes to the file at its path, also after a log rotation has taken it away', () => {
    const path = join(makeTempDir('log'), 'server.log');
    const logger = new ServerLogger({ level: 'notice', path });
    logger.notice('one');
    renameSync(path, `${path}.1`);
    logger.notice('two');
    expect([`${path}.1`, path].map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { msg: string }).msg)).toEqual(['one', 'two']);
  });

  it('goes on when its file cannot be written', () => {
    const directory = makeTempDir('log');
    const logger = new ServerLogger({ level: 'notice', path: join(directory, 'server.log') });
    rmSync(directory, { recursive: true });
    expect(() => logger.notice('lost')).not.toThrow();
  });
});
