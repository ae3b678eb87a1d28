/** Memory: the limit, eviction, expiry, freeing, and when values leave their compact form. */
import { int32Max, int32Min, int64Max, integer, memory, oneOf, uint64Max, yesNo } from '../kinds.ts';
import { atStart, awaits, foreign } from './traits.ts';

const policies = [
  'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random',
  'noeviction',
] as const;

const freeing = foreign('large values are always freed in steps');
const defragmentation = foreign('the arena returns empty pages by itself');
const ownLimits = foreign('every stream begins with 100, and XCFGSET changes it');

export const memoryOptions = {
  databases: integer(16, 1, int32Max, atStart),
  maxmemory: memory(0, 0, uint64Max),
  'maxmemory-policy': oneOf('noeviction', policies, {
    check: (policy) => (policy === 'noeviction' ? undefined : 'this version evicts no keys: only noeviction is available'),
  }),
  'maxmemory-samples': integer(5, 1, int32Max, awaits('eviction of keys')),
  'maxmemory-eviction-tenacity': integer(10, 0, 100, awaits('eviction of keys')),
  'lfu-log-factor': integer(10, 0, int32Max, awaits('eviction of keys')),
  'lfu-decay-time': integer(1, 0, int32Max, awaits('eviction of keys')),
  'active-expire-effort': integer(1, 1, 10),
  'import-mode': yesNo(false, awaits('import mode')),

  'lazyfree-lazy-eviction': yesNo(false, freeing),
  'lazyfree-lazy-expire': yesNo(false, freeing),
  'lazyfree-lazy-server-del': yesNo(false, freeing),
  'lazyfree-lazy-user-del': yesNo(false, freeing),
  'lazyfree-lazy-user-flush': yesNo(false),
  activerehashing: yesNo(true, foreign('tables grow a bucket at a time')),
  activedefrag: yesNo(false, defragmentation),
  'active-defrag-cycle-min': integer(1, 1, 99, defragmentation),
  'active-defrag-cycle-max': integer(25, 1, 99, defragmentation),
  'active-defrag-cycle-us': integer(500, 0, 100_000, defragmentation),
  'active-defrag-threshold-lower': integer(10, 0, 1000, defragmentation),
  'active-defrag-threshold-upper': integer(100, 0, 1000, defragmentation),
  'active-defrag-ignore-bytes': memory(100 * 2 ** 20, 1, int64Max, defragmentation),
  'active-defrag-max-scan-fields': integer(1000, 1, int64Max, defragmentation),
  'jemalloc-bg-thread': yesNo(true, foreign('the arena gives memory back by itself')),
  'hash-seed': integer(0, 0, 0, { hidden: true, ...foreign('hashes are seeded at random') }),

  'hash-max-listpack-entries': integer(512, 0, int64Max, { aliases: ['hash-max-ziplist-entries'] }),
  'hash-max-listpack-value': memory(64, 0, int64Max, { aliases: ['hash-max-ziplist-value'] }),
  'list-max-listpack-size': integer(-2, int32Min, int32Max, { aliases: ['list-max-ziplist-size'] }),
  'list-compress-depth': integer(0, 0, int32Max, foreign('lists are not compressed in memory')),
  'set-max-intset-entries': integer(512, 0, int64Max),
  'set-max-listpack-entries': integer(128, 0, int64Max),
  'set-max-listpack-value': integer(64, 0, int64Max),
  'zset-max-listpack-entries': integer(128, 0, int64Max, { aliases: ['zset-max-ziplist-entries'] }),
  'zset-max-listpack-value': memory(64, 0, int64Max, { aliases: ['zset-max-ziplist-value'] }),
  'stream-node-max-bytes': memory(4096, 0, int64Max),
  'stream-node-max-entries': integer(100, 0, int64Max),
  'stream-idmp-duration': integer(100, 0, int64Max, ownLimits),
  'stream-idmp-maxsize': integer(100, 0, int64Max, ownLimits),
  'hll-sparse-max-bytes': memory(3000, 0, int64Max),
  'array-slice-size': integer(4096, 0, int64Max, awaits('arrays')),
  'array-sparse-kmin': integer(5, 0, int64Max, awaits('arrays')),
  'array-sparse-kmax': integer(10, 0, int64Max, awaits('arrays')),
  'vset-force-single-threaded-execution': yesNo(false, awaits('vector sets')),
};
