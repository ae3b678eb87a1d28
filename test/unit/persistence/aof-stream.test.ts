import { describe, expect, test } from 'vitest';
import { AofStream } from '../../../src/persistence/aof-stream.ts';
import { aof, readStream } from './aof-text.ts';
import { FaultyFiles } from './faulty-files.ts';

const tolerant = { loadTruncated: true, chunkBytes: 64 };

function filesWith(...contents: readonly Buffer[]): { files: FaultyFiles; paths: string[] } {
  const files = new FaultyFiles(1);
  const paths = contents.map((content, i) => {
    files.put(`/data/${i}.aof`, content);
    return `/data/${i}.aof`;
  });
  return { files, paths };
}

function read(...contents: readonly Buffer[]): string[] {
  const { files, paths } = filesWith(...contents);
  return readStream(files, paths, tolerant).commands;
}

describe('an AOF stream', () => {
  test('passes on commands with their database, file after file', () => {
    expect(read(aof('SET a 1', 'SELECT 3', 'SET b 2'), aof('SET c 3', 'select 1', 'DEL c')))
      .toEqual(['0 SET a 1', '3 SET b 2', '0 SET c 3', '1 DEL c']);
  });

  test('passes on what is inside a transaction and knows whose it is', () => {
    expect(read(aof('MULTI', 'SELECT 2', 'SET a 1', 'EXEC', '#TX:7:0,2', 'MULTI', 'SET b 1', 'DEL c', 'EXEC', '#TS:1', 'SET d 1')))
      .toEqual(['2 SET a 1', '2 SET b 1 tx 7', '2 DEL c tx 7', '2 SET d 1']);
  });

  test('cut at every byte, passes on whole commands and whole transactions only', () => {
    const groups = [['SET a 1'], ['MULTI', 'SET b 1', 'SELECT 4', 'SET c 2', 'EXEC'], ['DEL a'], ['#TX:12:0,1', 'MULTI', 'SET d 1', 'EXEC']];
    const passedOn = [['0 SET a 1'], ['0 SET b 1', '4 SET c 2'], ['4 DEL a'], ['4 SET d 1 tx 12']];
    const ends = groups.map((_, i) => aof(...groups.slice(0, i + 1).flat()).length);
    const content = aof(...groups.flat());
    for (let cut = 0; cut <= content.length; cut++) {
      const { files, paths } = filesWith(content.subarray(0, cut));
      const whole = ends.filter((end) => end <= cut).length;
      const { commands, stream } = readStream(files, paths, tolerant);
      expect(commands).toEqual(passedOn.slice(0, whole).flat());
      const end = ends[whole - 1] ?? 0;
      expect(stream.endOffset).toBe(end);
      expect(stream.torn).toEqual(end === cut ? undefined : { path: '/data/0.aof', offset: end, droppedBytes: cut - end });
    }
  });

  test('refuses a torn tail when it is told to', () => {
    const { files, paths } = filesWith(aof('SET a 1', 'SET b 2').subarray(0, -3));
    expect(() => readStream(files, paths, { loadTruncated: false })).toThrow(
      /^Unexpected end of file reading the append only file \/data\/0\.aof at byte 27\. .*redis-check-aof --fix \/data\/0\.aof.*aof-load-truncated/,
    );
  });

  test('takes the annotation that redis-check-aof --fix leaves of a torn transaction for no damage, and cuts it', () => {
    const whole = aof('SET a 1');
    const { files, paths } = filesWith(aof('SET b 1', '#TX:3:0,1'), Buffer.concat([whole, aof('#TX:4:0,1')]));
    const { commands, stream } = readStream(files, paths, { loadTruncated: false });
    expect(commands).toEqual(['0 SET b 1', '0 SET a 1']);
    expect(stream.endOffset).toBe(whole.length);
    expect(stream.torn).toEqual({ path: paths[1], offset: whole.length, droppedBytes: 11 });
  });

  test('refuses a torn file that is not the last', () => {
    const { files, paths } = filesWith(aof('SET a 1', 'MULTI'), aof('SET b 2'));
    expect(() => readStream(files, paths, tolerant)).toThrow(/\/data\/0\.aof ends inside a command, and it is not the last file/);
  });

  test('refuses what makes no sense, with its place', () => {
    for (const [lines, reason] of [
      [['EXEC'], 'EXEC without MULTI'], [['MULTI', 'MULTI', 'EXEC'], 'MULTI inside a transaction'], [['SELECT x'], 'SELECT names no database'],
      [['SELECT'], 'SELECT names no database'], [['#TX:1:0,1', 'SET a 1'], 'a transaction annotation stands before MULTI'],
      [['#TX:0:0', 'MULTI', 'EXEC'], 'a transaction annotation is malformed'], [['#TX:1:', 'MULTI', 'EXEC'], 'a transaction annotation is malformed'],
    ] as const) {
      expect(() => read(aof('PING', ...lines))).toThrow(reason);
      expect(() => read(aof('PING', ...lines))).toThrow(/at byte \d+: /);
    }
  });

  test('refuses an RDB file and says how to get another', () => {
    expect(() => read(Buffer.from('REDIS0010\xfa'))).toThrow(/is an RDB file.*aof-use-rdb-preamble/);
  });

  test('goes on at a place in any file, with the database of that place', () => {
    const { files, paths } = filesWith(aof('SET a 1', 'SET b 1'), aof('SELECT 2', 'SET c 1', 'MULTI', 'SET d 1', 'EXEC'));
    const stream = new AofStream(files, paths, tolerant);
    while (stream.next()) if (stream.argument(1) === 'd') break;
    stream.seek(0, aof('SET a 1').length, 5);
    const seen: string[] = [];
    while (stream.next()) seen.push(`${stream.db} ${stream.argument(1)}`);
    expect(seen).toEqual(['5 b', '2 c', '2 d']);
    stream.close();
  });
});
