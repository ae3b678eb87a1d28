/** The commands of the group set, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { sadd, smove, srem } from './add-remove.ts';
import { sdiff, sdiffcard, sdiffstore, sinter, sintercard, sinterstore, sunion, sunioncard, sunionstore } from './combine.ts';
import { spop, srandmember } from './random.ts';
import { scard, sismember, smembers, smismember, sscan } from './read.ts';

export const setCommands: readonly CommandRow[] = [
  sadd, scard, sdiff, sdiffcard, sdiffstore, sinter, sintercard, sinterstore, sismember, smembers, smismember, smove, spop, srandmember,
  srem, sscan, sunion, sunioncard, sunionstore,
];
