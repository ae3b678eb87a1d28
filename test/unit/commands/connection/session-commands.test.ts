/** AUTH, HELLO, RESET, SELECT, PING, ECHO and the subcommands of CLIENT that concern one connection. */
import { beforeEach, describe, expect, it } from 'vitest';
import { connectionCommands } from '../../../../src/commands/connection/connection-commands.ts';
import { DoorRig, type RigClient } from '../../routing/door-rig.ts';
import { ask, fieldsOf } from './ask.ts';

let rig: DoorRig;
let client: RigClient;

beforeEach(() => {
  rig = new DoorRig(1);
  client = rig.connect();
});

describe('HELLO', () => {
  it('answers in the protocol that it asks for, which then stays', async () => {
    expect(await ask(rig, client, 'HELLO')).toBe(state('*14', 2));
    expect(await ask(rig, client, 'HELLO 3')).toBe(state('%7', 3));
    expect(await ask(rig, client, 'GET k')).toBe('_\r\n');
    expect(await ask(rig, client, 'HELLO')).toBe(state('%7', 3));
    expect(await ask(rig, client, 'HELLO 2')).toBe(state('*14', 2));
  });

  it('tells the mode', async () => {
    rig.values['cluster-enabled'] = true;
    expect(await ask(rig, client, 'HELLO 2')).toBe(state('*14', 2, 'cluster'));
  });

  it('does what stands before an error', async () => {
    rig.values.requirepass = 'p w';
    const stranger = rig.connect();
    expect(await ask(rig, stranger, 'HELLO 3 AUTH default "p w" SETNAME a FOO')).toBe("-ERR Syntax error in HELLO option 'FOO'\r\n");
    expect(await ask(rig, stranger, 'CLIENT GETNAME')).toBe('$1\r\na\r\n');
    expect(stranger.session.resp).toBe(2);
  });

  it('needs the password, in the same command or before', async () => {
    rig.values.requirepass = 'secret';
    const stranger = rig.connect();
    expect(await ask(rig, stranger, 'HELLO 3')).toMatch(/^-NOAUTH HELLO must be called with the client already authenticated, /);
    expect(await ask(rig, stranger, 'HELLO 3 AUTH default wrong')).toMatch(/^-WRONGPASS /);
    expect(await ask(rig, stranger, 'HELLO 3 AUTH other secret')).toMatch(/^-WRONGPASS /);
    expect(await ask(rig, stranger, 'HELLO 3 AUTH default secret')).toMatch(/^%7\r\n/);
    expect(await ask(rig, stranger, 'PING')).toBe('+PONG\r\n');
  });
});

describe('AUTH', () => {
  it.each([['pass word', '"pass word"'], ['päß', 'p\xc3\xa4\xc3\x9f'], ['a\0b', '"a\\x00b"']])('compares bytes: %j', async (password, given) => {
    rig.values.requirepass = password;
    const stranger = rig.connect();
    expect(await ask(rig, stranger, 'AUTH "p\\xff"')).toMatch(/^-WRONGPASS /);
    expect(await ask(rig, stranger, `AUTH ${given}`)).toBe('+OK\r\n');
    expect(await ask(rig, stranger, 'PING')).toBe('+PONG\r\n');
  });

  it('without a password set, by user name only', async () => {
    expect(await ask(rig, client, 'AUTH x')).toMatch(/^-ERR AUTH <password> called without any password configured/);
    expect(await ask(rig, client, 'AUTH default x')).toBe('+OK\r\n');
    expect(await ask(rig, client, 'AUTH Default x')).toMatch(/^-WRONGPASS /);
    expect(await ask(rig, client, 'AUTH a b c')).toBe('-ERR syntax error\r\n');
  });
});

describe('SELECT', () => {
  it.each([
    ['15', '+OK'], ['16', '-ERR DB index is out of range'], ['-1', '-ERR DB index is out of range'],
    ['x', '-ERR value is not an integer or out of range'], ['99999999999999999999', '-ERR value is not an integer or out of range'],
    ['2147483648', '-ERR value is out of range, value must between -2147483648 and 2147483647'],
    ['9223372036854775807', '-ERR value is out of range, value must between -2147483648 and 2147483647'],
  ])('%s', async (index, reply) => {
    expect(await ask(rig, client, `SELECT ${index}`)).toBe(`${reply}\r\n`);
  });

  it('takes effect for the next command of a pipeline', async () => {
    client.send('SELECT 1', 'SET k 1', 'SELECT 2', 'GET k', 'SELECT 1', 'GET k');
    for (let i = 0; i < 3; i++) await rig.drain();
    expect(client.received).toBe('+OK\r\n+OK\r\n+OK\r\n$-1\r\n+OK\r\n$1\r\n1\r\n');
  });

  it('allows database 0 alone in a cluster', async () => {
    rig.values['cluster-enabled'] = true;
    expect(await ask(rig, client, 'SELECT 0')).toBe('+OK\r\n');
    expect(await ask(rig, client, 'SELECT 1')).toBe('-ERR SELECT is not allowed in cluster mode\r\n');
  });
});

describe('RESET', () => {
  it('makes the connection as it was, but for the name of its library', async () => {
    client.send('HELLO 3 SETNAME me', 'SELECT 3', 'CLIENT NO-EVICT on', 'CLIENT NO-TOUCH on', 'CLIENT SETINFO lib-name lib');
    await rig.settle();
    client.session.readonlyMode = true;
    expect(await ask(rig, client, 'RESET')).toBe('+RESET\r\n');
    expect(fieldsOf(await ask(rig, client, 'CLIENT INFO'))).toMatchObject({ name: '', flags: 'N', db: '0', resp: '2', 'lib-name': 'lib' });
  });

  it('asks for the password again', async () => {
    rig.values.requirepass = 'secret';
    const stranger = rig.connect();
    stranger.send('AUTH secret', 'RESET', 'PING');
    await rig.settle();
    expect(stranger.received).toBe('+OK\r\n+RESET\r\n-NOAUTH Authentication required.\r\n');
  });
});

