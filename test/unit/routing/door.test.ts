/** The door with shards that execute when the test says so: order, waiting, CLIENT REPLY, pauses, leaving. */
import { describe, expect, it } from 'vitest';
import { DoorRig } from './door-rig.ts';

describe('order', () => {
  it('answers door commands in their place between commands of several shards', async () => {
    const rig = new DoorRig();
    const [here, there] = [rig.keyOf(0), rig.keyOf(1)];
    const client = rig.connect();
    client.send(`SET ${here} 1`, 'ECHO a', `SET ${there} 2`, `GET ${here}`, 'NOSUCH', 'ECHO b', `GET ${there}`, 'PING');
    await rig.drain(1);
    expect(client.received).toBe('');
    for (let i = 0; i < 3; i++) await rig.drain();
    expect(client.received).toBe("+OK\r\n$1\r\na\r\n+OK\r\n$1\r\n1\r\n-ERR unknown command 'NOSUCH', with args beginning with: \r\n$1\r\nb\r\n$1\r\n2\r\n+PONG\r\n");
  });

  it('keeps the arguments of a command that waits while other clients are read', async () => {
    const rig = new DoorRig();
    const [client, other] = [rig.connect(), rig.connect()];
    client.send(`GET ${rig.keyOf(0)}`, 'ECHO mine', 'ECHO mine too');
    other.send('ECHO 0123456789012345678901234567890123456789');
    await rig.drain();
    expect(client.received).toBe('$-1\r\n$4\r\nmine\r\n-ERR wrong number of arguments for \'echo\' command\r\n');
  });

  it('takes no more commands from a client whose kept replies are many', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    const refusal = "-ERR unknown command 'NOSUCH', with args beginning with: \r\n";
    client.send(`GET ${rig.keyOf(0)}`);
    for (let i = 0; i < 40; i++) client.send(...Array.from({ length: 1000 }, () => 'NOSUCH'));
    await rig.settle();
    expect(client.session.earlyBytes).toBeGreaterThan(1 << 20);
    expect(client.session.earlyBytes).toBeLessThan((1 << 20) + refusal.length);
    await rig.drain();
    expect(client.session.earlyBytes).toBe(0);
    expect(client.received === `$-1\r\n${refusal.repeat(40_000)}`).toBe(true);
  });
});

describe('the window', () => {
  it('lets one command at a time through after a large reply, and more again after small ones', async () => {
    const rig = new DoorRig(1);
    const client = rig.connect();
    for (const line of ['SETRANGE k 700000 x', 'GET k']) {
      client.send(line);
      await rig.drain();
    }
    client.send('STRLEN k', 'STRLEN k', 'STRLEN k');
    await rig.settle();
    expect(client.session.inFlight).toBe(1);
    for (let i = 0; i < 3; i++) await rig.drain();
    expect(client.received.endsWith(':700001\r\n'.repeat(3))).toBe(true);
    expect(client.session.window).toBeGreaterThan(1);
  });
});

describe('CLIENT REPLY', () => {
  it('OFF silences shards, the door and refusals until ON', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    const [here, there] = [rig.keyOf(0), rig.keyOf(1)];
    client.send(`SET ${here} 1`, 'CLIENT REPLY OFF', `GET ${here}`, `SET ${there} 2`, 'PING', 'NOSUCH', 'GET', 'CLIENT REPLY FOO', 'CLIENT REPLY SKIP', 'CLIENT REPLY ON', `GET ${there}`);
    for (let i = 0; i < 4; i++) await rig.drain();
    expect(client.received).toBe('+OK\r\n+OK\r\n$1\r\n2\r\n');
  });

  it.each([
    ['a command of a shard', ['SET k 1', 'GET k'], '$1\r\n1\r\n'],
    ['a door command', ['PING', 'ECHO a'], '$1\r\na\r\n'],
    ['a refused command', ['NOSUCH', 'ECHO a'], '$1\r\na\r\n'],
    ['another SKIP, and the one behind it', ['CLIENT REPLY SKIP', 'PING', 'ECHO a'], '$1\r\na\r\n'],
    ['an error of CLIENT REPLY', ['CLIENT REPLY FOO', 'ECHO a'], '$1\r\na\r\n'],
    ['nothing when it is taken back', ['CLIENT REPLY ON', 'ECHO a'], '+OK\r\n$1\r\na\r\n'],
    ['an empty line', ['', 'ECHO a'], '$1\r\na\r\n'],
    ['RESET', ['RESET', 'ECHO a'], '$1\r\na\r\n'],
  ])('SKIP skips %s', async (_, lines, expected) => {
    const rig = new DoorRig();
    const client = rig.connect();
    client.send('CLIENT REPLY SKIP', ...lines);
    for (let i = 0; i < 3; i++) await rig.drain();
    expect(client.received).toBe(expected);
  });

  it('SKIP concerns one of several commands for the same shard', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    client.send('SET k 1', 'CLIENT REPLY SKIP', 'INCR k', 'INCR k', 'INCR k');
    for (let i = 0; i < 3; i++) await rig.drain();
    expect(client.received).toBe('+OK\r\n:3\r\n:4\r\n');
  });

  it('RESET ends OFF', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    client.send('CLIENT REPLY OFF', 'PING', 'RESET', 'PING');
    await rig.settle();
    expect(client.received).toBe('+RESET\r\n+PONG\r\n');
  });
});

