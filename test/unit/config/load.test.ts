import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryWith, load, loadText, messageOf } from './support.ts';

describe('loading a configuration', () => {
  it('starts from defaults without a file', () => {
    const { config, warnings } = load([]);
    expect(warnings).toEqual([]);
    expect(config.filePath).toBeUndefined();
    expect(config.values.port).toBe(6379);
    expect(config.values.bind).toEqual(['*', '-::*']);
    expect(config.values.shards).toBeGreaterThanOrEqual(1);
    expect(config.values.dir).toBe(process.cwd());
  });

  it('reads values in the units of Redis', () => {
    const { values } = loadText(`
      # a comment
      MaxMemory 100mb
      client-query-buffer-limit 2G
      unixsocketperm 750
      slave-read-only no
      client-output-buffer-limit slave 1mb 512k 30
      client-output-buffer-limit pubsub 0 0 0
      requirepass "\\x41 b"
      tls-auth-clients OPTIONAL
    `).config;
    expect(values).toMatchObject({
      maxmemory: 104857600,
      'client-query-buffer-limit': 2_000_000_000,
      unixsocketperm: 0o750,
      'replica-read-only': false,
      requirepass: 'A b',
      'tls-auth-clients': 'optional',
      'client-output-buffer-limit': {
        normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
        replica: { hardBytes: 1048576, softBytes: 512000, softSeconds: 30 },
        pubsub: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
      },
    });
  });

  it('lets later lines win: file, then standard input, then options', () => {
    const directory = directoryWith({ 'a.conf': 'port 1\nport 2\ntimeout 2\nmaxclients 2\n' });
    const { values } = load([join(directory, 'a.conf'), '--maxclients', '4', '-'], 'timeout 3\nmaxclients 3').config;
    expect([values.port, values.timeout, values.maxclients]).toEqual([2, 3, 4]);
  });

  it('adds up the save lines of a file, which replace the default', () => {
    expect(loadText('save 10 1\nsave 20 2 30 3').config.values.save).toEqual([
      { seconds: 10, changeCount: 1 }, { seconds: 20, changeCount: 2 }, { seconds: 30, changeCount: 3 },
    ]);
    expect(loadText('save 10 1\nsave ""\n').config.configGet(['save'])).toEqual([['save', '10 1']]);
    expect(load(['--save', '']).config.configGet(['save'])).toEqual([['save', '']]);
  });

  it('reads included files in place, by wildcard in the order of their names, and not the hidden ones', () => {
    const directory = directoryWith({
      'b.inc': 'port 2\ntimeout 2\n', 'a.inc': 'port 1', '.c.inc': 'port 3\n', 'main.conf': 'dir "."\ninclude *.inc\ninclude none-*.inc\n',
    });
    const { values } = load(['--dir', directory, '--include', 'main.conf', '--timeout', '9']).config;
    expect([values.port, values.timeout]).toEqual([2, 9]);
  });

  it('resolves paths after dir from there', () => {
    const directory = directoryWith({ 'a.conf': 'dir sub\nlogfile x.log\n' });
    mkdirSync(join(directory, 'sub'));
    const { values } = load(['--dir', directory, '--include', 'a.conf']).config;
    expect(values.dir).toBe(join(directory, 'sub'));
  });

  it('stops at an include that includes itself', () => {
    const directory = directoryWith({ 'a.conf': 'include a.conf\n' });
    expect(messageOf(() => load(['--dir', directory, '--include', 'a.conf']))).toContain('nested more than 16 deep');
  });
});

