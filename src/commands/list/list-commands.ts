/** The commands of the group list, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { linsert, lrem, lset, ltrim } from './change.ts';
import { lpos } from './lpos.ts';
import { lmove, lmovem, rpoplpush } from './move.ts';
import { lmpop, lpop, rpop } from './pop.ts';
import { lpush, lpushx, rpush, rpushx } from './push.ts';
import { lindex, llen, lrange } from './read.ts';

export const listCommands: readonly CommandRow[] = [
  lindex, linsert, llen, lmove, lmovem, lmpop, lpop, lpos, lpush, lpushx, lrange, lrem, lset, ltrim, rpop, rpoplpush, rpush, rpushx,
];