describe('ASKING', () => {
  it.each([['a command of a shard', 'GET k'], ['a door command', 'PING'], ['a refused command', 'NOSUCH'], ['an empty line', '']])(
    'is over after %s', async (_, line) => {
      const rig = new DoorRig();
      const client = rig.connect();
      client.session.asking = true;
      client.send(line);
      await rig.drain();
      expect(client.session.asking).toBe(false);
    },
  );

  it('lasts while its command waits for the end of a pause', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    rig.door.pause.begin(rig.nowMs + 1000, true);
    client.session.asking = true;
    client.send('GET k');
    await rig.drain();
    expect(client.session.asking).toBe(true);
    rig.door.pause.end();
    await rig.drain();
    expect(client.session.asking).toBe(false);
  });
});

describe('pauses', () => {
  it('hold writes back with their arguments, and what follows them', async () => {
    const rig = new DoorRig();
    const [client, other] = [rig.connect(), rig.connect()];
    other.send('CLIENT PAUSE 100000 WRITE');
    client.send('GET k', 'SET k value', 'GET k');
    other.send('ECHO 0123456789012345678901234567890123456789');
    await rig.drain();
    expect(client.received).toBe('$-1\r\n');
    expect(client.session.isIdle).toBe(false);
    other.send('CLIENT UNPAUSE');
    for (let i = 0; i < 2; i++) await rig.drain();
    expect(client.received).toBe('$-1\r\n+OK\r\n$5\r\nvalue\r\n');
  });

  it('hold nothing back that is refused anyway', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    rig.door.pause.begin(rig.nowMs + 1000, true);
    client.send('NOSUCH', 'SET k', 'PING');
    await rig.settle();
    expect(client.received).toBe("-ERR unknown command 'NOSUCH', with args beginning with: \r\n-ERR wrong number of arguments for 'set' command\r\n");
    rig.door.pause.end();
    await rig.settle();
    expect(client.received).toMatch(/\+PONG\r\n$/);
  });

  it('only get longer and stricter', () => {
    const rig = new DoorRig();
    rig.door.pause.begin(rig.nowMs + 5000, true);
    rig.door.pause.begin(rig.nowMs + 1000, false);
    expect(rig.door.pause.untilMs).toBe(rig.nowMs + 5000);
    expect(rig.door.pause.holdsAll).toBe(true);
    rig.nowMs += 5000;
    expect(rig.door.pause.untilMs).toBe(0);
    rig.door.pause.begin(rig.nowMs + 1000, false);
    expect(rig.door.pause.holdsAll).toBe(false);
    rig.door.pause.end();
  });

  it('count a held command once', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    rig.door.pause.begin(rig.nowMs + 1000, true);
    client.send('PING');
    await rig.settle();
    rig.door.pause.end();
    client.send('GET k', 'NOSUCH');
    await rig.drain();
    expect(client.session.commandCount).toBe(2);
  });
});

