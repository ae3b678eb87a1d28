/**
 * What happens when an arena is full: with ever more left of it, a command answers with OOM and has changed
 * nothing, or comes through. A single change is also met by each refusal of an allocation.
 */
import { expect, test } from 'vitest';
import { typeOf, ValueType } from '../../../../src/keyspace/entry.ts';
import type { Keyspace } from '../../../../src/keyspace/keyspace.ts';
import { dumpValue } from '../../../../src/persistence/rdb/value-codec.ts';
import { CommandBench } from '../command-bench.ts';
import { fillUp, limitAllocations } from '../scarce-memory.ts';

const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const maxBytes = 2 ** 24;
const long = 'x'.repeat(3000);
const entries = 900;

function prepared(): CommandBench {
  const bench = new CommandBench({ maxBytes });
  for (let i = 1; i <= entries; i++) bench.run(`XADD s ${i} field ${i}`);
  bench.run('XGROUP CREATE s g 0');
  bench.run('XGROUP CREATE s read 0');
  bench.run('XREADGROUP GROUP read c COUNT 300 STREAMS s >');
  bench.run('XADD s IDMP p 1 * f v');
  bench.takeEffects();
  return bench;
}

function contents(bench: CommandBench): object[] {
  return bench.dataset((keyspace: Keyspace, entry) => (typeOf(keyspace.arena, entry) === ValueType.stream ? dumpValue(keyspace, entry).toString('latin1') : ''));
}

/** Whether the command was carried out; if not, nothing may have changed. */
function isCarriedOut(bench: CommandBench, command: string, untouched: object[]): boolean {
  const reply = bench.run(command);
  const trace = { contents: contents(bench), effects: bench.effects() };
  expect(reply !== oom || trace).toEqual(reply !== oom || { contents: untouched, effects: [] });
  expect(reply === oom || !reply.startsWith('-')).toBe(true);
  return reply !== oom;
}

/** Commands with a name that is no longer than one can read. */
function titled(commands: readonly string[]): [string, string][] {
  return commands.map((command) => [command.replaceAll(/x{9,}/g, 'xxx').slice(0, 60), command]);
}

test.each(titled([
  `XADD s * field ${long}`, `XADD s * other ${long} more ${long}`, `XADD fresh * f ${long}`, `XADD s IDMP p ${long} * f v`, `XADD fresh IDMP p 1 * f v`,
  'XADD s MAXLEN 3 * f v', 'XREADGROUP GROUP g c STREAMS s >', 'XREADGROUP GROUP g c COUNT 500 STREAMS s >', 'XREADGROUP GROUP read d CLAIM 0 STREAMS s >',
  `XGROUP CREATE s ${long} 0`, `XGROUP CREATE fresh ${long} 0 MKSTREAM`, `XGROUP CREATECONSUMER s g ${long}`,
  `XCLAIM s g c 0 ${Array.from({ length: 300 }, (_, i) => i + 1).join(' ')} FORCE JUSTID`, 'XAUTOCLAIM s read d 0 0 COUNT 500 JUSTID',
  'XNACK s g FAIL IDS 5 501 502 503 504 505 FORCE', 'XCFGSET s IDMP-MAXSIZE 5', 'XIDMPRECORD s q 1 7', 'COPY s t',
]))('with little left, %s is carried out or refused as a whole', (_, command) => {
  let done = false;
  for (let pagesLeft = 0; !done; pagesLeft += pagesLeft < 12 ? 3 : 12) {
    const bench = prepared();
    const untouched = contents(bench);
    const giveBack = fillUp(bench, pagesLeft);
    done = isCarriedOut(bench, command, untouched);
    giveBack();
    bench.checkAndFlush();
  }
  expect(done).toBe(true);
});

test.each(titled([
  `XADD s * field ${long}`, `XADD s * other ${long} more 5`, `XADD fresh * f ${long}`, 'XADD s IDMP p 2 * f v', 'XADD s IDMP q 2 * f v', 'XADD fresh IDMP p 1 * f v',
  'XGROUP CREATE s new 0', 'XGROUP CREATE fresh new 0 MKSTREAM', 'XGROUP CREATECONSUMER s g new', 'XIDMPRECORD s q 1 7', 'XCFGSET s IDMP-MAXSIZE 5',
]))('%s is carried out or refused as a whole, whichever allocation is refused', (_, command) => {
  let done = false;
  for (let allowed = 0; !done; allowed++) {
    const bench = prepared();
    const untouched = contents(bench);
    limitAllocations(bench, allowed);
    done = isCarriedOut(bench, command, untouched);
    bench.checkAndFlush();
  }
  expect(done).toBe(true);
});

test('what only takes away needs no memory', () => {
  const bench = prepared();
  limitAllocations(bench, 0);
  const ids = Array.from({ length: 400 }, (_, i) => i + 1).join(' ');
  for (const command of [
    'XLEN s', 'XRANGE s - + COUNT 3', 'XREAD COUNT 1 STREAMS s 0', 'XINFO STREAM s', 'XPENDING s read', `XACK s read ${ids}`, `XDEL s ${ids}`,
    'XTRIM s MAXLEN 450', 'XTRIM s MINID 600', 'XTRIM s MAXLEN ~ 100', 'XGROUP DELCONSUMER s read c', 'XGROUP DESTROY s read', 'XGROUP SETID s g 5',
    'XDELEX s DELREF IDS 2 880 881', 'DEL s',
  ]) expect([command, bench.run(command)]).not.toEqual([command, oom]);
  expect(bench.dataset()).toEqual([]);
  bench.checkAndFlush();
});
