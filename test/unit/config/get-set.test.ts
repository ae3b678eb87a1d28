import { describe, expect, it } from 'vitest';
import { Config } from '../../../src/config/config.ts';
import { isSensitive } from '../../../src/config/options.ts';
import { local } from './support.ts';

const remote = { isLocal: false, isLoading: false };

async function set(config: Config, ...words: string[]): Promise<string> {
  const pairs = Array.from({ length: words.length / 2 }, (_, at) => [words[at * 2]!, words[at * 2 + 1]!] as const);
  return await config.configSet(pairs, local).then(() => 'OK', (error: Error) => error.message);
}

function get(config: Config, ...patterns: string[]): Record<string, string> {
  return Object.fromEntries(config.configGet(patterns));
}

describe('configGet', () => {
  it('answers names and patterns, each option once', () => {
    expect(get(new Config(), 'max*', 'maxm*', 'MAXCLIENTS', 'nope')).toEqual({
      maxclients: '10000', maxmemory: '0', 'maxmemory-policy': 'noeviction', 'maxmemory-samples': '5',
      'maxmemory-clients': '0', 'maxmemory-eviction-tenacity': '10',
      'max-new-connections-per-cycle': '10', 'max-new-tls-connections-per-cycle': '1',
    });
  });

  it('answers a name as it was written', () => {
    expect(get(new Config(), 'MaxMemory')).toEqual({ MaxMemory: '0' });
  });

  it('shows an alias beside its name', () => {
    expect(get(new Config(), '*slave-read-only', 'replica-read-only')).toEqual({
      'slave-read-only': 'yes', 'replica-read-only': 'yes',
    });
  });

  it('shows hidden options by name only', () => {
    expect(get(new Config(), '*watchdog*')).toEqual({});
    expect(get(new Config(), 'watchdog-period')).toEqual({ 'watchdog-period': '0' });
  });
});

