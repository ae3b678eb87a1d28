/** The commands of the group hash, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { hexpire, hexpireat, hpersist, hpexpire, hpexpireat } from './expire.ts';
import { hgetdel, hgetex } from './get-and-change.ts';
import { himport } from './import.ts';
import { hincrby, hincrbyfloat } from './increment.ts';
import { hrandfield } from './random.ts';
import { hexists, hget, hgetall, hkeys, hlen, hmget, hstrlen, hvals } from './read.ts';
import { hscan } from './scan.ts';
import { hsetex } from './set-expiring.ts';
import { hexpiretime, hpexpiretime, hpttl, httl } from './ttl.ts';
import { hdel, hmset, hset, hsetnx } from './write.ts';

export const hashCommands: readonly CommandRow[] = [
  hdel, hexists, hexpire, hexpireat, hexpiretime, hget, hgetall, hgetdel, hgetex, himport, hincrby, hincrbyfloat, hkeys, hlen, hmget, hmset,
  hpersist, hpexpire, hpexpireat, hpexpiretime, hpttl, hrandfield, hscan, hset, hsetex, hsetnx, hstrlen, httl, hvals,
];
