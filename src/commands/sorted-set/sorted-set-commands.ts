/** The commands of the group sorted-set, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { zadd, zincrby } from './add.ts';
import { zdiff, zdiffstore, zinter, zintercard, zinterstore, zunion, zunionstore } from './combine.ts';
import { zmpop, zpopmax, zpopmin } from './pop.ts';
import { zcount, zlexcount, zrange, zrangebylex, zrangebyscore, zrevrange, zrevrangebylex, zrevrangebyscore } from './range.ts';
import { zcard, zmscore, zrank, zrevrank, zscore } from './read.ts';
import { zrangestore } from './range-store.ts';
import { zrandmember } from './random.ts';
import { zrem, zremrangebylex, zremrangebyrank, zremrangebyscore } from './remove.ts';
import { zscan } from './scan.ts';

export const sortedSetCommands: readonly CommandRow[] = [
  zadd, zcard, zcount, zdiff, zdiffstore, zincrby, zinter, zintercard, zinterstore, zlexcount, zmpop, zmscore, zpopmax, zpopmin,
  zrandmember, zrange, zrangebylex, zrangebyscore, zrangestore, zrank, zrem, zremrangebylex, zremrangebyrank, zremrangebyscore,
  zrevrange, zrevrangebylex, zrevrangebyscore, zrevrank, zscan, zscore, zunion, zunionstore,
];
