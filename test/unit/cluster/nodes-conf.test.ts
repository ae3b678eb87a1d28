import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import type { NodeInfo } from '../../../src/cluster/node-info.ts';
import { NodesConfError, parseNodesConf, printNodesConf } from '../../../src/cluster/nodes-conf.ts';
import { maxEpoch, myself, newNode } from '../../../src/cluster/state.ts';
import type { ClusterState } from '../../../src/cluster/state.ts';
import { seed } from '../base/seed.ts';
import { idOf, me, myShard, other, owning, stateWith, third } from './support.ts';

const NOW_MS = 1_700_000_000_000;
const VARS = 'vars currentEpoch 6 lastVoteEpoch 15';
const MINE = `${me} 10.0.0.1:7001@17001 myself,master - 0 0 3 connected`;

const read = (...lines: string[]): ClusterState => parseNodesConf(`${lines.join('\n')}\n`, NOW_MS, myShard);

describe('printing', () => {
  test('writes what Redis 7.2 writes', () => {
    const state = {
      ...owning(
        stateWith(
          { id: me, ip: '10.0.0.1', port: 7001, busPort: 17001, configEpoch: 3n },
          { id: other, ip: '::1', port: 7002, tlsPort: 7443, busPort: 17002, hostname: 'b.example', humanName: 'bee', shardId: idOf('2'),
            flags: NodeFlag.primary | NodeFlag.maybeFailed, pingSentMs: 11, pongReceivedMs: 10, configEpoch: 6n, linked: true },
          { id: third, tlsPort: 7003, busPort: 17003, flags: NodeFlag.replica | NodeFlag.failed | NodeFlag.noFailover, primaryId: other },
          { id: idOf('d'), flags: NodeFlag.handshake },
        ),
        { 0: me, 1: me, 5: me, 7: other, 8: other },
      ),
      currentEpoch: 6n,
      lastVoteEpoch: 15n,
      migratingTo: new Map([[5, other]]),
      importingFrom: new Map([[0, third], [7, other]]),
    };
    expect(printNodesConf(state).split('\n')).toEqual([
      `${me} 10.0.0.1:7001@17001,,tls-port=0,shard-id=${myShard} myself,master - 0 0 3 connected 0-1 5 [0-<-${third}] [5->-${other}] [7-<-${other}]`,
      `${other} ::1:7002@17002,b.example,nodename=bee,tls-port=7443,shard-id=${idOf('2')} master,fail? - 11 10 6 connected 7-8`,
      `${third} :7003@17003,,tcp-port=0 slave,fail,nofailover ${other} 0 0 6 disconnected`,
      VARS,
      '',
    ]);
  });
});

