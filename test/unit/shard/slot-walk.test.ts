/** The tap of a shard: keys and changes of the slots that leave, complete and in order, whenever a key is changed. */
import { expect, it } from 'vitest';
import { keySlot } from '../../../src/base/crc16.ts';
import { Random } from '../../../src/base/random.ts';
import { SlotMark } from '../../../src/channel/control.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { closeTap, isTapEmpty, isWalkOver, openTap, takeFromTap } from '../../../src/channel/slot-tap.ts';
import { SlotWalk } from '../../../src/shard/slot-walk.ts';
import { ShardRig } from './shard-rig.ts';

const tags = ['{06S}', '{Qi}', '{5L5}'];
const leaving = [0, 2];

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, key.length);
}

/** The commands in a stream, whose arguments have no spaces. */
function commandsOf(stream: string): string[] {
  const words = stream.split('\r\n').filter((_, i, all) => i < all.length - 1);
  const commands: string[] = [];
  for (let at = 0; at < words.length;) {
    const argc = Number(words[at]!.slice(1));
    commands.push(Array.from({ length: argc }, (_, i) => words[at + 2 + i * 2]!).join(' '));
    at += 1 + argc * 2;
  }
  return commands;
}

function execute(rig: ShardRig, commands: readonly string[]): string {
  rig.request(commands);
  rig.shard.drain();
  return rig.take().map(({ text }) => text).join('');
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])('gives another shard the same keys, with writes in between (seed %i)', (seed) => {
  const random = new Random(seed);
  const [source, target] = [new ShardRig(), new ShardRig()];
  const keys = Array.from({ length: 6000 }, (_, i) => `${tags[i % 3]!}key:${i}`);
  const write = (): string => {
    const key = keys[random.below(keys.length)]!;
    return [`SET ${key} v${random.below(1000)}`, `APPEND ${key} +${random.below(10)}`, `SETRANGE ${key} 3 abc`, `DEL ${key}`][random.below(4)]!;
  };
  for (let i = 0; i < 120; i++) execute(source, Array.from({ length: 80 }, write));
  for (const slot of leaving) source.control.slotMarks[slot] = SlotMark.leaving;
  openTap(source.tap);
  source.shard.takeOver();
  const walk = new SlotWalk(source.keyspace, new EffectWriter(source.tap), source.control.slotMarks);
  const pump = (): void => {
    const commands = commandsOf(takeFromTap(source.tap, 1 << 16).toString('latin1'));
    if (commands.length === 0) return;
    expect(execute(target, commands)).not.toContain('-');
  };
  let steps = 0;
  while (!isWalkOver(source.tap)) {
    for (let i = random.below(30); i > 0; i--) execute(source, [write()]);
    if (random.below(3) > 0) pump();
    walk.step();
    steps++;
  }
  for (let i = 0; i < 300; i++) execute(source, [write()]);
  source.shard.publishEffects();
  pump();
  closeTap(source.tap);
  expect(isTapEmpty(source.tap)).toBe(true);
  expect(steps).toBeGreaterThan(1);
  for (const key of keys) {
    const expected = leaving.includes(slotOf(key)) ? execute(source, [`GET ${key}`]) : '$-1\r\n';
    expect([key, execute(target, [`GET ${key}`])]).toEqual([key, expected]);
  }
});
