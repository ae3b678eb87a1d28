/** The commands of the group bitmap, as the table lists them. */
import type { CommandRow } from '../command.ts';
import { getbit, setbit } from './bit.ts';
import { bitop } from './combine.ts';
import { bitfield, bitfieldRo } from './field.ts';
import { bitcount, bitpos } from './search.ts';

export const bitmapCommands: readonly CommandRow[] = [bitcount, bitfield, bitfieldRo, bitop, bitpos, getbit, setbit];
