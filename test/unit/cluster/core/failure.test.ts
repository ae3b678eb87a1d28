/** Who has failed, and when this node serves. Five primaries: a is this node. */
import { describe, expect, test } from 'vitest';
import { NodeFlag } from '../../../../src/cluster/node-info.ts';
import type { ClusterState } from '../../../../src/cluster/state.ts';
import { SLOT_COUNT } from '../../../../src/base/crc16.ts';
import { idOf, stateWith } from '../support.ts';
import { Play, gossipOf, gossiping, nodeTimeoutMs, peerOf, quiet } from './play.ts';

const letters = 'abcde';

function five(): ClusterState {
  const state = stateWith(...['b', 'c', 'd', 'e'].map((letter) => peerOf(letter)));
  return { ...state, owners: Array.from({ length: SLOT_COUNT }, (_, slot) => idOf(letters[slot % 5]!)) };
}

/** Time goes by while some answer every ping. */
function pass(play: Play, ms: number, answering: string): string[] {
  const lines: string[] = [];
  for (let passedMs = 0; passedMs < ms; passedMs += 100) {
    const ticked = play.pass(100, answering);
    lines.push(...ticked);
    for (const letter of answering) if (ticked.includes(`${letter} <- ping`)) lines.push(...play.backFrom(letter, 'pong', mine(letter)));
  }
  return lines;
}

const mine = (letter: string): { slots: number[] } => ({ slots: Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter((slot) => letters[slot % 5] === letter) });
const saysFailed = (...who: string[]): object => gossiping(...who.map((letter) => gossipOf(letter, { flags: NodeFlag.primary | NodeFlag.maybeFailed })));

describe('a node that does not answer', () => {
  test('is suspected after the node timeout, by this node alone', () => {
    const play = new Play(five());
    pass(play, nodeTimeoutMs, 'bcd');
    expect(play.flags('e')).toBe('master');
    pass(play, 200, 'bcd');
    expect(play.flags('e')).toBe('master,fail?');
    expect(pass(play, 3000, 'bcd').filter((line) => line.endsWith('<- fail'))).toEqual([]);
  });

  test('has failed when most primaries suspect it, and everybody is told', () => {
    const play = new Play(five());
    pass(play, nodeTimeoutMs + 200, 'bcd');
    play.from('b', 'ping', mine('b'), saysFailed('e'));
    expect(play.flags('e')).toBe('master,fail?');
    const lines = play.from('c', 'ping', mine('c'), saysFailed('e'));
    expect(play.flags('e')).toBe('master,fail');
    expect(lines.filter((line) => line.endsWith('<- fail'))).toEqual(['b <- fail', 'c <- fail', 'd <- fail']);
    expect(play.lastSent('b', 'fail')).toMatchObject({ nodeId: idOf('e') });
  });

  test('has not failed as long as this node hears from it', () => {
    const play = new Play(five());
    pass(play, 500, 'bcde');
    for (const letter of 'bcd') play.from(letter, 'ping', mine(letter), saysFailed('e'));
    expect(play.flags('e')).toBe('master');
    expect(play.core.failureReports(play.nowMs, idOf('e'))).toBe(3);
  });

  test('is not reported for ever: reports age and are taken back', () => {
    const play = new Play(five());
    play.from('b', 'ping', mine('b'), saysFailed('e'));
    play.from('c', 'ping', mine('c'), saysFailed('e'));
    play.from('c', 'ping', mine('c'), gossiping(gossipOf('e')));
    expect(play.core.failureReports(play.nowMs, idOf('e'))).toBe(1);
    expect(play.core.failureReports(play.nowMs + 2 * nodeTimeoutMs + 1, idOf('e'))).toBe(0);
  });

  test('is reported only by primaries with slots', () => {
    const play = new Play({ ...five(), owners: five().owners.map((owner) => (owner === idOf('b') ? idOf('a') : owner)) });
    play.from('b', 'ping', {}, saysFailed('e'));
    expect(play.core.failureReports(play.nowMs, idOf('e'))).toBe(0);
  });

  test('has failed when a member says that it has', () => {
    const play = new Play(five());
    play.from('b', 'fail', {}, { nodeId: idOf('e') });
    expect(play.flags('e')).toBe('master,fail');
    play.from('b', 'fail', {}, { nodeId: idOf('a') });
    expect(play.flags('a')).toBe('myself,master');
  });

  test('is not suspected while data comes from it', () => {
    const play = new Play(five());
    for (let i = 0; i < 30; i++) {
      pass(play, 100, 'bcd');
      play.from('e', 'publish', mine('e'), { channel: Buffer.from('c'), message: Buffer.from('m') });
    }
    expect(play.flags('e')).toBe('master');
  });

  test('gets a new link when the one there is stays silent', () => {
    const play = new Play(five());
    const lines = [...Array(20)].flatMap(() => {
      const ticked = play.pass(100, 'bcde');
      for (const letter of 'bcd') if (ticked.includes(`${letter} <- ping`)) play.backFrom(letter, 'pong', mine(letter));
      return ticked;
    });
    expect(lines.filter((line) => line === 'connect e').length).toBeGreaterThan(1);
  });
});

