/** The family of commands about streams. */
import type { CommandRow } from '../command.ts';
import { xack } from './xack.ts';
import { xadd } from './xadd.ts';
import { xautoclaim } from './xautoclaim.ts';
import { xcfgset, xidmprecord } from './xcfgset.ts';
import { xclaim } from './xclaim.ts';
import { xdel, xsetid } from './xdel.ts';
import { xackdel, xdelex } from './xdelex.ts';
import { xgroup } from './xgroup.ts';
import { xinfo } from './xinfo.ts';
import { xnack } from './xnack.ts';
import { xpending } from './xpending.ts';
import { xlen, xrange, xrevrange } from './xrange.ts';
import { xread } from './xread.ts';
import { xreadgroup } from './xreadgroup.ts';
import { xtrim } from './xtrim.ts';

export const streamCommands: readonly CommandRow[] = [
  xack, xackdel, xadd, xautoclaim, xcfgset, xclaim, xdel, xdelex, xgroup, xidmprecord, xinfo, xlen, xnack, xpending, xrange, xread, xreadgroup,
  xrevrange, xsetid, xtrim,
];
