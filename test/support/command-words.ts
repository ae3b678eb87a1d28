/** What can be said to a command, by its row: its subcommands and the literal words of its grammar. */
import { parseSyntax, type Sequence } from '../../src/commands/server/syntax.ts';
import { fullNames, rows } from '../../src/commands/table.ts';

const groups = ['string', 'bitmap', 'list', 'hash', 'set', 'sorted-set', 'stream', 'hyperloglog', 'geo'];
/** Of the group generic; its others are about other nodes and waiting. */
const genericNames = [
  'copy', 'del', 'dump', 'exists', 'expire', 'expireat', 'expiretime', 'keys', 'move', 'object|encoding', 'object|freq', 'object|help', 'object|idletime',
  'object|refcount', 'persist', 'pexpire', 'pexpireat', 'pexpiretime', 'pttl', 'randomkey', 'rename', 'renamenx', 'restore', 'scan', 'sort', 'sort_ro',
  'touch', 'ttl', 'type', 'unlink',
];

/** Every command of the data types as `COMMAND`, `CONTAINER SUBCOMMAND`, and with each of its words behind. */
export function dataTypeWords(): string[] {
  return rows.flatMap((row, id) => {
    const name = fullNames[id]!;
    const isAsked = !('subcommands' in row) && (groups.includes(row.text.group) || genericNames.includes(name));
    return isAsked ? [...new Set([name, ...literals(parseSyntax(row.text.syntax)).map((word) => `${name}|${word}`)])] : [];
  }).map((what) => what.toUpperCase().replaceAll('|', ' ')).filter((what) => !/\b(\S+)(?: \S+)* \1$/.test(what));
}

/** The words to be written as they are; signs such as * and ~ are not told. */
function literals(sequence: Sequence): string[] {
  return sequence.flatMap((node) => {
    if (node.kind === 'choice') return node.alternatives.flatMap(literals);
    if (node.kind === 'repeat') return literals(node.sequence);
    return node.kind === 'token' && /^\w/.test(node.word) ? [node.word] : [];
  });
}
