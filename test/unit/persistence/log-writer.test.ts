import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { LogWord } from '../../../src/channel/effect-log.ts';
import type { EffectLog } from '../../../src/channel/effect-log.ts';
import { aof } from './aof-text.ts';
import { LogRig, incrementPath } from './log-rig.ts';

const { EIO, ENOSPC } = constants.errno;

/** How often each operation is asked for. */
function countSyncs(rig: LogRig): { readonly count: number } {
  const counter = { count: 0 };
  rig.files.faults = {
    ...rig.files.faults,
    fail: (operation) => {
      if (operation === 'sync') counter.count++;
      return undefined;
    },
  };
  return counter;
}

describe('a log writer', () => {
  test('writes what is published, and only that', () => {
    const rig = LogRig.fresh(2, 'always');
    rig.set(0, 'a', '1');
    rig.set(1, 'b', '2');
    rig.writers[0]!.command(0, 'DEL', 1);
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof('SELECT 0', 'SET a 1').toString());
    expect(rig.content(1)).toBe(aof('SELECT 0', 'SET b 2').toString());
    rig.writers[0]!.text('a');
    rig.writers[0]!.publish();
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof('SELECT 0', 'SET a 1', 'DEL a').toString());
  });

  test('under always, says durable after each round and wakes the door once', () => {
    const rig = LogRig.fresh(2, 'always');
    const before = rig.progressCount;
    const [first, second] = [rig.set(0, 'a', '1'), rig.set(1, 'b', '2')];
    expect(rig.logs[0]!.durable).toBe(0);
    rig.logWriter.round();
    expect([rig.logs[0]!.durable, rig.logs[1]!.durable]).toEqual([first, second]);
    expect(rig.progressCount).toBe(before + 1);
    rig.logWriter.round();
    expect(rig.progressCount).toBe(before + 1);
  });

  test('says nothing durable before all files of the round are synced', () => {
    const rig = LogRig.fresh(2, 'always');
    rig.set(0, 'a', '1');
    rig.set(1, 'b', '2');
    const durable: number[] = [];
    rig.files.faults.fail = (operation) => {
      if (operation === 'sync') durable.push(...rig.logs.map((log) => log.durable));
      return undefined;
    };
    rig.logWriter.round();
    expect(durable).toEqual([0, 0, 0, 0]);
  });

  test('under everysec, syncs at most once a second and only what is new', () => {
    const rig = LogRig.fresh(1, 'everysec');
    const syncs = countSyncs(rig);
    rig.nowMs = 1000;
    rig.set(0, 'a', '1');
    rig.logWriter.round();
    expect(syncs.count).toBe(1);
    for (rig.nowMs = 1100; rig.nowMs < 2000; rig.nowMs += 100) {
      rig.set(0, 'b', '2');
      rig.logWriter.round();
    }
    expect(syncs.count).toBe(1);
    rig.logWriter.round();
    expect(syncs.count).toBe(2);
    expect(rig.logs[0]!.durable).toBe(rig.logs[0]!.written);
    rig.nowMs = 9000;
    rig.logWriter.round();
    expect(syncs.count).toBe(2);
  });

  test('under no, writes and never syncs until the stop', () => {
    const rig = LogRig.fresh(1, 'no');
    const syncs = countSyncs(rig);
    rig.nowMs = 60_000;
    rig.set(0, 'a', '1');
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof('SELECT 0', 'SET a 1').toString());
    expect(syncs.count).toBe(0);
    rig.control.stop();
    rig.logWriter.run();
    expect(syncs.count).toBe(1);
    expect(rig.logs[0]!.durable).toBe(rig.logs[0]!.written);
    expect(rig.control.ended).toBe(true);
  });

  test('follows a policy that changes, and syncs what the old one left', () => {
    const rig = LogRig.fresh(1, 'no');
    const position = rig.set(0, 'a', '1');
    rig.logWriter.round();
    expect(rig.logs[0]!.durable).toBe(0);
    rig.control.setPolicy('always');
    rig.logWriter.round();
    expect(rig.logs[0]!.durable).toBe(position);
  });

  test('continues a short write where it stopped', () => {
    const rig = LogRig.fresh(1, 'always', 256);
    rig.files.faults.shortWrites = true;
    const commands = ['SELECT 0'];
    for (let i = 0; i < 50; i++) {
      rig.set(0, `key-${i}`, 'x'.repeat(i));
      commands.push(`SET key-${i} ${'x'.repeat(i)}`);
    }
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof(...commands).toString());
    expect(rig.logs[0]!.durable).toBe(rig.logs[0]!.written);
  });

  test('takes no harm from interrupted calls', () => {
    const rig = LogRig.fresh(1, 'always');
    let interruptions = 3;
    rig.files.faults.fail = (operation) => (operation === 'write' && interruptions-- > 0 ? 'EINTR' : undefined);
    rig.set(0, 'a', '1');
    rig.logWriter.round();
    expect(rig.control.error).toBe(0);
    expect(rig.content(0)).toBe(aof('SELECT 0', 'SET a 1').toString());
  });
});