describe('leaving', () => {
  it('QUIT is answered behind everything before it, and nothing behind it is executed', async () => {
    const rig = new DoorRig();
    const [client, other] = [rig.connect(), rig.connect()];
    client.send('SET k 1', 'QUIT', 'SET k 2', 'PING');
    await rig.drain();
    expect(client.received).toBe('+OK\r\n+OK\r\n');
    expect(client.isClosed).toBe(true);
    other.send('GET k');
    await rig.drain();
    expect(other.received).toBe('$1\r\n1\r\n');
  });

  it('a client that has stopped sending gets all answers, then it is closed', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    client.send('SET k 1', 'PING', `GET ${rig.keyOf(1)}`, 'ECHO a', 'GET k', 'GET');
    client.end();
    await rig.settle();
    expect(client.isClosed).toBe(false);
    for (let i = 0; i < 3; i++) await rig.drain();
    expect(client.received).toBe("+OK\r\n+PONG\r\n$-1\r\n$1\r\na\r\n$1\r\n1\r\n-ERR wrong number of arguments for 'get' command\r\n");
    expect(client.isClosed).toBe(true);
  });

  it('a client that has stopped sending in the middle of a command is closed', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    client.send('*2', '$3', 'GET', '$10', 'abc');
    client.end();
    await rig.settle();
    expect(client.isClosed).toBe(true);
  });

  it('a client that has stopped sending does not wait for the end of a pause', async () => {
    const rig = new DoorRig();
    const [client, other] = [rig.connect(), rig.connect()];
    rig.door.pause.begin(rig.nowMs + 1000, false);
    client.send('SET k 1');
    client.end();
    await rig.settle();
    expect(client.isClosed).toBe(true);
    rig.door.pause.end();
    other.send('GET k');
    await rig.drain();
    expect(other.received).toBe('$-1\r\n');
  });

  it('a place among the sessions is free again only when the shards have answered', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    const { index } = client.session;
    client.send(`GET ${rig.keyOf(0)}`, `GET ${rig.keyOf(1)}`);
    await rig.drain(1);
    client.disconnect();
    await rig.settle();
    const next = rig.connect();
    expect(next.session.index).not.toBe(index);
    await rig.drain(0);
    expect(rig.connect().session.index).toBe(index);
    expect(rig.door.sessionCount).toBe(2);
  });

  it('CLIENT KILL closes a client whose commands are under way, and itself only after the reply', async () => {
    const rig = new DoorRig();
    const [client, victim] = [rig.connect(), rig.connect()];
    victim.send('SET k 1', 'ECHO a');
    await rig.settle();
    client.send(`CLIENT KILL ID ${victim.session.id}`, 'CLIENT LIST TYPE normal', `CLIENT KILL ID ${client.session.id} SKIPME no`, 'PING');
    await rig.settle();
    expect(victim.isClosed).toBe(true);
    expect(client.received.split('\r\n')).toEqual([':1', expect.stringMatching(/^\$\d+$/), expect.stringMatching(/^id=\d+ [^\n]*\n$/), ':1', '']);
    expect(client.isClosed).toBe(true);
    await rig.drain();
    expect(victim.received).toBe('');
    const other = rig.connect();
    other.send('GET k');
    await rig.drain();
    expect(other.received).toBe('$1\r\n1\r\n');
  });

  it('a client that speaks HTTP is closed without a word', async () => {
    const rig = new DoorRig();
    const client = rig.connect();
    client.send('PING', 'post / HTTP/1.1', 'SET k 1');
    await rig.settle();
    expect(rig.foreign).toEqual([client.session]);
    expect(client.isClosed).toBe(true);
    expect(client.received).toBe('');
  });
});

describe('authentication', () => {
  it('lets strangers do what needs no password, within narrow limits', async () => {
    const rig = new DoorRig();
    rig.values.requirepass = 'secret';
    const client = rig.connect();
    client.send('PING', 'HELLO', 'AUTH wrong', 'AUTH secret', 'PING');
    await rig.settle();
    expect(client.received.split('\r\n').map((line) => line.split(' ')[0])).toEqual(['-NOAUTH', '-NOAUTH', '-WRONGPASS', '+OK', '+PONG', '']);
    const stranger = rig.connect();
    stranger.send('*11');
    await rig.settle();
    expect(stranger.received).toBe('-ERR Protocol error: unauthenticated multibulk length\r\n');
    expect(stranger.isClosed).toBe(true);
  });

  it('keeps those who are in when a password is set, and lets strangers in when it is taken away', async () => {
    const rig = new DoorRig();
    const early = rig.connect();
    rig.values.requirepass = 'secret';
    const stranger = rig.connect();
    early.send('PING');
    stranger.send('PING');
    rig.values.requirepass = '';
    stranger.send('PING', `*12\r\n$4\r\nMGET\r\n${'$1\r\nk\r\n'.repeat(11)}PING`, 'HELLO');
    await rig.drain();
    expect(early.received).toBe('+PONG\r\n');
    const [first, second, ...rest] = stranger.received.split('\r\n');
    expect([first, second]).toEqual(['-NOAUTH Authentication required.', '+PONG']);
    expect(rest.slice(-3)).toEqual(['+PONG', expect.stringMatching(/^-NOAUTH HELLO must be called/), '']);
  });
});

describe('writes that cannot be saved', () => {
  it('are answered with the reason, except where nothing is answered', async () => {
    const rig = new DoorRig(1, { logged: true });
    const [client, silent] = [rig.connect(), rig.connect()];
    client.send('SET k 1', 'SET k 2');
    silent.send('CLIENT REPLY SKIP', 'SET k 3', 'GET k');
    await rig.drain();
    expect(client.received + silent.received).toBe('');
    rig.logControl.setError(28);
    rig.door.planTurn();
    await rig.settle();
    expect(client.received).toBe('-MISCONF unsaved\r\n-MISCONF unsaved\r\n');
    expect(silent.received).toBe('$1\r\n3\r\n');
  });

  it('close the client when a part of the reply is out already', async () => {
    const rig = new DoorRig(1);
    const client = rig.connect();
    client.send('GET k');
    await rig.settle();
    const part = Buffer.from('$9\r\nfirst');
    rig.door.onReply(client.session.index, 0, part, 0, part.length, false, 0);
    rig.door.onUnsaved(client.session.index, 0, 1);
    await rig.settle();
    expect(client.isClosed).toBe(true);
    expect(client.received).not.toContain('MISCONF');
  });
});
