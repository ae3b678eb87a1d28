import { expect, it } from 'vitest';
import { formatCount } from '../../../src/cli/amounts.ts';
import { shareBar, slotBar } from '../../../src/cli/bars.ts';
import { selfName } from '../../../src/cli/next-steps.ts';

it.each([
  [0, '0'], [9999, '9999'], [10_000, '10.0k'], [99_949, '99.9k'], [99_960, '100k'], [999_400, '999k'], [999_500, '1.00M'], [1_234_567, '1.23M'], [5e15, '5000T'],
])('writes %i as %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

it('fills a bar by eighths of a place', () => {
  const texts = [0, 0.5, 0.33, 1].map((part) => shareBar(part, 15, 'cyan').map((piece) => (typeof piece === 'string' ? piece : piece[1])).join(''));
  expect(texts).toEqual(['             0%', '█████       50%', '███▎        33%', '██████████ 100%']);
});

it('shades a place of the slot bar by how much of it is taken', () => {
  const bar = slotBar([{ start: 0, end: 4095 }, { start: 4096, end: 4096 }, { start: 8192, end: 12_000 }], 4, 'cyan');
  expect(bar).toEqual([['cyan', '█░▓'], ['dim', '·']]);
});

it.each([['start', 'npm start --'], ['npx', 'npx tessera'], [undefined, 'tessera']])('calls itself, run by %s, %s', (event, name) => {
  expect(selfName(event)).toBe(name);
});
