import { describe, expect, test } from 'vitest';
import { planRecovery } from '../../../src/persistence/recovery-plan.ts';
import type { RecoveryPlan } from '../../../src/persistence/recovery-plan.ts';
import { FaultyFiles } from './faulty-files.ts';
import { appendFilename, createGeneration, incrementPath, root } from './log-rig.ts';

function plan(files: FaultyFiles, shardCount = 2): RecoveryPlan {
  return planRecovery(files, { root, appendFilename, shardCount, loadTruncated: true });
}

function emptyDisk(): FaultyFiles {
  const files = new FaultyFiles(1);
  files.makeDirectory('/data');
  return files;
}

describe('a recovery plan', () => {
  test('of an empty directory is a fresh start and changes nothing', () => {
    const files = emptyDisk();
    expect(plan(files)).toEqual({ kind: 'fresh', root, appendFilename, shardCount: 2, loadTruncated: true });
    expect(files.list('/data')).toEqual([]);
  });

  test('of our own files names each log with its parts', () => {
    const files = emptyDisk();
    createGeneration(files, 3);
    const found = plan(files);
    expect(found).toMatchObject({ kind: 'own', generation: 1 });
    expect(structuredClone(found)).toEqual(found);
    expect(found.kind === 'own' ? found.logs.map((log) => log.paths) : []).toEqual([0, 1, 2].map((shard) => [
      `${root}/gen-1/shard-${shard}/appendonly.aof.1.base.aof`, incrementPath(shard),
    ]));
  });

  test('of files of redis-server takes them in order and names all that is to go', () => {
    const files = emptyDisk();
    files.put(`${root}/appendonly.aof.manifest`, Buffer.from(
      'file appendonly.aof.2.base.aof seq 2 type b\nfile appendonly.aof.1.incr.aof seq 1 type h\nfile appendonly.aof.2.incr.aof seq 2 type i\n'));
    expect(plan(files)).toMatchObject({
      kind: 'foreign', paths: [`${root}/appendonly.aof.2.base.aof`, `${root}/appendonly.aof.2.incr.aof`],
      obsolete: ['appendonly.aof.manifest', 'appendonly.aof.2.base.aof', 'appendonly.aof.2.incr.aof', 'appendonly.aof.1.incr.aof'],
    });
  });

  test('prefers a manifest to an old single file beside the directory', () => {
    const files = emptyDisk();
    files.put('/data/appendonly.aof', Buffer.from(''));
    expect(plan(files)).toMatchObject({ kind: 'foreign', paths: ['/data/appendonly.aof'], obsolete: ['../appendonly.aof'] });
    files.put(`${root}/appendonly.aof.manifest`, Buffer.from('file a.1.incr.aof seq 1 type i\n'));
    expect(plan(files)).toMatchObject({ kind: 'foreign', paths: [`${root}/a.1.incr.aof`] });
    createGeneration(files, 1);
    files.remove(`${root}/appendonly.aof.manifest`);
    expect(plan(files)).toMatchObject({ kind: 'own' });
  });

  test('refuses a directory with our files and another server\'s', () => {
    const files = emptyDisk();
    createGeneration(files, 1);
    files.put(`${root}/appendonly.aof.manifest`, Buffer.from('file a.1.incr.aof seq 1 type i\n'));
    expect(() => plan(files)).toThrow(`${root} holds Tessera's files and appendonly.aof.manifest of another server.`);
  });

  test('refuses data without the layout that says whether it counts', () => {
    const files = emptyDisk();
    createGeneration(files, 1);
    files.remove(`${root}/tessera.layout`);
    expect(() => plan(files)).toThrow(`${root} holds data (gen-*) but no tessera.layout`);
  });

  test('refuses files that are named and missing', () => {
    const files = emptyDisk();
    createGeneration(files, 2);
    const manifest = `${root}/gen-1/shard-1/appendonly.aof.manifest`;
    files.remove(incrementPath(1));
    expect(() => plan(files)).toThrow(`${incrementPath(1)} is in the manifest but does not exist`);
    files.put(manifest, Buffer.from('file appendonly.aof.1.base.aof seq 1 type b\n'));
    expect(() => plan(files)).toThrow('names no increment');
    files.remove(manifest);
    expect(() => plan(files)).toThrow(`${manifest} is missing. Was appendfilename changed?`);
  });
});