describe('a log writer whose disk fails', () => {
  test('says so while the disk is full, and goes on exactly where it stopped once there is room', () => {
    const rig = LogRig.fresh(2, 'always');
    rig.logWriter.round();
    const before = rig.progressCount;
    rig.set(1, 'b', '2');
    rig.set(0, 'a', 'x'.repeat(100));
    // Room for half of the first file's bytes and nothing of the second's.
    rig.files.faults.capacityBytes = rig.files.usedBytes + 70;
    rig.logWriter.round();
    expect(rig.control.error).toBe(ENOSPC);
    expect(rig.progressCount).toBeGreaterThan(before);
    expect(rig.content(0)).toHaveLength(70);
    expect([rig.logs[0]!.durable, rig.logs[1]!.durable].every((position) => position < 100)).toBe(true);
    rig.logWriter.round();
    expect(rig.lines).toEqual(['warning: Error writing to the AOF file: No space left on device']);

    delete rig.files.faults.capacityBytes;
    rig.logWriter.round();
    expect(rig.control.error).toBe(0);
    expect(rig.lines[1]).toBe('notice: AOF write error looks solved, writes are accepted again');
    expect(rig.content(0)).toBe(aof('SELECT 0', `SET a ${'x'.repeat(100)}`).toString());
    expect(rig.content(1)).toBe(aof('SELECT 0', 'SET b 2').toString());
    expect(rig.logs.map((log) => log.durable)).toEqual(rig.logs.map((log) => log.written));
  });

  test('on one shard still makes the other shards durable', () => {
    const rig = LogRig.fresh(2, 'always');
    rig.files.faults.fail = (operation, path) => (operation === 'write' && path === incrementPath(0) ? 'EIO' : undefined);
    rig.set(0, 'a', '1');
    const position = rig.set(1, 'b', '2');
    rig.logWriter.round();
    expect(rig.control.error).toBe(EIO);
    expect(rig.logs[1]!.durable).toBe(position);
    expect(rig.logs[0]!.durable).toBe(0);
  });

  test('under always, writes again all that a failed sync may have lost', () => {
    const rig = LogRig.fresh(1, 'always');
    const first = rig.set(0, 'a', '1');
    rig.logWriter.round();
    const path = incrementPath(0);
    rig.files.faults.fail = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    rig.set(0, 'b', '2');
    rig.logWriter.round();
    expect(rig.control.error).toBe(EIO);
    expect(rig.logs[0]!.consumed).toBe(first);
    expect(rig.logs[0]!.durable).toBe(first);
    rig.files.dropUnsynced(path);
    delete rig.files.faults.fail;
    rig.set(0, 'c', '3');
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof('SELECT 0', 'SET a 1', 'SET b 2', 'SET c 3').toString());
    expect(rig.logs[0]!.durable).toBe(rig.logs[0]!.written);
    expect(rig.control.error).toBe(0);
  });

  test('at the stop gives up after a while and says what is missing', () => {
    const rig = LogRig.fresh(1, 'everysec');
    rig.files.faults.fail = (operation) => {
      rig.nowMs += 500;
      return operation === 'write' ? 'ENOSPC' : undefined;
    };
    rig.set(0, 'a', '1');
    rig.control.stop();
    rig.logWriter.run();
    expect(rig.control.error).toBe(ENOSPC);
    expect(rig.control.ended).toBe(true);
    expect(rig.lines.at(-1)).toBe('warning: The AOF files lack the last writes: the disk does not take them');
  });

  test('does not hide an error of ours', () => {
    const rig = LogRig.fresh(1, 'always');
    rig.files.faults.fail = () => {
      throw new TypeError('a mistake');
    };
    rig.set(0, 'a', '1');
    expect(() => rig.logWriter.round()).toThrow(TypeError);
  });
});

