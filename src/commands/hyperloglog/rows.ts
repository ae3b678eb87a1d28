/** The commands of the group hyperloglog, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { pfadd } from './add.ts';
import { pfcount } from './count.ts';
import { pfdebug, pfselftest } from './debug.ts';
import { pfmerge } from './merge.ts';

export const hyperLogLogCommands: readonly CommandRow[] = [pfadd, pfcount, pfdebug, pfmerge, pfselftest];
