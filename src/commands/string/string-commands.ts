/** The commands of the group string, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { delex, delifeq, digest } from './delete-if.ts';
import { getdel, getex } from './get-and-change.ts';
import { get, mget, strlen } from './get.ts';
import { decr, decrby, incr, incrby, incrbyfloat } from './increment.ts';
import { increx } from './increx.ts';
import { lcs } from './lcs.ts';
import { append, getrange, setrange, substr } from './range.ts';
import { mset, msetex, msetnx } from './set-many.ts';
import { getset, psetex, set, setex, setnx } from './set.ts';

export const stringCommands: readonly CommandRow[] = [
  append, decr, decrby, delex, delifeq, digest, get, getdel, getex, getrange, getset, incr, incrby, incrbyfloat, increx, lcs,
  mget, mset, msetex, msetnx, psetex, set, setex, setnx, setrange, strlen, substr,
];
