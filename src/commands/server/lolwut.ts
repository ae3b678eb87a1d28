/** LOLWUT: draws something. Here it is a mosaic: small triangular tiles laid by chance, mirrored both ways. */
import { Random } from '../../base/random.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { DoorCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { mosaic } from './mosaic.ts';

const versionWord = wordBytes('version');
/** Of a quarter of the picture. */
const defaultColumns = 12;
const defaultRows = 6;
const tilesMax = 60;

export const lolwut: DoorCommand = {
  name: 'lolwut',
  arity: -1,
  flags: ['readonly', 'fast'],
  acl: [],
  keys: [],
  text: about('server', '5.0.0', 'Draws a mosaic.', 'LOLWUT [VERSION version]', ''),
  place: 'door',
  execute(call) {
    const numbers = readNumbers(call);
    if (numbers.some((n) => Number.isNaN(n))) return call.fail(errors.notInteger);
    const [, columns = defaultColumns, rows = defaultRows, seed = Math.floor(call.server.clock.now())] = numbers;
    const picture = mosaic(clamp(columns), clamp(rows), new Random(seed | 0));
    call.reply.verbatim('txt', `${picture}\nRedis ver. ${call.server.version}\n`);
  },
};

/** What stands behind VERSION: the version, which changes nothing, columns, rows and a seed. */
function readNumbers(call: DoorCall): number[] {
  if (call.argc < 3 || !call.is(1, versionWord)) return [];
  return Array.from({ length: call.argc - 2 }, (_, i) => call.int(i + 2));
}

function clamp(tileCount: number): number {
  return Math.max(1, Math.min(tilesMax, tileCount));
}
