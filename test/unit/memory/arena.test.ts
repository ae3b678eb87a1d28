import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { assert } from '../../../src/base/assert.ts';
import { Arena, ArenaFullError, Purpose, ROOT_WORDS } from '../../../src/memory/arena.ts';
import { CLASS_PAGES, descriptorOf, FREE_LIST, LIVE, PAGE_SHIFT, USED_GRANULES } from '../../../src/memory/layout.ts';

const MIB = 2 ** 20;
const purposes = Object.values(Purpose);

function smallArena(maxMib = 8): Arena {
  return Arena.create({ initialBytes: 0, maxBytes: maxMib * MIB });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('blocks', () => {
  test('hold what was asked for, without overlap, and are given back without a leak', () => {
    const operation = fc.record({
      purpose: fc.constantFrom(...purposes),
      bytes: fc.oneof(
        { weight: 6, arbitrary: fc.nat({ max: 300 }) },
        { weight: 3, arbitrary: fc.nat({ max: 40_000 }) },
        { weight: 1, arbitrary: fc.nat({ max: 600_000 }) },
      ),
      frees: fc.option(fc.nat(), { nil: -1 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
        const arena = smallArena(32);
        const live: { addr: number; bytes: number; purpose: Purpose; mark: number }[] = [];
        const expectMarks = ({ addr, bytes, mark }: (typeof live)[number]): void => {
          expect(arena.capacityBytes(addr)).toBeGreaterThanOrEqual(bytes);
          assert(Buffer.from(arena.buffer, addr * 8, bytes).equals(Buffer.alloc(bytes, mark)), 'a block keeps its bytes');
        };
        for (const [index, { purpose, bytes, frees }] of operations.entries()) {
          const addr = arena.tryAlloc(bytes, purpose);
          if (addr !== 0) {
            const mark = (index % 255) + 1;
            arena.u8.fill(mark, addr * 8, addr * 8 + bytes);
            live.push({ addr, bytes, purpose, mark });
            assert(arena.capacityBytes(addr) % 64 > 0 || addr % 8 === 0, 'a block of whole cache lines is aligned');
          }
          if (frees >= 0 && live.length > 0) {
            const [block] = live.splice(frees % live.length, 1);
            expectMarks(block!);
            arena.free(block!.addr, block!.purpose);
          }
        }
        arena.check();
        for (const purpose of purposes) {
          const blocks = live.filter((block) => block.purpose === purpose);
          expect(arena.usedBytesOf(purpose)).toBe(blocks.reduce((sum, { addr }) => sum + arena.capacityBytes(addr), 0));
        }
        for (const block of live) {
          expectMarks(block);
          arena.free(block.addr, block.purpose);
        }
        arena.check();
        expect(arena.usedBytes).toBe(0);
        expect(arena.reservedBytes).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test('of all sizes are served again from freed memory without growth', () => {
    const arena = smallArena(64);
    const fill = (): number[] => {
      const blocks = [];
      for (let bytes = 1; bytes < 200_000; bytes = Math.ceil(bytes * 1.1)) {
        for (let copy = 0; copy < 4; copy++) blocks.push(arena.alloc(bytes, Purpose.value));
      }
      return blocks;
    };
    const release = (blocks: number[]): void => {
      for (const addr of blocks) arena.free(addr, Purpose.value);
    };
    const first = fill();
    const highest = Math.max(...first);
    release(first);
    for (let round = 0; round < 10; round++) {
      const blocks = fill();
      expect(Math.max(...blocks)).toBeLessThanOrEqual(highest);
      release(blocks);
    }
    arena.check();
  });

  test('keep their real size, which is the class\'s or whole pages', () => {
    const arena = smallArena();
    const capacityOf = (bytes: number): number => arena.capacityBytes(arena.alloc(bytes, Purpose.value));
    expect([0, 1, 16, 17, 255, 257, 32_768].map(capacityOf)).toEqual([16, 16, 16, 24, 256, 320, 32_768]);
    expect([32_769, 65_536, 65_537].map(capacityOf)).toEqual([65_536, 65_536, 131_072]);
  });

  test('of 512 MiB work, as do several of them', () => {
    const arena = Arena.create({ initialBytes: 0, maxBytes: 2 ** 34 });
    const bytes = 512 * MIB;
    const blocks = Array.from({ length: 5 }, () => arena.alloc(bytes, Purpose.value));
    for (const [index, addr] of blocks.entries()) {
      arena.u8[addr * 8] = index + 1;
      arena.u8[addr * 8 + bytes - 1] = index + 101;
    }
    for (const [index, addr] of blocks.entries()) {
      expect(arena.u8[addr * 8]).toBe(index + 1);
      expect(arena.u8[addr * 8 + bytes - 1]).toBe(index + 101);
      arena.free(addr, Purpose.value);
    }
    expect(arena.usedBytes).toBe(0);
    arena.check();
  });

  test('beyond the eighth GiB have int32 addresses that reach their memory', () => {
    const arena = Arena.create({ initialBytes: 0, maxBytes: 2 ** 34 });
    const large = arena.alloc(9 * 2 ** 30, Purpose.value);
    const blocks = Array.from({ length: 5000 }, (_, index) => {
      const addr = arena.alloc(24, Purpose.entry);
      arena.i32[addr * 2] = index;
      return addr;
    });
    expect(blocks[0]! | 0).toBe(blocks[0]);
    expect(blocks[0]).toBeGreaterThan(2 ** 30);
    for (const [index, addr] of blocks.entries()) {
      expect(arena.i32[addr * 2]).toBe(index);
      arena.free(addr, Purpose.entry);
    }
    arena.free(large, Purpose.value);
    expect(arena.usedBytes).toBe(0);
    arena.check();
  });
});

describe('runs of pages', () => {
  test('are joined again when their neighbours are free, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.nat()),
        (lengths, picks) => {
          const arena = smallArena(256);
          const blocks = lengths.map((pages) => arena.alloc(pages * 65_536, Purpose.value));
          const guard = arena.alloc(65_536, Purpose.value);
          while (blocks.length > 0) {
            const [addr] = blocks.splice(picks.next().value! % blocks.length, 1);
            arena.free(addr!, Purpose.value);
            arena.check();
          }
          const pages = lengths.reduce((sum, length) => sum + length, 0);
          const whole = arena.alloc(pages * 65_536, Purpose.value);
          expect(whole).toBeLessThan(guard);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that are longer than wanted are divided', () => {
    const arena = smallArena();
    const run = arena.alloc(10 * 65_536, Purpose.value);
    const guard = arena.alloc(65_536, Purpose.value);
    arena.free(run, Purpose.value);
    const first = arena.alloc(4 * 65_536, Purpose.value);
    const second = arena.alloc(6 * 65_536, Purpose.value);
    expect([first, second].toSorted((a, b) => a - b)[0]).toBe(run);
    expect(Math.max(first, second)).toBeLessThan(guard);
    arena.check();
  });

  test('of a bin are searched for one that is long enough', () => {
    const arena = smallArena(64);
    const long = arena.alloc(39 * 65_536, Purpose.value);
    arena.alloc(65_536, Purpose.value);
    const short = arena.alloc(33 * 65_536, Purpose.value);
    arena.alloc(65_536, Purpose.value);
    arena.free(long, Purpose.value);
    arena.free(short, Purpose.value);
    expect(arena.alloc(38 * 65_536, Purpose.value)).toBe(long);
    arena.check();
  });
});

describe('a full arena', () => {
  test('throws ArenaFullError, changes nothing and serves again what is freed', () => {
    const arena = smallArena(2);
    const blocks: number[] = [];
    expect(() => {
      for (;;) blocks.push(arena.alloc(1000, Purpose.value));
    }).toThrow(ArenaFullError);
    const usedBytes = arena.usedBytes;
    expect(usedBytes).toBe(blocks.length * 1024);
    expect(usedBytes).toBeGreaterThan(1.9 * MIB - 2 * 65_536);
    expect(() => arena.alloc(1000, Purpose.value)).toThrow(ArenaFullError);
    expect(() => arena.alloc(16, Purpose.value)).toThrow(ArenaFullError);
    expect(() => arena.alloc(100_000, Purpose.value)).toThrow(ArenaFullError);
    expect(arena.usedBytes).toBe(usedBytes);
    arena.check();
    arena.free(blocks.pop()!, Purpose.value);
    expect(arena.alloc(1000, Purpose.entry)).toBeGreaterThan(0);
    arena.check();
  });

  test('is not grown past what was reserved', () => {
    const arena = smallArena(3);
    expect(arena.maxBytes).toBe(3 * MIB);
    expect(arena.tryAlloc(4 * MIB, Purpose.value)).toBe(0);
    expect(arena.tryAlloc(2 * MIB, Purpose.value)).not.toBe(0);
    expect(arena.buffer.byteLength).toBeLessThanOrEqual(3 * MIB);
  });

  test('is one whose buffer the system refuses to grow', () => {
    const arena = smallArena(256);
    arena.alloc(16, Purpose.entry);
    vi.spyOn(arena.buffer, 'grow').mockImplementation(() => {
      throw new RangeError('out of memory');
    });
    expect(() => arena.alloc(100 * MIB, Purpose.value)).toThrow(ArenaFullError);
    arena.check();
  });

  test('reserves half as much while the system refuses', () => {
    const asked: number[] = [];
    const Real = SharedArrayBuffer;
    vi.stubGlobal('SharedArrayBuffer', function refuse(bytes: number, options: { maxByteLength: number }) {
      asked.push(options.maxByteLength);
      if (options.maxByteLength > 3 * 2 ** 30) throw new RangeError('no address space');
      return new Real(bytes, options);
    });
    const arena = Arena.create({ initialBytes: MIB, maxBytes: 2 ** 34 });
    expect(asked).toEqual([2 ** 34, 2 ** 33, 2 ** 32, 2 ** 31]);
    expect(arena.maxBytes).toBe(2 ** 31);
  });

  test('of the least reservation reports the system\'s refusal', () => {
    vi.stubGlobal('SharedArrayBuffer', function refuse() {
      throw new RangeError('no address space');
    });
    expect(() => Arena.create({ initialBytes: MIB, maxBytes: 2 ** 34 })).toThrow('no address space');
  });
});

describe('the buffer', () => {
  test('has a zeroed and aligned area for the keyspace that no block touches', () => {
    const arena = smallArena();
    expect((arena.rootIndex * 4) % 64).toBe(0);
    const root = (): Int32Array => arena.i32.subarray(arena.rootIndex, arena.rootIndex + ROOT_WORDS);
    expect(root().every((word) => word === 0)).toBe(true);
    root().fill(-1);
    while (arena.tryAlloc(5000, Purpose.value) !== 0);
    expect(root().every((word) => word === -1)).toBe(true);
    arena.check();
  });

  test('is at least as large as asked for at first', () => {
    expect(Arena.create({ initialBytes: 5 * MIB, maxBytes: 64 * MIB }).buffer.byteLength).toBe(5 * MIB);
  });

  test('holds the whole state: a second arena over it goes on', () => {
    const first = smallArena(256);
    const block = first.alloc(100, Purpose.value);
    const second = Arena.attach(first.buffer);
    const large = second.alloc(150 * MIB, Purpose.structure);
    second.i32[large * 2] = 77;
    expect(first.usedBytes).toBe(second.usedBytes);
    first.refresh();
    expect(first.i32[large * 2]).toBe(77);
    first.free(large, Purpose.structure);
    second.free(block, Purpose.value);
    expect(first.usedBytes).toBe(0);
    first.check();
    second.check();
  });

  test('is attached by another thread, and its growth seen', async () => {
    const arena = smallArena(256);
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       import(workerData.module).then(({ Arena, Purpose }) => {
         const arena = Arena.attach(workerData.buffer);
         const addr = arena.alloc(${100 * MIB}, Purpose.value);
         arena.i32[addr * 2] = 4711;
         parentPort.postMessage(addr);
       });`,
      { eval: true, workerData: { buffer: arena.buffer, module: new URL('../../../src/memory/arena.ts', import.meta.url).href } },
    );
    const [addr] = (await once(worker, 'message')) as [number];
    await worker.terminate();
    arena.refresh();
    expect(arena.i32[addr * 2]).toBe(4711);
    arena.free(addr, Purpose.value);
    expect(arena.usedBytes).toBe(0);
    arena.check();
  });

  test('of something else is refused', () => {
    const buffer = new SharedArrayBuffer(MIB, { maxByteLength: MIB });
    new Int32Array(buffer)[0] = 1;
    expect(() => Arena.attach(buffer)).toThrow('Arena.create');
  });

  test('keeps its views while it does not grow', () => {
    const arena = smallArena();
    const { i32 } = arena;
    arena.refresh();
    expect(arena.i32).toBe(i32);
  });
});

describe('check', () => {
  const corruptions: [what: string, message: string, corrupt: (arena: Arena, addr: number) => void][] = [
    ['a count of live blocks that is wrong', 'live, free or not begun', (arena, addr) => {
      arena.i32[descriptorOf(addr >>> PAGE_SHIFT) + LIVE]! += 1;
    }],
    ['a free list that leaves its page', 'one of its page', (arena, addr) => {
      arena.i32[descriptorOf(addr >>> PAGE_SHIFT) + FREE_LIST] = 3;
    }],
    ['a block that was freed twice', 'free once', (arena, addr) => {
      arena.free(addr, Purpose.entry);
      arena.free(addr, Purpose.entry);
    }],
    ['a block that was freed at an address inside it', 'one of its page', (arena) => {
      arena.alloc(32, Purpose.table);
      arena.free(arena.alloc(32, Purpose.table) + 1, Purpose.table);
    }],
    ['a class list that lost its page', 'in its class list', (arena) => {
      arena.i32[CLASS_PAGES] = 0;
    }],
    ['used bytes that are wrong', 'in use are counted', (arena) => {
      arena.i32[USED_GRANULES]! += 1;
    }],
  ];
  test.each(corruptions)('finds %s', (_, message, corrupt) => {
    const arena = smallArena();
    const blocks = Array.from({ length: 10 }, () => arena.alloc(16, Purpose.entry));
    arena.check();
    corrupt(arena, blocks[4]!);
    expect(() => arena.check()).toThrow(message);
  });

  test('of the size wanted fails at once when it is none', () => {
    const arena = smallArena();
    for (const bytes of [-1, -(2 ** 32), NaN]) expect(() => arena.alloc(bytes, Purpose.value)).toThrow('a block has a size');
    arena.check();
  });

  test('of a freed address that is no block fails at once', () => {
    const arena = smallArena();
    const run = arena.alloc(200_000, Purpose.value);
    expect(() => arena.free(0, Purpose.value)).toThrow('address');
    expect(() => arena.free(run + 1, Purpose.value)).toThrow('address');
    expect(() => arena.free(run + 8192, Purpose.value)).toThrow('address');
  });
});
