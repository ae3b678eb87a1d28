/** The families of commands that make up the table. */
import type { CommandRow } from './command.ts';
import { clusterCommands } from './door/cluster.ts';
import { genericCommands } from './generic/rows.ts';
import { get, mget, strlen } from './string/get.ts';
import { set } from './string/set.ts';

export const families: readonly (readonly CommandRow[])[] = [
  [get, mget, set, strlen],
  genericCommands,
  clusterCommands,
];
