/** How nodes meet, forget and find each other. */
import { describe, expect, test } from 'vitest';
import { MessageFlag } from '../../../../src/cluster/bus/message.ts';
import { NodeFlag } from '../../../../src/cluster/node-info.ts';
import { parseNodesConf, printNodesConf } from '../../../../src/cluster/nodes-conf.ts';
import { bitmapOf } from '../../../../src/cluster/slot-bitmap.ts';
import { withoutMember } from '../../../../src/cluster/member-operations.ts';
import { idOf, me, stateWith } from '../support.ts';
import { Play, gossipOf, gossiping, ipOf, nodeTimeoutMs, peerOf, quiet } from './play.ts';

const alone = (): Play => new Play(stateWith());

describe('a node that is to be met', () => {
  test('is connected to and sent a meet, and has its own name once it answers', () => {
    const play = alone();
    play.core.meet(play.nowMs, { ip: ipOf('b'), port: 7000, tlsPort: 0, busPort: 17000 });
    expect(play.state.nodes.size).toBe(2);
    expect(play.pass(100, 'b')).toEqual(['connect b', 'b <- meet']);
    expect(quiet(play.backFrom('b', 'pong', { configEpoch: 3n, currentEpoch: 4n }))).toEqual([]);
    expect([...play.state.nodes.keys()]).toEqual([me, idOf('b')]);
    expect(play.flags('b')).toBe('master');
    expect(play.state.currentEpoch).toBe(4n);
  });

  test('is nobody\'s primary and owns nothing under the id that was made up for it, whatever a member says', () => {
    const play = new Play(stateWith(peerOf('b')));
    play.core.meet(play.nowMs, { ip: ipOf('c'), port: 7000, tlsPort: 0, busPort: 17000 });
    const madeUp = [...play.state.nodes.keys()].at(-1)!;
    play.from('b', 'ping', { primaryId: madeUp, flags: NodeFlag.replica });
    play.from('b', 'fail', {}, { nodeId: madeUp });
    play.from('b', 'update', {}, { nodeId: madeUp, configEpoch: 5n, slots: bitmapOf([1]) });
    expect(play.node('b')).toMatchObject({ flags: NodeFlag.replica, primaryId: '' });
    expect(play.state.nodes.get(madeUp)).toMatchObject({ flags: NodeFlag.handshake, configEpoch: 0n });
    expect(play.state.owners[1]).toBe('');
    expect(parseNodesConf(printNodesConf(play.state), play.nowMs, '').nodes.size).toBe(2);
  });

  test('is dropped when it does not answer in time', () => {
    const play = alone();
    play.core.meet(play.nowMs, { ip: ipOf('b'), port: 7000, tlsPort: 0, busPort: 17000 });
    play.pass(nodeTimeoutMs, 'b');
    expect(play.state.nodes.size).toBe(2);
    play.pass(200, 'b');
    expect(play.state.nodes.size).toBe(1);
  });

  test('is sent a meet again over a new link when the first was lost', () => {
    const play = alone();
    play.core.meet(play.nowMs, { ip: ipOf('b'), port: 7000, tlsPort: 0, busPort: 17000 });
    expect(play.pass(200)).toEqual(['connect b', 'connect b']);
    expect(play.pass(100, 'b')).toEqual(['connect b', 'b <- meet']);
  });

  test('is not met twice at a time', () => {
    const play = alone();
    for (let i = 0; i < 2; i++) play.core.meet(play.nowMs, { ip: ipOf('b'), port: 7000, tlsPort: 0, busPort: 17000 });
    expect(play.state.nodes.size).toBe(2);
  });

  test('that turns out to be known leaves nothing but its address', () => {
    const play = new Play(stateWith(peerOf('b', { ip: '10.9.9.9' })));
    play.core.meet(play.nowMs, { ip: ipOf('b'), port: 7000, tlsPort: 0, busPort: 17000 });
    play.pass(100, 'b');
    play.backFrom('b', 'pong');
    expect(play.state.nodes.size).toBe(2);
    expect(play.node('b')!.ip).toBe(ipOf('b'));
  });

  test('that turns out to be this node is dropped', () => {
    const play = alone();
    play.core.meet(play.nowMs, { ip: ipOf('a'), port: 7000, tlsPort: 0, busPort: 17000 });
    play.pass(100, 'a');
    play.backFrom('a', 'pong');
    expect([...play.state.nodes.keys()]).toEqual([me]);
  });
});