describe('a log writer and a change of files', () => {
  test('splits the stream exactly at the switch, and makes the first file durable', () => {
    const rig = LogRig.fresh(1, 'no');
    rig.files.put(incrementPath(0, 1, 2), Buffer.from(''));
    const position = rig.set(0, 'a', '1');
    rig.logs[0]!.switchFile(1, 2);
    rig.set(0, 'b', '2');
    rig.logWriter.round();
    expect(rig.content(0, 1)).toBe(aof('SELECT 0', 'SET a 1').toString());
    expect(rig.content(0, 2)).toBe(aof('SELECT 0', 'SET b 2').toString());
    expect(rig.logs[0]!.durable).toBe(position);
    expect(rig.logs[0]!.isSwitched).toBe(true);
  });

  test('continues a file at its end', () => {
    const rig = LogRig.fresh(1, 'always');
    rig.files.put(incrementPath(0, 1, 2), aof('SET old 1'));
    rig.logs[0]!.switchFile(1, 2);
    rig.set(0, 'a', '1');
    rig.logWriter.round();
    expect(rig.content(0, 2)).toBe(aof('SET old 1', 'SELECT 0', 'SET a 1').toString());
  });

  test('ends the log when effects are switched off, and replies that waited can go', () => {
    const rig = LogRig.fresh(1, 'everysec');
    const position = rig.set(0, 'a', '1');
    rig.logs[0]!.switchFile(0, 0);
    expect(rig.writers[0]!.enabled).toBe(false);
    rig.logWriter.round();
    expect(rig.logs[0]!.durable).toBe(position);
    rig.set(0, 'b', '2');
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof('SELECT 0', 'SET a 1').toString());
  });

  test('tries again when the next file cannot be opened', () => {
    const rig = LogRig.fresh(1, 'always');
    rig.logs[0]!.switchFile(1, 2);
    rig.set(0, 'a', '1');
    rig.logWriter.round();
    expect(rig.control.error).toBe(constants.errno.ENOENT);
    rig.files.put(incrementPath(0, 1, 2), Buffer.from(''));
    rig.logWriter.round();
    expect(rig.control.error).toBe(0);
    expect(rig.content(0, 2)).toBe(aof('SELECT 0', 'SET a 1').toString());
  });
});

describe('a log writer and transactions over several shards', () => {
  test('never takes one from a log alone, though it looks in the middle of its publication', () => {
    const rig = LogRig.fresh(2, 'always');
    const [first, second] = rig.logs as [EffectLog, EffectLog];
    for (const writer of rig.writers) {
      writer.command(0, 'DEL', 1);
      writer.text('a');
    }
    rig.control.beginPublication();
    first.publish();
    // The second log is published right after the writer has looked at it.
    let looks = 0;
    Object.defineProperty(second, 'written', {
      get: () => {
        const seen = Atomics.load(second.words, LogWord.written);
        if (looks++ === 0) {
          second.publish();
          rig.control.endPublication();
        }
        return seen;
      },
    });
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof('SELECT 0', 'DEL a').toString());
    expect(rig.content(1)).toBe(rig.content(0));
  });

  test('goes on without a publication that never ends', () => {
    const rig = LogRig.fresh(2, 'always');
    rig.control.beginPublication();
    rig.set(0, 'a', '1');
    rig.logWriter.round();
    expect(rig.content(0)).toBe(aof('SELECT 0', 'SET a 1').toString());
  });
});
