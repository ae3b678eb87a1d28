/** Append-only files and snapshots. */
import { int32Max, int32Min, int64Max, integer, memory, oneOf, text, yesNo } from '../kinds.ts';
import { directory } from '../directory.ts';
import { savePoints } from '../list-kinds.ts';
import { atStart, awaits, foreign } from './traits.ts';

const snapshots = awaits('snapshots');
const compaction = awaits('compaction of append-only files');

export const persistenceOptions = {
  dir: directory({ isProtected: true, denyLoading: true, alwaysWritten: true }),
  appendonly: yesNo(false, { denyLoading: true }),
  appendfsync: oneOf('everysec', ['everysec', 'always', 'no']),
  appenddirname: text('appendonlydir', { ...atStart, check: (name) => baseNameReason('appenddirname', 'dirname', name) }),
  appendfilename: text('appendonly.aof', { ...atStart, check: (name) => baseNameReason('appendfilename', 'filename', name) }),
  'aof-load-truncated': yesNo(true),
  'aof-load-corrupt-tail-max-size': memory(0, 0, int64Max, foreign('a corrupt record never loads')),
  'aof-use-rdb-preamble': yesNo(true, snapshots),
  'aof-timestamp-enabled': yesNo(false, awaits('time stamps in append-only files')),
  'aof-disable-auto-gc': yesNo(false, compaction),
  'aof-rewrite-incremental-fsync': yesNo(true, compaction),
  'auto-aof-rewrite-min-size': memory(64 * 2 ** 20, 0, int64Max, compaction),
  'auto-aof-rewrite-percentage': integer(100, 0, int32Max, compaction),
  'no-appendfsync-on-rewrite': yesNo(false, compaction),

  dbfilename: text('dump.rdb', {
    isProtected: true,
    check: (name) => (isBaseName(name) ? undefined : "dbfilename can't be a path, just a filename"),
    ...snapshots,
  }),
  save: savePoints([
    { seconds: 3600, changeCount: 1 }, { seconds: 300, changeCount: 100 }, { seconds: 60, changeCount: 10000 },
  ], snapshots),
  rdbcompression: yesNo(true, snapshots),
  rdbchecksum: yesNo(true, { ...atStart, ...snapshots }),
  'rdb-save-incremental-fsync': yesNo(true, snapshots),
  'rdb-del-sync-files': yesNo(false, snapshots),
  'rdb-version-check': oneOf('strict', ['strict', 'relaxed'], snapshots),
  'rdb-key-save-delay': integer(0, int32Min, int32Max, { hidden: true, ...snapshots }),
  'key-load-delay': integer(0, int32Min, int32Max, { hidden: true, ...snapshots }),
  'loading-process-events-interval-bytes': integer(2 * 2 ** 20, 1024, int32Max, {
    hidden: true, ...foreign('the front door answers while shards load'),
  }),
  'stop-writes-on-bgsave-error': yesNo(true, snapshots),
  'sanitize-dump-payload': oneOf('no', ['no', 'yes', 'clients'], snapshots),
};

function baseNameReason(option: string, kind: string, name: string): string | undefined {
  if (name === '') return `${option} can't be empty`;
  return isBaseName(name) ? undefined : `${option} can't be a path, just a ${kind}`;
}

function isBaseName(name: string): boolean {
  return !/[/\\]/.test(name);
}