describe('a stranger', () => {
  test('that sends a meet gets a pong, is asked who it is, and tells us our address', () => {
    const play = alone();
    expect(quiet(play.from('b', 'meet'))).toEqual(['b <- pong']);
    expect(play.state.nodes.get(me)!.ip).toBe('10.0.0.1');
    expect(play.pass(100, 'b')).toEqual(['connect b', 'b <- ping']);
    play.backFrom('b', 'pong');
    expect(play.flags('b')).toBe('master');
  });

  test('that sends a ping gets a pong, and nothing it says is believed', () => {
    const play = alone();
    expect(quiet(play.from('b', 'ping', { currentEpoch: 9n, slots: [1] }, gossiping(gossipOf('c'))))).toEqual(['b <- pong']);
    expect(play.state).toMatchObject({ currentEpoch: 0n });
    expect(play.state.nodes.size).toBe(1);
    expect(play.state.owners[1]).toBe('');
  });

  test.each(['fail', 'update', 'auth-req', 'auth-ack', 'mfstart'] as const)('that sends %s is ignored', (kind) => {
    const play = new Play(stateWith(peerOf('b')));
    const before = play.state;
    expect(quiet(play.from('c', kind, {}, { nodeId: idOf('b'), configEpoch: 5n, slots: new Uint8Array(2048) }))).toEqual([]);
    expect(play.state).toBe(before);
  });

  test('that publishes with a light header loses its link', () => {
    const play = alone();
    const link = play.core.accepted(play.nowMs, ipOf('b'), '');
    play.core.receive(play.nowMs, link, { kind: 'publish', channel: Buffer.from('c'), message: Buffer.from('m') });
    expect(quiet(play.outputs())).toEqual(['close ?']);
    expect(play.core.link(link)).toBeUndefined();
  });
});

