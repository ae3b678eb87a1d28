/** The family of commands about keys of any type. */
import type { CommandRow } from '../command.ts';
import { dbsize, flushall, flushdb, randomkey, swapdb } from './databases.ts';
import { dump, restore, restoreAsking } from './dump.ts';
import { expire, expireat, persist, pexpire, pexpireat } from './expire.ts';
import { migrate } from './migrate.ts';
import { object } from './object.ts';
import { del, exists, touch, type, unlink } from './presence.ts';
import { copy, move, rename, renamenx } from './rename.ts';
import { keys, scan } from './scan.ts';
import { sort, sortRo } from '../sort/sort.ts';
import { expiretime, pexpiretime, pttl, ttl } from './ttl.ts';

export const genericCommands: readonly CommandRow[] = [
  copy, dbsize, del, dump, exists, expire, expireat, expiretime, flushall, flushdb, keys, migrate, move, object, persist, pexpire, pexpireat,
  pexpiretime, pttl, randomkey, rename, renamenx, restore, restoreAsking, scan, sort, sortRo, swapdb, touch, ttl, type, unlink,
];