describe('CLIENT', () => {
  it('INFO counts what the client has sent, got and done', async () => {
    await ask(rig, client, 'PING');
    rig.nowMs += 2500;
    const line = await ask(rig, client, 'CLIENT INFO');
    expect(fieldsOf(line.split('\r\n')[1]!)).toMatchObject({
      id: '1', addr: '127.0.0.1:50000', laddr: '127.0.0.1:6379', age: '2', idle: '0', flags: 'N', multi: '-1', events: 'r',
      cmd: 'client|info', user: 'default', redir: '-1', resp: '2', 'tot-net-in': '19', 'tot-net-out': '7', 'tot-cmds': '2',
    });
  });

  it('INFO names the last command of others, NULL for an unknown one', async () => {
    const other = rig.connect();
    const commandOf = async (): Promise<string> => fieldsOf(await ask(rig, client, 'CLIENT LIST ID 2'))['cmd']!;
    expect(await commandOf()).toBe('NULL');
    for (const [line, name] of [['GET', 'get'], ['NOSUCH', 'NULL'], ['CLIENT', 'client'], ['CLIENT NOSUCH', 'NULL'], ['CLIENT GETNAME', 'client|getname']] as const) {
      await ask(rig, other, line);
      expect(await commandOf()).toBe(name);
    }
  });

  it('LIST shows a client that a pause holds back, with its arguments', async () => {
    const other = rig.connect();
    rig.door.pause.begin(rig.nowMs + 1000, false);
    other.send('SET k 0123456789');
    await rig.settle();
    const fields = fieldsOf(await ask(rig, client, 'CLIENT LIST ID 2'));
    expect(fields['flags']).toBe('b');
    expect(Number(fields['argv-mem'])).toBe('SET k 0123456789\r\n'.length);
    rig.door.pause.end();
  });

  it('LIST is text in RESP3', async () => {
    await ask(rig, client, 'HELLO 3');
    expect(await ask(rig, client, 'CLIENT LIST ID 99')).toBe('=4\r\ntxt:\r\n');
  });

  it.each([
    ['SETNAME ""', '+OK'], ['SETNAME "a b"', '-ERR Client names cannot contain spaces, newlines or special characters.'],
    ['SETINFO LIB-NAME x', '+OK'], ['SETINFO lib-ver ""', '+OK'], ['SETINFO LIB-FOO x', "-ERR Unrecognized option 'LIB-FOO'"],
    ['SETINFO Lib-Name "a b"', '-ERR Lib-Name cannot contain spaces, newlines or special characters.'],
    ['NO-TOUCH on', '+OK'], ['NO-TOUCH OFF', '+OK'], ['NO-TOUCH x', '-ERR syntax error'],
    ['CAPA redirect', '+OK'], ['CAPA nosuch other', '+OK'], ['CAPA', "-ERR wrong number of arguments for 'client|capa' command"],
    ['CACHING yes', '-ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled'],
    ['GETREDIR', ':-1'], ['UNBLOCK 1', ':0'], ['UNBLOCK 99 error', ':0'],
    ['PAUSE 9223372036854775807', '-ERR timeout is out of range'], ['PAUSE -1', '-ERR timeout is negative'],
    ['PAUSE 1 all x', "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP."],
    ['TRACKING on', "-ERR unknown subcommand 'TRACKING'. Try CLIENT HELP."],
  ])('%s', async (words, reply) => {
    expect(await ask(rig, client, `CLIENT ${words}`)).toBe(`${reply}\r\n`);
  });

  it('NO-TOUCH travels with the commands', async () => {
    client.send('CLIENT NO-TOUCH on', 'CLIENT CAPA Redirect');
    await rig.settle();
    expect(client.session).toMatchObject({ noTouch: true, redirects: true });
  });

  // As valkey 8.1: clearClientConnectionState of its networking.c leaves the capabilities alone.
  it('CAPA is shown as Valkey shows it, and outlives RESET', async () => {
    expect(await ask(rig, client, 'CLIENT INFO')).not.toContain('capa=');
    expect(await ask(rig, client, 'CLIENT CAPA nosuch REDIRECT other')).toBe('+OK\r\n');
    expect(await ask(rig, client, 'CLIENT INFO')).toContain(' flags=N capa=r db=0 ');
    expect(await ask(rig, client, 'RESET')).toBe('+RESET\r\n');
    expect(fieldsOf((await ask(rig, client, 'CLIENT LIST CAPA r')).split('\r\n')[1]!)).toMatchObject({ id: '1', capa: 'r' });
  });

  it('HELP names every subcommand', async () => {
    const row = connectionCommands.find(({ name }) => name === 'client')!;
    const help = await ask(rig, client, 'CLIENT HELP');
    const named = [...help.matchAll(/^\+([A-Z-]+)/gm)].map((match) => match[1]!.toLowerCase());
    const subcommands = 'subcommands' in row ? row.subcommands.map(({ name }) => name) : [];
    expect([...new Set(named)].toSorted()).toEqual(['client', ...subcommands].toSorted());
  });
});

/** What HELLO answers to client 1. */
function state(head: string, proto: number, mode = 'standalone'): string {
  return `${head}\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n$5\r\nproto\r\n:${proto}\r\n$2\r\nid\r\n:1\r\n` +
    `$4\r\nmode\r\n$${mode.length}\r\n${mode}\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n`;
}