describe('reading', () => {
  test('takes over a file of Redis 7.0', () => {
    const state = read(
      `${other} 10.0.0.2:7002@17002,host.b master - 0 1700000000000 6 connected 100-200 [`.slice(0, -2),
      `${me} 10.0.0.1:7001@17001,host.a myself,slave ${other} 0 0 3 connected`,
      VARS,
    );
    expect(state).toMatchObject({ myId: me, currentEpoch: 6n, lastVoteEpoch: 15n });
    expect(state.nodes.get(other)).toEqual({
      ...newNode(other, '', NodeFlag.primary), ip: '10.0.0.2', port: 7002, busPort: 17002, hostname: 'host.b', configEpoch: 6n, pongReceivedMs: NOW_MS,
    });
    expect(myself(state)).toMatchObject({ primaryId: other, shardId: myShard, hostname: 'host.a', configEpoch: 0n });
    expect([state.owners[99], state.owners[100], state.owners[200], state.owners[201]]).toEqual(['', other, other, '']);
  });

  test('takes over a file of Redis 7.2 or Valkey, passing over fields it does not know', () => {
    const state = read(
      `${me} 10.0.0.1:7001@17001,,tls-port=7443,shard-id=${idOf('9')},nodename=n,availability-zone=z myself,master - 0 0 3 connected 5 [5->-${other}] [6-<-${other}]`,
      `${other} 10.0.0.2:7444@17002,,tcp-port=7002,shard-id=${idOf('8')} master,nofailover - 0 0 6 disconnected 6`,
      'vars currentEpoch 6 lastVoteEpoch 15 somethingNew 7',
    );
    expect(myself(state)).toMatchObject({ port: 7001, tlsPort: 7443, shardId: idOf('9'), humanName: 'n' });
    expect(state.nodes.get(other)).toMatchObject({ port: 7002, tlsPort: 7444, flags: NodeFlag.primary | NodeFlag.noFailover });
    expect([state.migratingTo, state.importingFrom]).toEqual([new Map([[5, other]]), new Map([[6, other]])]);
  });

  test('takes the shard of its primary when the file gives it none of its own', () => {
    const state = read(
      `${me} :7001@17001 myself,slave ${other} 0 0 0 connected`,
      `${other} :7002@17002,,tls-port=0,shard-id=${idOf('8')} master - 0 0 6 connected`,
      VARS,
    );
    expect(myself(state).shardId).toBe(idOf('8'));
  });

  test('raises the current epoch to the greatest that the file shows', () => {
    expect(read(MINE.replace(' 3 ', ' 18446744073709551615 '), VARS).currentEpoch).toBe(2n ** 64n - 1n);
  });

  test('bears blank lines, line ends of Windows and a missing bus port', () => {
    const state = read('', `${MINE.replace('@17001', '')}\r`, '', `${VARS}\r`, '');
    expect(myself(state).busPort).toBe(17001);
  });

  test.each<[string, readonly string[], string]>([
    ['a line that was cut', [MINE.slice(0, 60), VARS], 'line 1: a node needs 8 fields, here are 2'],
    ['no line of its own', [MINE.replace('myself,', ''), VARS], 'no line has the flag myself'],
    ['two lines of its own', [MINE, MINE.replace(me, other), VARS], `line 2: node ${other} cannot be myself beside ${me}`],
    ['a node twice', [MINE, MINE.replace('myself,', ''), VARS], `line 2: node ${me} stands here a second time`],
    ['no epochs', [MINE], 'the line "vars currentEpoch N lastVoteEpoch N" is missing'],
    ['a vote that is missing', [MINE, 'vars currentEpoch 6'], 'line 2: lastVoteEpoch is nothing and not an unsigned 64-bit number'],
    ['a variable without value', [MINE, `${VARS} x`], 'line 2: a variable has no value'],
    ['an epoch that is none', [MINE, VARS.replace('6', '-6')], 'line 2: currentEpoch is -6 and not an unsigned 64-bit number'],
    ['an epoch too large', [MINE.replace(' 3 ', ' 18446744073709551616 '), VARS], 'line 1: the config epoch is 18446744073709551616 and not an unsigned 64-bit number'],
    ['a bad id', [MINE.replace('aaaa', 'AAAA'), VARS], `line 1: "${me.replace('aaaa', 'AAAA')}" is not a node id of 40 hex digits`],
    ['a bad primary', [MINE.replace(' - ', ' x '), VARS], 'line 1: "x" is not a node id of 40 hex digits'],
    ['a bad address', [MINE.replace('10.0.0.1:7001@17001', 'nowhere'), VARS], 'line 1: "nowhere" is not ip:port@busport'],
    ['a bad port', [MINE.replace('7001@', '70010@'), VARS], 'line 1: "70010" is not a port'],
    ['a bad field', [MINE.replace('@17001', '@17001,,x'), VARS], 'line 1: "x" is not name=value'],
    ['a bad shard id', [MINE.replace('@17001', '@17001,,shard-id=x'), VARS], 'line 1: "x" is not a shard id of 40 hex digits'],
    ['a bad port for clients', [MINE.replace('@17001', '@17001,,client-tls-port=65536'), VARS], 'line 1: "65536" is not a port'],
    ['a bad address for clients', [MINE.replace('@17001', '@17001,,client-ipv4=::1'), VARS], 'line 1: "::1" is not an IPv4 address'],
    ['a bad flag', [MINE.replace('master', 'captain'), VARS], 'line 1: "myself,captain" has an unknown flag'],
    ['a node that is only being met', [MINE, `${MINE.replace('myself,master', 'handshake').replace(me, other)} 7`, VARS], `line 2: node ${other} has not told its id yet, so it has no place here`],
    ['a bad time', [MINE.replace(' 0 0 ', ' 0 soon '), VARS], 'line 1: "soon" is not a time'],
    ['a slot too high', [`${MINE} 16384`, VARS], 'line 1: "16384" is not a slot from 0 to 16383'],
    ['a range backwards', [`${MINE} 9-7`, VARS], 'line 1: "9-7" is not a range of slots'],
    ['a range of three', [`${MINE} 1-2-3`, VARS], 'line 1: "1-2-3" is not a range of slots'],
    ['a slot given twice', [`${MINE} 1-3 3`, VARS], 'line 1: slot 3 has a second owner'],
    ['a mark that is cut', [`${MINE} [3->-${other}`, VARS], `line 1: "[3" is not a slot from 0 to 16383`],
    ['a mark on another line', [MINE, `${MINE.replace('myself,', '').replace(me, other)} [3->-${me}]`, VARS], `line 2: "[3->-${me}]" stands on another node's line`],
    ['a mark that names nobody', [`${MINE} [3->-${other}]`, VARS], `node ${other} is named but has no line`],
    ['a primary that is nobody', [MINE.replace('master - ', `slave ${other} `), VARS], `node ${other} is named but has no line`],
    ['nothing', [''], 'no line has the flag myself'],
  ])('refuses %s', (_, lines, message) => {
    expect(() => read(...lines)).toThrow(new NodesConfError(message));
  });

  test('refuses every beginning of a file', () => {
    const text = `${MINE} 0-5460 [7-<-${other}]\n${MINE.replace('myself,', '').replace(me, other)} 5461-16383\n${VARS}\n`;
    parseNodesConf(text, NOW_MS, myShard);
    for (let length = 0; length < text.length; length++) {
      expect(() => parseNodesConf(text.slice(0, length), NOW_MS, myShard), `${length} characters`).toThrow(NodesConfError);
    }
  });
});

