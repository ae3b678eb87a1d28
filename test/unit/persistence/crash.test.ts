import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import type { Effects } from '../../../src/channel/effects.ts';
import { LeaseEffects } from '../../../src/channel/lease-effects.ts';
import { crashes, FaultyFiles } from './faulty-files.ts';
import { LogRig } from './log-rig.ts';
import { allKeys, slotOf, startNode } from './model-node.ts';

/** A write that has been executed: its keys, one a participant, and what its reply waits for. */
interface Write {
  readonly keys: readonly string[];
  readonly waits: readonly { readonly shard: number; readonly position: number }[];
}

/** Transaction ids as the door gives them, and a number for keys that is never given again. */
interface Numbering {
  next: number;
  serial: number;
}

const shardCount = 3;
const runs = Number(process.env['CRASH_RUNS'] ?? 300);

/** A life of a node: what it served from the start, what was written, and what was acknowledged. */
interface Life {
  readonly files: FaultyFiles;
  readonly served: Record<string, string>;
  readonly writes: readonly Write[];
  readonly acknowledged: readonly Write[];
}

/** A node under load that crashes somewhere. */
function runUntilCrash(random: Random, before: FaultyFiles, ids: Numbering): Life {
  const files = before.copy();
  files.faults = { shortWrites: random.below(2) === 0, crashAt: files.operationCount + 60 + random.below(150) };
  const writes: Write[] = [];
  let acknowledged: Write[] = [];
  let served: Record<string, string> = {};
  crashes(() => {
    const node = startNode(files, shardCount);
    ids.next = node.highestId + 1;
    served = allKeys(node);
    const rig = new LogRig(files, shardCount, 'always', 256);
    for (const [shard, log] of rig.logs.entries()) log.switchFile(node.targets[shard]!.generation, node.targets[shard]!.sequence);
    for (;;) {
      writes.push(random.below(3) === 0 ? writeShared(rig, random, ids) : writeOne(rig, random, ids));
      if (random.below(4) === 0) rig.logWriter.round();
      acknowledged = writes.filter(({ waits }) => waits.every(({ shard, position }) => ((rig.logs[shard]!.durable - position) | 0) >= 0));
    }
  });
  return { files, served, writes, acknowledged };
}

function writeOne(rig: LogRig, random: Random, ids: Numbering): Write {
  const shard = random.below(shardCount);
  const key = keyOf(shard, `one-${ids.serial++}`);
  set(rig.writers[shard]!, key, random);
  return { keys: [key], waits: [{ shard, position: rig.writers[shard]!.publish() }] };
}

function writeShared(rig: LogRig, random: Random, ids: Numbering): Write {
  const left = random.below(shardCount);
  const shards = [0, 1, 2].filter((shard) => shard !== left || random.below(2) === 0);
  const id = ids.next++;
  ids.serial++;
  const lease = new LeaseEffects(shards, shards.map((shard) => rig.writers[shard]!), id);
  const keys = shards.map((shard) => keyOf(shard, `shared-${ids.serial}`));
  for (const key of keys) set(lease, key, random);
  lease.end();
  return { keys, waits: shards.map((shard) => ({ shard, position: rig.writers[shard]!.position })) };
}

function set(effects: Effects, key: string, random: Random): void {
  effects.command(0, 'SET', 2);
  effects.text(key);
  effects.text('v'.repeat(random.below(60)));
}

/** `name` with a hash tag that puts it on `shard`. */
function keyOf(shard: number, name: string): string {
  for (let tag = 0; ; tag++) if (slotOf(`{${tag}}`) % shardCount === shard) return `{${tag}}${name}`;
}

/** Where a write stands after a restart. */
function presence(write: Write, found: Record<string, string>): 'all' | 'none' | 'half' {
  const count = write.keys.filter((key) => Object.hasOwn(found, `0 ${key}`)).length;
  return count === 0 ? 'none' : count === write.keys.length ? 'all' : 'half';
}

describe('a node that writes under always and crashes anywhere', () => {
  test('keeps what it acknowledged and all before it, and halves no transaction, crash after crash', () => {
    const seed = Number(process.env['CRASH_SEED'] ?? 20_251_123);
    const problems: string[] = [];
    let acknowledgedCount = 0;
    for (let run = 0; run < runs; run++) {
      const random = new Random(seed + run);
      const ids = { next: 1, serial: 1 };
      let disk = new FaultyFiles(seed + run);
      disk.makeDirectory('/data');
      disk.settle();
      startNode(disk, shardCount);
      for (let life = 0; life < 3; life++) {
        const { files, served, writes, acknowledged } = runUntilCrash(random, disk, ids);
        disk = files.afterCrash(random.uint32(), random.below(3) > 0);
        const found = allKeys(startNode(disk.copy(), shardCount));
        const states = writes.map((write) => presence(write, found));
        const lastAcknowledged = writes.indexOf(acknowledged.at(-1)!);
        const replay = `CRASH_SEED=${seed + run} CRASH_RUNS=1`;
        if (Object.keys(served).some((key) => found[key] !== served[key])) problems.push(`${replay}: lost what had been served`);
        if (states.includes('half')) problems.push(`${replay}: half a transaction`);
        if (states.slice(0, lastAcknowledged + 1).some((state) => state !== 'all')) problems.push(`${replay}: lost an acknowledged write`);
        acknowledgedCount += acknowledged.length;
      }
    }
    expect(problems).toEqual([]);
    expect(acknowledgedCount).toBeGreaterThan(runs);
  });
});