describe('a start that is refused', () => {
  it('names file, line, directive and reason', () => {
    const directory = directoryWith({ 'a.conf': 'port 1\nmaxmemory 1x\n' });
    const path = join(directory, 'a.conf');
    expect(messageOf(() => load([path]))).toBe(`
*** FATAL CONFIG FILE ERROR (Tessera 0.1.0) ***
Reading the configuration file, at line 2 (${path})
>>> 'maxmemory 1x'
argument must be a memory value`);
  });

  it('names the included file, and the command line', () => {
    const directory = directoryWith({ 'a.conf': 'include b.conf\n', 'b.conf': '\n\nfoo bar\n' });
    expect(messageOf(() => load(['--dir', directory, '--include', 'a.conf'])))
      .toContain(`at line 3 (${join(directory, 'b.conf')})\n>>> 'foo bar'\nBad directive or wrong number of arguments`);
    expect(messageOf(() => load(['--foo', 'bar']))).toContain(`at line 1 (command line)\n>>> 'foo "bar"'\nBad directive`);
    expect(messageOf(() => load(['-'], 'port x'))).toContain('at line 1 (standard input)');
  });

  it.each([
    ['port abc', "argument couldn't be parsed into an integer"],
    ['port 70000', 'argument must be between 0 and 65535 inclusive'],
    ['port', 'wrong number of arguments'],
    ['port 1 2', 'wrong number of arguments'],
    ['port "7', 'Unbalanced quotes in configuration line'],
    ['shards 0', 'argument must be between 1 and 128 inclusive'],
    ['loglevel loud', 'argument(s) must be one of the following: debug, verbose, notice, warning, nothing'],
    ['unixsocketperm 8', "argument couldn't be parsed as an octal number"],
    ['unixsocketperm 1000', 'argument must be between 0 and 777 inclusive'],
    ['maxmemory-policy allkeys-lru', 'this version evicts no keys: only noeviction is available'],
    ['user default off', 'this version has no access control lists; use requirepass'],
    ['aclfile users.acl', 'this version has no access control lists; use requirepass'],
    ['appendfilename a/b', "appendfilename can't be a path, just a filename"],
    ['appenddirname ""', "appenddirname can't be empty"],
    ['dir /nonexistent', 'No such file or directory'],
    ['sentinel monitor a b 1 1', 'sentinel directive while not in sentinel mode'],
    ['rename-command CONFIG', 'Bad directive or wrong number of arguments'],
    ['save 10', 'Invalid save parameters'],
    ['requirepass "\\xff"', 'argument is not valid UTF-8'],
  ])('%s: %s', (line, reason) => {
    expect(messageOf(() => loadText(line)).split('\n').at(-1)).toBe(reason);
  });

  it('says which file cannot be opened', () => {
    expect(messageOf(() => load(['/nonexistent/a.conf'])))
      .toBe("Fatal error, can't open config file '/nonexistent/a.conf': No such file or directory");
    expect(messageOf(() => load(['--logfile', '/nonexistent/a.log']))).toContain("Can't open the log file: No such file or directory");
  });

  it('refuses to be a replica by configuration in cluster mode', () => {
    expect(messageOf(() => load(['--cluster-enabled', 'yes', '--replicaof', '127.0.0.1', '1'])))
      .toContain('replicaof directive not allowed in cluster mode');
  });
});

describe('directives without effect', () => {
  it('give one warning a name, with the reason and the place, and still show in CONFIG GET', () => {
    const { config, warnings, path } = loadText('io-threads 4\nhz 20\nio-threads 5\n', '--hz', '30');
    expect(warnings).toEqual([
      `'io-threads' is accepted without effect: the number of threads follows from shards (${path}, line 1)`,
      `'hz' is accepted without effect: background work follows its own clock (${path}, line 2)`,
    ]);
    expect(config.configGet(['io-threads', 'hz'])).toEqual([['io-threads', '5'], ['hz', '30']]);
  });

  it('include those of Redis that are no options', () => {
    const { warnings } = loadText('rename-command FLUSHALL ""\nloadmodule x.so a b\nsearch-timeout 5\nmy.option 1\nlist-max-ziplist-value 1\n');
    expect(warnings.map((warning) => warning.split(' (')[0])).toEqual([
      "'rename-command' is accepted without effect: commands keep their names",
      "'loadmodule' is accepted without effect: there are no modules",
      "'search-timeout' is accepted without effect: there are no modules",
      "'my.option' is accepted without effect: there are no modules",
      "'list-max-ziplist-value' is accepted without effect: replaced by list-max-listpack-size",
    ]);
  });
});
