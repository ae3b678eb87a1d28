import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/config/command-line.ts';

function lines(...argv: string[]): readonly string[] {
  const parsed = parseCommandLine(argv);
  return parsed.action === 'run' ? parsed.lines : [];
}

describe('parseCommandLine', () => {
  it('asks for the version and for help only as the first argument', () => {
    expect(['-v', '--version', '-h', '--help'].map((word) => parseCommandLine([word]).action))
      .toEqual(['version', 'version', 'help', 'help']);
    expect(parseCommandLine(['--port', '1', '--version']).action).toBe('run');
  });

  it('takes a first argument without a dash as the configuration file', () => {
    expect(parseCommandLine(['my.conf', '--port', '1'])).toEqual({
      action: 'run', configFile: 'my.conf', readsStandardInput: false, lines: ['port "1"'],
    });
  });

  it('reads standard input for a dash at either end', () => {
    expect(parseCommandLine(['-'])).toMatchObject({ readsStandardInput: true, configFile: undefined, lines: [] });
    expect(parseCommandLine(['my.conf', '--port', '1', '-'])).toMatchObject({ readsStandardInput: true, lines: ['port "1"'] });
    expect(parseCommandLine(['--logfile', '-', '--port', '1'])).toMatchObject({ readsStandardInput: false });
  });

  it('makes a line of each directive with its values', () => {
    expect(lines('--port', '6380', '--bind', 'a', 'b')).toEqual(['port "6380"', 'bind "a" "b"']);
    expect(lines('--requirepass', 'a b"c')).toEqual([String.raw`requirepass "a b\"c"`]);
  });

  it('takes a word with dashes as the value of a directive that has none yet', () => {
    expect(lines('--replicaof', '--127.0.0.1')).toEqual(['replicaof "--127.0.0.1"']);
    expect(lines('--port', '0', '--maxmemory', '5')).toEqual(['port "0"', 'maxmemory "5"']);
  });

  it('takes name and value from one argument', () => {
    expect(lines('--port 6380', '--maxmemory 5')).toEqual(['port 6380', 'maxmemory 5']);
  });

  it('reads --save without a value as no save points', () => {
    expect(lines('--save', '--port', '1')).toEqual(['save ""', 'port "1"']);
    expect(lines('--port', '1', '--save')).toEqual(['port "1"', 'save ""']);
    expect(lines('--save', '', '--port', '1')).toEqual(['save ""', 'port "1"']);
  });
});
