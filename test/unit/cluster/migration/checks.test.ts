/** What CLUSTER MIGRATESLOTS (as Valkey 9 words it) and CLUSTER MIGRATION IMPORT (as Redis 8.4 does) refuse. */
import { describe, expect, it } from 'vitest';
import { checkEstablish, checkImport, readExports, readPairs } from '../../../../src/cluster/migration/checks.ts';
import { changeMoves } from '../../../../src/cluster/migration/moves.ts';
import { idOf, me, other, owning, stateWith, third } from '../support.ts';

const mine = Object.fromEntries(Array.from({ length: 100 }, (_, slot) => [slot, me]));
const theirs = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [200 + i, other]));
const state = owning(stateWith({ id: other }, { id: third }), { ...mine, ...theirs, 300: third, 101: other });
const words = (text: string): string[] => text.split(' ');

describe('CLUSTER MIGRATESLOTS', () => {
  it.each([
    ['INVALID 0 1', 'ERR syntax error'],
    ['SLOTSRANGE 0', 'ERR No end slot for final slot range'],
    ['SLOTSRANGE 16385 16388', 'ERR Invalid or out of range slot'],
    ['SLOTSRANGE a 0', 'ERR No slot ranges specified'],
    ['SLOTSRANGE 0 a', 'ERR Invalid or out of range slot'],
    ['SLOTSRANGE 1 0', 'ERR Start slot number 1 is greater than end slot number 0'],
    ['SLOTSRANGE 0 5 3 6', 'ERR Slot range 3-6 overlaps with previous range 0-5'],
    ['SLOTSRANGE 101 101 99 99', 'ERR Requested slots span multiple shards'],
    ['SLOTSRANGE 100 100', 'ERR Slot 100 has no node served'],
    ['SLOTSRANGE 0 0', 'ERR syntax error'],
    ['SLOTSRANGE 0 0 NODE', 'ERR syntax error'],
    ['SLOTSRANGE 0 0 NODE blah', 'ERR Invalid node name: blah'],
    [`SLOTSRANGE 0 0 NODE ${idOf('e')}`, `ERR Unknown node name: ${idOf('e')}`],
    [`SLOTSRANGE 0 0 NODE ${me}`, 'ERR Target node can not be this node'],
    [`SLOTSRANGE 200 200 NODE ${third}`, 'ERR Slots are not served by this node.'],
    [`SLOTSRANGE 1 1 NODE ${other} SLOTSRANGE 0 2 NODE ${third}`, 'ERR Slot ranges in migrations overlap'],
    [`SLOTSRANGE 8 12 NODE ${other}`, 'ERR I am already migrating slot 10.'],
  ])('%s', (text, error) => {
    expect(readExports(state, words(text), [{ ranges: [{ start: 10, end: 10 }] }])).toBe(error);
  });

  it('begins several at once', () => {
    expect(readExports(state, words(`SLOTSRANGE 0 9 20 29 NODE ${other} SLOTSRANGE 10 19 NODE ${third}`), [])).toEqual([
      { ranges: [{ start: 0, end: 9 }, { start: 20, end: 29 }], nodeId: other }, { ranges: [{ start: 10, end: 19 }], nodeId: third },
    ]);
  });

  it('does not go with slots that are moved by hand', () => {
    expect(readExports({ ...state, migratingTo: new Map([[5, other]]) }, words('SLOTSRANGE 0 0'), [])).toBe('ERR Slots are being manually migrated');
    expect(readExports({ ...state, importingFrom: new Map([[5, other]]) }, words('SLOTSRANGE 0 0'), [])).toBe('ERR Slots are being manually imported');
  });
});

describe('CLUSTER MIGRATION IMPORT', () => {
  it.each([
    ['0 10', 'ERR this node is already the owner of the slot range'],
    ['200 210 205 220', 'ERR Slot 205 specified multiple times'],
    ['200 210 300 300', 'ERR slots belong to different source nodes'],
    ['100 100', 'ERR slot has no owner: 100'],
    ['240 245', 'ERR overlapping import exists for slot range: 240-245'],
  ])('%s', (text, error) => {
    const ranges = readPairs(words(text));
    if (typeof ranges === 'string') throw new Error(ranges);
    expect(checkImport(state, ranges, [{ ranges: [{ start: 245, end: 249 }] }])).toEqual({ error });
  });

  it('joins ranges that touch, and finds their owner', () => {
    expect(checkImport(state, [{ start: 210, end: 220 }, { start: 200, end: 209 }], [])).toEqual({ ranges: [{ start: 200, end: 220 }], sourceId: other });
  });

  it('reads slots as other commands do', () => {
    expect(readPairs(['9', '8'])).toBe('ERR start slot number 9 is greater than end slot number 8');
    expect(readPairs(['0', '16384'])).toBe('ERR Invalid or out of range slot');
  });
});

describe('what another node sends', () => {
  it('is taken only of the owner, and not while the slots are being cleaned', () => {
    const ranges = [{ start: 200, end: 249 }];
    expect(checkEstablish(state, other, ranges, [])).toBeUndefined();
    expect(checkEstablish(state, third, ranges, [])).toBe('slot 200 is not the source\'s');
    const cleaning = changeMoves(state, { kind: 'receive', id: idOf('1'), peerId: other, ranges: [{ start: 249, end: 249 }] });
    expect(checkEstablish(cleaning, other, ranges, [])).toBe('slot 249 is still being moved or cleaned');
  });
});