describe('configSet', () => {
  it('sets several at once', async () => {
    const config = new Config();
    expect(await set(config, 'maxmemory', '1gb', 'Timeout', '5', 'slave-read-only', 'no')).toBe('OK');
    expect([config.values.maxmemory, config.values.timeout, config.values['replica-read-only']]).toEqual([2 ** 30, 5, false]);
  });

  it('changes nothing when one value is bad', async () => {
    const config = new Config();
    expect(await set(config, 'maxmemory', '5', 'timeout', 'x'))
      .toBe("ERR CONFIG SET failed (possibly related to argument 'timeout') - argument couldn't be parsed into an integer");
    expect(config.values.maxmemory).toBe(0);
  });

  it('takes names of nodes that the bus and nodes.conf can carry', async () => {
    const config = new Config();
    const failed = 'ERR CONFIG SET failed (possibly related to argument ';
    expect(await set(config, 'cluster-announce-hostname', 'a.b-1', 'cluster-announce-human-nodename', 'eu-1/a_b.c')).toBe('OK');
    expect(await set(config, 'cluster-announce-hostname', 'a b')).toBe(`${failed}'cluster-announce-hostname') - Hostnames may only contain alphanumeric characters, hyphens or dots`);
    for (const name of ['a b', 'a,b', 'a=b', 'a@b', '"a"']) {
      expect(await set(config, 'cluster-announce-human-nodename', name)).toBe(`${failed}'cluster-announce-human-nodename') - Announced human node name contained invalid character`);
    }
    expect(await set(config, 'cluster-announce-human-nodename', 'a'.repeat(256))).toBe(`${failed}'cluster-announce-human-nodename') - Node names must be at most 255 characters`);
    expect(config.values['cluster-announce-human-nodename']).toBe('eu-1/a_b.c');
    expect(await set(config, 'cluster-announce-client-ipv4', '192.0.2.1', 'cluster-announce-client-ipv6', '::1')).toBe('OK');
    expect(await set(config, 'cluster-announce-client-port', '30001', 'cluster-announce-client-tls-port', '0')).toBe('OK');
    expect(await set(config, 'cluster-announce-client-ipv4', 'banana')).toBe(`${failed}'cluster-announce-client-ipv4') - Invalid IPv4 address`);
    expect(await set(config, 'cluster-announce-client-ipv6', '192.0.2.1')).toBe(`${failed}'cluster-announce-client-ipv6') - Invalid IPv6 address`);
  });

  it('refuses the same option twice, but takes an option and its alias', async () => {
    const config = new Config();
    expect(await set(config, 'maxmemory', '1', 'MAXMEMORY', '2'))
      .toBe("ERR CONFIG SET failed (possibly related to argument 'MAXMEMORY') - duplicate parameter");
    expect(await set(config, 'replica-priority', '1', 'slave-priority', '2')).toBe('OK');
    expect(config.values['replica-priority']).toBe(2);
  });

  it('refuses text that is not valid UTF-8', async () => {
    expect(await set(new Config(), 'requirepass', '\uFFFD'))
      .toBe("ERR CONFIG SET failed (possibly related to argument 'requirepass') - argument is not valid UTF-8");
  });

  it('guards dir and dbfilename by enable-protected-configs', async () => {
    const protectedReply = "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config";
    const config = new Config({ ...new Config().values, 'enable-protected-configs': 'local' });
    await expect(config.configSet([['dir', '/']], remote)).rejects.toThrow(protectedReply);
    expect(await set(config, 'dir', '/')).toBe('OK');
    expect(config.values.dir).toBe('/');
    expect(await set(new Config(), 'dir', '/')).toBe(protectedReply);
  });

  it('answers LOADING for what cannot change while loading', async () => {
    const loading = { isLocal: true, isLoading: true };
    const config = new Config();
    await expect(config.configSet([['appendonly', 'yes']], loading)).rejects.toThrow('LOADING Redis is loading the dataset in memory');
    await config.configSet([['timeout', '1']], loading);
    expect(config.values.timeout).toBe(1);
  });

  it('keeps the limits of client classes that are not named', async () => {
    const config = new Config();
    await set(config, 'client-output-buffer-limit', 'normal 1mb 2kb 3 slave 1 1 1');
    expect(get(config, 'client-output-buffer-limit')).toEqual({
      'client-output-buffer-limit': 'normal 1048576 2048 3 slave 1 1 1 pubsub 33554432 8388608 60',
    });
  });

  it('tells which values to keep out of logs', () => {
    expect(['requirepass', 'MASTERAUTH', 'primaryauth', 'tls-key-file-pass', 'port', 'nope'].map(isSensitive))
      .toEqual([true, true, true, true, false, false]);
  });
});

describe('change hooks', () => {
  it('run once after all values are set, and only for options that changed', async () => {
    const config = new Config();
    const seen: unknown[] = [];
    config.onChange(['port', 'bind'], ({ port, bind }) => void seen.push([port, bind]));
    config.onChange(['timeout'], () => void seen.push('timeout'));
    await set(config, 'port', '1', 'bind', '127.0.0.1', 'timeout', '0');
    expect(seen).toEqual([[1, ['127.0.0.1']]]);
  });

  it('take everything back when one refuses, and run again for the old values', async () => {
    const config = new Config();
    const applied: number[] = [];
    config.onChange(['maxmemory'], ({ maxmemory }) => void applied.push(maxmemory));
    config.onChange(['port'], async ({ port }) => {
      await Promise.resolve();
      if (port === 1) throw new Error('Unable to listen on this port. Check server logs.');
    });
    expect(await set(config, 'maxmemory', '7', 'port', '1'))
      .toBe("ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.");
    expect(applied).toEqual([7, 0]);
    expect([config.values.port, config.values.maxmemory]).toEqual([6379, 0]);
  });

  it('see one CONFIG SET at a time', async () => {
    const config = new Config();
    const events: string[] = [];
    config.onChange(['timeout'], async ({ timeout }) => {
      events.push(`begin ${timeout}`);
      await new Promise(setImmediate);
      events.push(`end ${timeout}`);
      if (timeout === 1) throw new Error('no');
    });
    const replies = await Promise.all([set(config, 'timeout', '1'), set(config, 'timeout', '2')]);
    expect(events).toEqual(['begin 1', 'end 1', 'begin 0', 'end 0', 'begin 2', 'end 2']);
    expect(replies).toEqual(["ERR CONFIG SET failed (possibly related to argument 'timeout') - no", 'OK']);
    expect(config.values.timeout).toBe(2);
  });
});