const hexId = fc.stringMatching(/^[0-9a-f]{40}$/);
const epoch = fc.bigInt(0n, 2n ** 64n - 1n);
const memberFields = fc.record({
  ip: fc.constantFrom('', '127.0.0.1', '10.255.0.3', '::1', 'fe80::1:2'),
  port: fc.nat(0xffff),
  tlsPort: fc.nat(0xffff),
  busPort: fc.nat(0xffff),
  hostname: fc.constantFrom('', 'a.example', 'host-7'),
  humanName: fc.constantFrom('', 'east-1'),
  clientIpv4: fc.constantFrom('', '192.0.2.1'),
  clientIpv6: fc.constantFrom('', '2001:db8::1'),
  clientTcpPort: fc.constantFrom(0, 30_001),
  clientTlsPort: fc.constantFrom(0, 30_443),
  shardId: fc.constantFrom(idOf('1'), idOf('2')),
  flags: fc.constantFrom(0, NodeFlag.maybeFailed, NodeFlag.failed, NodeFlag.noAddress, NodeFlag.noFailover, NodeFlag.failed | NodeFlag.noFailover),
  configEpoch: epoch,
  pingSentMs: fc.constantFrom(0, NOW_MS),
  pongReceivedMs: fc.constantFrom(0, NOW_MS),
});

const anyState: fc.Arbitrary<ClusterState> = fc
  .record({
    ids: fc.uniqueArray(hexId, { minLength: 1, maxLength: 6 }),
    fields: fc.array(memberFields, { minLength: 6, maxLength: 6 }),
    roles: fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }),
    runs: fc.array(fc.record({ start: fc.nat(16383), length: fc.nat(300), node: fc.nat(5) }), { maxLength: 12 }),
    marks: fc.array(fc.record({ slot: fc.nat(16383), node: fc.nat(5), isImport: fc.boolean() }), { maxLength: 5 }),
    lastVoteEpoch: epoch,
  })
  .map(({ ids, fields, roles, runs, marks, lastVoteEpoch }) => {
    const id = (index: number): string => ids[index % ids.length]!;
    const nodes = new Map(ids.map((own, i) => [own, member(own, fields[i]!, i === 0 ? '' : id(roles[i]!))]));
    const owners = Array.from({ length: 16384 }, () => '');
    for (const { start, length, node } of runs) owners.fill(id(node), start, start + length);
    const migratingTo = new Map(marks.filter((mark) => !mark.isImport).map((mark) => [mark.slot, id(mark.node)]));
    const imports = marks.filter((mark) => mark.isImport && !migratingTo.has(mark.slot));
    const importingFrom = new Map(imports.map((mark) => [mark.slot, id(mark.node)]));
    const state = { myId: ids[0]!, currentEpoch: 0n, lastVoteEpoch, nodes, owners, migratingTo, importingFrom, moves: new Map() };
    return { ...state, currentEpoch: maxEpoch(state) };
  });

/** The first member is ourselves; one whose drawn primary is itself is a primary. */
function member(id: string, fields: Omit<NodeInfo, 'id' | 'primaryId' | 'replicationOffset' | 'linked'>, primaryId: string): NodeInfo {
  const isMe = primaryId === '';
  const isReplica = !isMe && primaryId !== id;
  const role = (isReplica ? NodeFlag.replica : NodeFlag.primary) | (isMe ? NodeFlag.myself : 0);
  return {
    ...newNode(id, fields.shardId, 0),
    ...fields,
    flags: fields.flags | role,
    primaryId: isReplica ? primaryId : '',
    configEpoch: isReplica ? 0n : fields.configEpoch,
  };
}

test('what is printed is read back, whatever the state', () => {
  fc.assert(
    fc.property(anyState, (state) => {
      expect(parseNodesConf(printNodesConf(state), NOW_MS, idOf('f'))).toEqual(state);
    }),
    { seed, numRuns: 60 },
  );
});

test(`a file that somebody has spoilt is refused with the reason, or read to a state that is kept (seed ${seed})`, () => {
  const change = fc.record({ at: fc.nat(), removed: fc.nat(3), added: fc.constantFrom('', ' ', ',', '-', '0', '9', 'f', '\n', '[', 'handshake', 'slave', 'fail', 'tls-port=1', me) });
  let readCount = 0;
  fc.assert(
    fc.property(anyState, fc.array(change, { minLength: 1, maxLength: 2 }), (state, changes) => {
      let text = printNodesConf(state);
      for (const { at, removed, added } of changes) {
        const place = at % text.length;
        text = text.slice(0, place) + added + text.slice(place + removed);
      }
      const found = tryRead(text);
      if (found instanceof NodesConfError) return;
      readCount++;
      expect(parseNodesConf(printNodesConf(found), NOW_MS, idOf('f'))).toEqual(found);
    }),
    { seed, numRuns: 1000 },
  );
  expect(readCount).toBeGreaterThan(60);
});

/** Anything but a NodesConfError comes out. */
function tryRead(text: string): ClusterState | NodesConfError {
  try {
    return parseNodesConf(text, NOW_MS, idOf('f'));
  } catch (error) {
    if (error instanceof NodesConfError) return error;
    throw error;
  }
}
