import { expect, test } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { BIN_COUNT, binOf, CLASS_COUNT, granulesOfClass, MAX_BLOCK_BYTES, sizeClassOf } from '../../../src/memory/size-classes.ts';

test('every size gets the smallest class that holds it', () => {
  let sizeClass = 0;
  for (let bytes = 0; bytes <= MAX_BLOCK_BYTES; bytes++) {
    if (bytes > granulesOfClass(sizeClass) * 8) sizeClass++;
    assert(sizeClassOf(bytes) === sizeClass, `${bytes} bytes belong in class ${sizeClass}`);
  }
  expect(sizeClass).toBe(CLASS_COUNT - 1);
});

test('classes are steps of 8 bytes to 256 and then four per doubling', () => {
  const sizes = Array.from({ length: CLASS_COUNT }, (_, index) => granulesOfClass(index) * 8);
  expect(sizes.slice(0, 31)).toEqual(Array.from({ length: 31 }, (_, index) => 16 + index * 8));
  expect(sizes.slice(31, 40)).toEqual([320, 384, 448, 512, 640, 768, 896, 1024, 1280]);
  expect(sizes.at(-1)).toBe(32768);
});

test('a longer run never has a lower bin, and every bin above a length\'s own holds longer runs', () => {
  let bin = 0;
  for (let pages = 1; pages <= 262_144; pages++) {
    const next = binOf(pages);
    assert(next === bin || next === bin + 1, `${pages} pages follow bin ${bin}`);
    bin = next;
  }
  expect(bin).toBeLessThan(BIN_COUNT);
});
