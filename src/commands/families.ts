/** The families of commands that make up the table. */
import type { CommandRow } from './command.ts';
import { bitmapCommands } from './bitmap/rows.ts';
import { connectionCommands } from './connection/connection-commands.ts';
import { clusterCommands } from './door/cluster.ts';
import { geoCommands } from './geo/geo-commands.ts';
import { genericCommands } from './generic/rows.ts';
import { listCommands } from './list/list-commands.ts';
import { hashCommands } from './hash/rows.ts';
import { hyperLogLogCommands } from './hyperloglog/rows.ts';
import { serverCommands } from './server/rows.ts';
import { sortedSetCommands } from './sorted-set/sorted-set-commands.ts';
import { setCommands } from './set/rows.ts';
import { streamCommands } from './stream/stream-commands.ts';
import { stringCommands } from './string/string-commands.ts';

export const families: readonly (readonly CommandRow[])[] = [
  connectionCommands,
  stringCommands,
  bitmapCommands,
  listCommands,
  setCommands,
  hyperLogLogCommands,
  genericCommands,
  geoCommands,
  hashCommands,
  serverCommands,
  sortedSetCommands,
  clusterCommands,
  streamCommands,
];