describe('a node that answers again', () => {
  test('is not suspected any more', () => {
    const play = new Play(five());
    pass(play, nodeTimeoutMs + 200, 'bcd');
    expect(play.flags('e')).toBe('master,fail?');
    pass(play, 1500, 'bcde');
    expect(play.flags('e')).toBe('master');
  });

  test('has still failed for two timeouts when it owns slots', () => {
    const play = new Play(five());
    pass(play, 500, 'bcde');
    play.from('b', 'fail', {}, { nodeId: idOf('e') });
    pass(play, 2 * nodeTimeoutMs - 600, 'bcde');
    expect(play.flags('e')).toBe('master,fail');
    pass(play, nodeTimeoutMs + 600, 'bcde');
    expect(play.flags('e')).toBe('master');
  });

  test('is asked itself, also when others with faster clocks have just heard of it', () => {
    const play = new Play(five());
    pass(play, nodeTimeoutMs + 200, 'bcd');
    play.from('b', 'fail', mine('b'), { nodeId: idOf('e') });
    for (let passedMs = 0; passedMs < 2 * nodeTimeoutMs + 1000; passedMs += 100) {
      pass(play, 100, 'bcde');
      play.from('b', 'ping', mine('b'), gossiping(gossipOf('e', { pongReceivedSeconds: Math.floor((play.nowMs + 500) / 1000) })));
    }
    expect(play.flags('e')).toBe('master');
  });

  test('is back at once when it owns none', () => {
    const play = new Play(stateWith(peerOf('b'), peerOf('c', { flags: NodeFlag.replica, primaryId: idOf('b') })));
    play.pass(100, 'bc');
    play.from('b', 'fail', {}, { nodeId: idOf('c') });
    expect(play.flags('c')).toBe('slave,fail');
    play.backFrom('c', 'pong', { primaryId: idOf('b'), flags: NodeFlag.replica });
    expect(play.flags('c')).toBe('slave');
  });
});

describe('whether this node serves', () => {
  test('it waits for two seconds after its start among others', () => {
    const play = new Play(five());
    expect(play.core.isHeld).toBe(true);
    pass(play, 1800, 'bcde');
    expect(play.core.isHeld).toBe(true);
    pass(play, 300, 'bcde');
    expect(play.core.isHeld).toBe(false);
  });

  test('it waits as long when its start has taken long, and holds no ping of before against anybody', () => {
    const state = five();
    const play = new Play({ ...state, nodes: new Map([...state.nodes].map(([id, node]) => [id, { ...node, pingSentMs: 1_700_000_000_000 }])) });
    play.nowMs += 60_000;
    play.core.begin(play.nowMs);
    expect(play.core.isHeld).toBe(true);
    pass(play, 500, '');
    expect(play.flags('e')).toBe('master');
    pass(play, 1300, 'bcde');
    expect(play.core.isHeld).toBe(true);
    pass(play, 300, 'bcde');
    expect(play.core.isHeld).toBe(false);
  });

  test('it does not in a minority, and waits a timeout when that is over', () => {
    const play = new Play(five(), { requireFullCoverage: false });
    pass(play, 2200, 'bcde');
    const isUp = (): boolean => {
      play.from('b', 'ping', mine('b'));
      const pong = play.lastSent('b', 'pong')!;
      return pong.header!.clusterIsUp;
    };
    expect(isUp()).toBe(true);
    for (const letter of 'cde') play.from('b', 'fail', {}, { nodeId: idOf(letter) });
    pass(play, 100, 'b');
    expect(isUp()).toBe(false);
    pass(play, 2600, 'bcde');
    expect(play.flags('c')).toBe('master');
    pass(play, 1200, 'bcde');
    expect(isUp()).toBe(true);
  });
});

describe('pings', () => {
  test('go to each member at least every half timeout', () => {
    const play = new Play(five());
    pass(play, 1000, 'bcde');
    const lines = quiet(pass(play, 3000, 'bcde'));
    for (const letter of 'bcde') expect(lines.filter((line) => line === `${letter} <- ping`).length).toBeGreaterThanOrEqual(4);
  });

  test('tell of all suspects, of three others at least, and not of the receiver', () => {
    const play = new Play(five());
    pass(play, nodeTimeoutMs + 200, 'bcd');
    pass(play, 1000, 'bcd');
    const ping = play.lastSent('b', 'ping') as unknown as { gossip: { nodeId: string; flags: number }[] };
    expect(ping.gossip.map(({ nodeId }) => nodeId[0]).toSorted()).toEqual(['c', 'd', 'e']);
    expect(ping.gossip.find(({ nodeId }) => nodeId === idOf('e'))!.flags).toBe(NodeFlag.primary | NodeFlag.maybeFailed);
  });
});