describe('members', () => {
  test('are taken in from the gossip of a member', () => {
    const play = new Play(stateWith(peerOf('b')));
    play.from('b', 'ping', {}, gossiping(gossipOf('c', { flags: NodeFlag.replica })));
    expect(play.flags('c')).toBe('slave');
    expect(play.pass(100, 'bc').toSorted()).toEqual(['b <- ping', 'c <- ping', 'connect b', 'connect c']);
  });

  test('are not taken in without an address, nor moved to none: they could never be reached', () => {
    const play = new Play(stateWith(peerOf('b'), peerOf('d', { flags: NodeFlag.primary | NodeFlag.failed })));
    play.from('b', 'ping', {}, gossiping(gossipOf('c', { ip: '' }), gossipOf('e', { busPort: 0 }), gossipOf('d', { ip: '' })));
    expect([play.flags('c'), play.flags('e')]).toEqual(['gone', 'gone']);
    expect(play.node('d')!.ip).toBe(ipOf('d'));
  });

  test('have one role, also when gossip says two', () => {
    const play = new Play(stateWith(peerOf('b')));
    play.from('b', 'ping', {}, gossiping(gossipOf('c', { flags: NodeFlag.primary | NodeFlag.replica })));
    expect(play.flags('c')).toBe('slave');
  });

  test('do not replicate themselves', () => {
    const play = new Play(stateWith(peerOf('b')));
    play.from('b', 'ping', { primaryId: idOf('b'), flags: NodeFlag.replica });
    expect(play.node('b')).toMatchObject({ flags: NodeFlag.replica, primaryId: '' });
  });

  test('that were forgotten are not taken in again for a while', () => {
    const play = new Play(stateWith(peerOf('b'), peerOf('c')), { blacklistTtlMs: 5000 });
    play.core.blacklist(play.nowMs, idOf('c'));
    play.core.adopt(play.nowMs, withoutMember(play.state, idOf('c')));
    play.from('b', 'ping', {}, gossiping(gossipOf('c')));
    expect(play.flags('c')).toBe('gone');
    play.pass(5100, 'b');
    play.from('b', 'ping', {}, gossiping(gossipOf('c')));
    expect(play.flags('c')).toBe('master');
  });

  test('forget whom a member was told to forget', () => {
    const play = new Play(stateWith(peerOf('b'), peerOf('c')));
    play.from('b', 'ping', { messageFlags: MessageFlag.extensions }, { extensions: { shardId: idOf('5'), forgotten: [{ nodeId: idOf('c'), ttlSeconds: 60n }] } });
    expect(play.flags('c')).toBe('gone');
    expect(play.node('b')!.shardId).toBe(idOf('5'));
    play.pass(100, 'b');
    expect(play.lastSent('b', 'ping')).toMatchObject({ extensions: { forgotten: [{ nodeId: idOf('c') }] } });
  });

  test('that ping from another place have moved there', () => {
    const play = new Play(stateWith(peerOf('b', { ip: '10.0.0.9' })));
    play.pass(100, 'i');
    expect(quiet(play.from('b', 'ping', { port: 7010 }))).toEqual(['b <- pong', 'close i']);
    expect(play.node('b')).toMatchObject({ ip: ipOf('b'), port: 7010 });
  });

  test('are where they announce to be, whatever the connection says', () => {
    const play = new Play(stateWith(peerOf('b')));
    play.from('b', 'ping', { announcedIp: '192.0.2.7' });
    expect(play.node('b')!.ip).toBe('192.0.2.7');
  });

  test('in whose place another node answers have no address, but have not failed', () => {
    const play = new Play(stateWith(peerOf('b'), peerOf('c')));
    play.pass(100, 'bc');
    expect(quiet(play.backFrom('b', 'pong', { sender: idOf('d') }))).toEqual(['close b']);
    expect(play.node('b')).toMatchObject({ flags: NodeFlag.primary | NodeFlag.noAddress, ip: '', port: 0, busPort: 0 });
    const later = quiet(play.pass(nodeTimeoutMs * 3, 'bc'));
    expect(later.filter((line) => line === 'connect b' || line.endsWith('<- fail'))).toEqual([]);
    expect(play.flags('b')).toBe('master,noaddr');
    play.from('c', 'ping');
    expect(play.lastSent('c', 'pong')).toMatchObject({ gossip: [] });
  });

  test('without an address that have failed stay so', () => {
    const play = new Play(stateWith(peerOf('b', { flags: NodeFlag.primary | NodeFlag.failed }), peerOf('c')));
    play.pass(100, 'bc');
    expect(quiet(play.backFrom('b', 'pong', { sender: idOf('d') }))).toEqual(['close b']);
    expect(play.flags('b')).toBe('master,fail,noaddr');
  });

  test.each<[string, (play: Play) => void]>([
    ['they ping', (play) => play.from('b', 'ping', { port: 7010 })],
    ['a member tells', (play) => play.from('c', 'ping', {}, gossiping(gossipOf('b', { port: 7010 })))],
  ])('without an address are found again where %s', (_, tell) => {
    const play = new Play(stateWith(peerOf('b'), peerOf('c')));
    play.pass(100, 'bc');
    play.backFrom('b', 'pong', { sender: idOf('d') });
    play.from('c', 'ping', {}, gossiping(gossipOf('b', { flags: NodeFlag.primary | NodeFlag.noAddress })));
    expect(play.flags('b')).toBe('master,noaddr');
    tell(play);
    expect(play.node('b')).toMatchObject({ flags: NodeFlag.primary, ip: ipOf('b'), port: 7010 });
    expect(quiet(play.pass(100, 'bc'))).toContain('connect b');
  });

  test('tell their name once they are known to understand it', () => {
    const play = new Play(stateWith(peerOf('b')));
    play.from('b', 'ping');
    expect(play.lastSent('b', 'pong')).toMatchObject({ extensions: {} });
    play.from('b', 'ping', { messageFlags: MessageFlag.extensions });
    expect(play.lastSent('b', 'pong')).toMatchObject({ extensions: { shardId: idOf('1') } });
  });

  test('tell each other the addresses for their clients, and that there are none any more', () => {
    const play = new Play(stateWith({ id: me, clientIpv4: '192.0.2.1', clientIpv6: '2001:db8::1', clientTcpPort: 30_001, clientTlsPort: 30_443 }, peerOf('b')));
    const told = { clientIpv4: '192.0.2.2', clientIpv6: '2001:db8::2', clientTcpPort: 31_001, clientTlsPort: 31_443 };
    play.from('b', 'ping', { messageFlags: MessageFlag.extensions }, { extensions: { ...told, shardId: idOf('2') } });
    expect(play.node('b')).toMatchObject(told);
    play.from('b', 'ping', { messageFlags: MessageFlag.extensions }, { extensions: { shardId: idOf('2') } });
    expect(play.lastSent('b', 'pong')).toMatchObject({ extensions: { clientIpv4: '192.0.2.1', clientIpv6: '2001:db8::1', clientTcpPort: 30_001, clientTlsPort: 30_443 } });
    expect(play.node('b')).toMatchObject({ clientIpv4: '', clientIpv6: '', clientTcpPort: 0, clientTlsPort: 0 });
    play.from('b', 'ping', { messageFlags: MessageFlag.extensions }, { extensions: { clientIpv4: '2001:db8::2', clientIpv6: 'b,c' } });
    expect(play.node('b')).toMatchObject({ clientIpv4: '', clientIpv6: '' });
  });

  test('that never tell their shard are spared ours after three times', () => {
    const play = new Play(stateWith(peerOf('b')));
    for (let i = 0; i < 4; i++) play.from('b', 'ping', { messageFlags: MessageFlag.extensions });
    expect(play.lastSent('b', 'pong')).toMatchObject({ extensions: {} });
  });

  test('hand on what their clients publish, to those of the shard or to all', () => {
    const play = new Play(stateWith(peerOf('b'), peerOf('c', { shardId: idOf('1') })));
    play.pass(100, 'bc');
    play.core.publish(play.nowMs, Buffer.from('c'), Buffer.from('m'), false);
    expect(play.outputs()).toEqual(['b <- publish', 'c <- publish']);
    play.core.publish(play.nowMs, Buffer.from('c'), Buffer.from('m'), true);
    expect(play.outputs()).toEqual(['c <- publishshard']);
    expect(play.from('b', 'publish', {}, { channel: Buffer.from('c'), message: Buffer.from('m') })).toEqual(['publish c m']);
  });
});
