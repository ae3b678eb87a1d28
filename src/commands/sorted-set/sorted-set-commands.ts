/** The commands of the group sorted-set, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { zadd, zincrby } from './add.ts';
import { zmpop, zpopmax, zpopmin } from './pop.ts';
import { zcount, zlexcount, zrange, zrangebylex, zrangebyscore, zrevrange, zrevrangebylex, zrevrangebyscore } from './range.ts';
import { zcard, zmscore, zrank, zrevrank, zscore } from './read.ts';
import { zrem, zremrangebylex, zremrangebyrank, zremrangebyscore } from './remove.ts';

export const sortedSetCommands: readonly CommandRow[] = [
  zadd, zcard, zcount, zincrby, zlexcount, zmpop, zmscore, zpopmax, zpopmin, zrange, zrangebylex, zrangebyscore, zrank, zrem,
  zremrangebylex, zremrangebyrank, zremrangebyscore, zrevrange, zrevrangebylex, zrevrangebyscore, zrevrank, zscore,
];
