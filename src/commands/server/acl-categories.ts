/** The ACL categories of a command: those its row names, and those that follow from its flags as in Redis. */
import type { CommandRow, FlagName } from '../command.ts';

/** In the order in which COMMAND INFO lists them. */
export const aclCategories = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream',
  'pubsub', 'admin', 'fast', 'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
] as const;

const implied: readonly (readonly [flag: FlagName, categories: readonly string[]])[] = [
  ['write', ['write']],
  ['readonly', ['read']],
  ['admin', ['admin', 'dangerous']],
  ['pubsub', ['pubsub']],
  ['blocking', ['blocking']],
];

/** Without the leading '@'. */
export function aclCategoriesOf(row: CommandRow): string[] {
  const found = new Set<string>(row.acl);
  for (const [flag, categories] of implied) {
    const reads = flag === 'readonly' && found.has('scripting');
    if (row.flags.includes(flag) && !reads) for (const category of categories) found.add(category);
  }
  found.add(row.flags.includes('fast') ? 'fast' : 'slow');
  return aclCategories.filter((category) => found.has(category));
}
