/** Grammars of the documentation become COMMAND DOCS's arguments: names, types, tokens, repetition, choices. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { about } from '../../../../src/commands/about.ts';
import type { CommandRow, KeySpec } from '../../../../src/commands/command.ts';
import { allKeys, oneKey } from '../../../../src/commands/key-specs.ts';
import { argumentsOf, type CommandArgument } from '../../../../src/commands/server/command-arguments.ts';
import { CommandIndex } from '../../../../src/commands/server/command-index.ts';
import { parseSyntax } from '../../../../src/commands/server/syntax.ts';

const referencePath = new URL('../../../../../shared/reference/commands.json', import.meta.url);

describe('a grammar', () => {
  it('is read into tokens, names, choices and repetitions', () => {
    expect(parseSyntax('key [NX | XX] value [value ...]')).toEqual([
      { kind: 'name', word: 'key' },
      { kind: 'choice', isOptional: true, alternatives: [[{ kind: 'token', word: 'NX' }], [{ kind: 'token', word: 'XX' }]] },
      { kind: 'repeat', sequence: [{ kind: 'name', word: 'value' }] },
    ]);
  });

  it('takes signs for tokens, and names with digits and dashes for names', () => {
    expect(parseSyntax('<* | id> index1 unix-time-seconds')).toEqual([
      { kind: 'choice', isOptional: false, alternatives: [[{ kind: 'token', word: '*' }], [{ kind: 'name', word: 'id' }]] },
      { kind: 'name', word: 'index1' },
      { kind: 'name', word: 'unix-time-seconds' },
    ]);
  });

  it.each(['[key', 'key]', 'a | b', '<a'])('must be well formed: %s', (text) => {
    expect(() => parseSyntax(text)).toThrow('syntax');
  });
});

describe('arguments', () => {
  it.each<[string, string, readonly KeySpec[]]>([
    ['GET key', 'key:key#0', oneKey('RO')],
    ['DEL key [key ...]', 'key:key#0*', allKeys('RM')],
    ['MSET key value [key value ...]', 'key-value:block(key:key#0 value:string)*', allKeys('OW', 2)],
    ['COPY source destination [DB destination-db] [REPLACE]', 'source:key#0 destination:key#1 DB=destination-db:integer? REPLACE=replace:pure-token?',
      [...oneKey('RO'), ...oneKey('OW', 2)]],
    ['EXPIRE key seconds [NX | XX]', 'key:key#0 seconds:integer condition:oneof(NX=nx:pure-token XX=xx:pure-token)?', oneKey('RW')],
    ['GETEX key [EX seconds | PERSIST]', 'key:key#0 expiration:oneof(EX=seconds:integer PERSIST=persist:pure-token)?', oneKey('RW')],
    ['SCAN cursor [MATCH pattern] [COUNT count]', 'cursor:integer MATCH=pattern:pattern? COUNT=count:integer?', []],
    ['SORT key [LIMIT offset count] [GET pattern [GET pattern ...]]',
      'key:key#0 LIMIT=limit:block(offset:integer count:integer)? GET=pattern:pattern?**', oneKey('RO')],
    ['ZUNION numkeys key [key ...] [AGGREGATE SUM | MIN]',
      'numkeys:integer key:key#0* AGGREGATE=aggregate:oneof(SUM=sum:pure-token MIN=min:pure-token)?', oneKey('RO')],
    ['HGETDEL key FIELDS numfields field [field ...]', 'key:key#0 FIELDS=numfields:integer field:string*', oneKey('RW')],
    ['GEOSEARCH key <BYRADIUS radius <M | KM> | BYBOX width height>',
      'key:key#0 radius-unit:oneof(radius-unit:block(BYRADIUS=radius:double unit:oneof(M=m:pure-token KM=km:pure-token)) ' +
      'BYBOX=bybox:block(width:double height:double))', oneKey('RO')],
    ['INCRBYFLOAT key increment', 'key:key#0 increment:double', oneKey('RW')],
    ['INFO [section [section ...]]', 'section:string?*', []],
    ['PING', '', []],
  ])('of %s', (syntax, expected, keys) => {
    const row = { ...plainRow, keys, text: about('generic', '1.0.0', 'A test.', syntax) };
    expect(argumentsOf(syntax.split(' ')[0]!.toLowerCase(), row).map(brief).join(' ')).toBe(expected);
  });

  it('can be made of every command of the table', () => {
    const all = new CommandIndex().all.filter(({ subcommands }) => subcommands.length === 0);
    for (const { name, row } of all) expect([name, argumentsOf(name, row).flatMap(names).every((one) => one !== '')]).toEqual([name, true]);
  });

  it.skipIf(!existsSync(referencePath))('can be made of every grammar that is known', () => {
    const known = JSON.parse(readFileSync(referencePath, 'utf8')) as { name: string; syntax?: string }[];
    for (const { name, syntax } of known) {
      if (syntax === undefined) continue;
      const row = { ...plainRow, text: about('generic', '1.0.0', 'A test.', syntax.replaceAll(/\{[\d.]+\}/g, '')) };
      expect(() => argumentsOf(name.toLowerCase().replace(' ', '|'), row)).not.toThrow();
    }
  });
});

const plainRow: CommandRow = {
  name: 'test', arity: -1, flags: [], acl: [], keys: [], text: about('generic', '1.0.0', 'A test.', 'TEST'), place: 'door', execute() {},
};

/** `TOKEN=name:type#spec(within)` with ? for optional, * for multiple, and one more for its token. */
function brief({ name, type, token, keySpecIndex, flags, arguments: within }: CommandArgument): string {
  const marks = flags.map((flag) => (flag === 'optional' ? '?' : '*')).join('');
  return [
    token === undefined ? '' : `${token}=`, name, ':', type, keySpecIndex === undefined ? '' : `#${keySpecIndex}`,
    within.length === 0 ? '' : `(${within.map(brief).join(' ')})`, marks,
  ].join('');
}

function names(argument: CommandArgument): string[] {
  return [argument.name, ...argument.arguments.flatMap(names)];
}
