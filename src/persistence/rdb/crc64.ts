/**
 * The CRC-64 that ends DUMP payloads and RDB files: the Jones polynomial 0xad93d23594c935a9, reflected, starting
 * from 0, without a final xor (as in Redis; the check value of "123456789" is e9c6d914c4b8d9ca). The 64 bits are kept
 * as two int32 words, low and high.
 */
const LOW_POLYNOMIAL = 0x94c935a9 | 0;
const REFLECTED_LOW = reflect32(0xad93d235);
const REFLECTED_HIGH = reflect32(LOW_POLYNOMIAL);

const tableLow = new Int32Array(256);
const tableHigh = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry === 0) continue;
    low ^= REFLECTED_LOW;
    high ^= REFLECTED_HIGH;
  }
  tableLow[byte] = low;
  tableHigh[byte] = high;
}

export class Crc64 {
  low = 0;
  high = 0;

  update(bytes: Uint8Array, offset: number, length: number): this {
    let { low, high } = this;
    for (let at = offset; at < offset + length; at++) {
      const index = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ tableLow[index]!;
      high = (high >>> 8) ^ tableHigh[index]!;
    }
    this.low = low;
    this.high = high;
    return this;
  }
}

function reflect32(word: number): number {
  let reflected = 0;
  for (let bit = 0; bit < 32; bit++) reflected |= ((word >>> bit) & 1) << (31 - bit);
  return reflected;
}
