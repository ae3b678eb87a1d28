/** The elements of the RDB format: checksum, counts, strings, compression; and that hostile bytes are refused. */
import { array, assert, constantFrom, nat, oneof, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadFormatError } from '../../../../src/persistence/rdb/bad-format.ts';
import { Crc64 } from '../../../../src/persistence/rdb/crc64.ts';
import { decompressLzf } from '../../../../src/persistence/rdb/lzf.ts';
import { RdbReader } from '../../../../src/persistence/rdb/rdb-reader.ts';
import { RdbWriter } from '../../../../src/persistence/rdb/rdb-writer.ts';

describe('the checksum', () => {
  it('has the check value of Redis', () => {
    const bytes = Buffer.from('123456789');
    const { low, high } = new Crc64().update(bytes, 0, bytes.length);
    expect((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toBe(0xe9c6d914c4b8d9can);
  });

  it('can be made in pieces', () => {
    const bytes = Buffer.from('This is a test of a checksum in two pieces');
    const whole = new Crc64().update(bytes, 0, bytes.length);
    const parts = new Crc64().update(bytes, 0, 7).update(bytes, 7, bytes.length - 7);
    expect([parts.low, parts.high]).toEqual([whole.low, whole.high]);
  });
});

describe('what is written', () => {
  it('is read again: counts', () => {
    for (const n of [0, 63, 64, 16383, 16384, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      const writer = new RdbWriter();
      writer.count(n);
      const reader = new RdbReader(writer.bytes, 0, writer.length);
      expect([reader.count(), reader.isAtEnd]).toEqual([n, true]);
    }
  });

  it('is read again: strings, integers among them', () => {
    const numbers = ['0', '-1', '127', '128', '-128', '-129', '32767', '32768', '2147483647', '2147483648', '-2147483648', '01', '+1', '-0', ' 1'];
    const text = oneof(constantFrom(...numbers), string({ unit: 'binary' }).map((bytes) => Buffer.from(bytes).toString('latin1')));
    assert(property(array(text), (strings) => {
      const writer = new RdbWriter();
      for (const each of strings) writer.string(Buffer.from(each, 'latin1'), 0, each.length);
      const reader = new RdbReader(writer.bytes, 0, writer.length);
      expect(strings.map(() => Buffer.from(reader.string()).toString('latin1'))).toEqual(strings);
      expect(reader.isAtEnd).toBe(true);
    }));
  });

  it('is refused when it is cut anywhere', () => {
    const writer = new RdbWriter();
    writer.string(Buffer.alloc(70, 'x'), 0, 70);
    for (let length = 0; length < writer.length; length++) {
      expect(() => new RdbReader(writer.bytes, 0, length).string()).toThrow(BadFormatError);
    }
  });
});

describe('compressed bytes', () => {
  it('are literals and references', () => {
    // "aaaaaaaaaa": one literal, then a reference of length 9 to distance 1.
    const packed = Uint8Array.of(0, 0x61, 7 << 5, 0, 0);
    expect(Buffer.from(decompressLzf(packed, 0, packed.length, 10)).toString()).toBe('aaaaaaaaaa');
  });

  it('never lead outside, whatever they are', () => {
    assert(property(uint8Array({ maxLength: 40 }), nat(200), (bytes, outBytes) => {
      expect(outcomeOf(() => decompressLzf(bytes, 0, bytes.length, outBytes).length)).toBeOneOf([outBytes, 'refused']);
    }));
  });
});

function outcomeOf(attempt: () => number): number | 'refused' {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof BadFormatError) return 'refused';
    throw error;
  }
}
