/**
 * XXH3 with 64 bits and seed 0, after the xxHash specification (doc/xxhash_spec.md of
 * Cyan4973/xxHash): the digest of DIGEST, IFDEQ and IFDNE.
 *
 * 64-bit values are pairs of int32, low word first, so the long path makes no bigint. One pair,
 * the register (`low`, `high`), holds the value being worked on; the steps below change it in
 * place. `lanes` are the eight accumulators of inputs above 240 bytes. Both are this thread's own
 * and mean nothing between calls.
 */
const PRIME64_1 = [0x85ebca87, 0x9e3779b1] as const;
const PRIME64_2 = [0x27d4eb4f, 0xc2b2ae3d] as const;
const PRIME64_3 = [0x9e3779f9, 0x165667b1] as const;
const PRIME64_4 = [0xc2b2ae63, 0x85ebca77] as const;
const PRIME64_5 = [0x165667c5, 0x27d4eb2f] as const;
const PRIME_MX1 = [0x9e3779f9, 0x16566791] as const;
const PRIME_MX2 = [0x1e98df25, 0x9fb21c65] as const;
const PRIME32_1 = 0x9e3779b1;
const STRIPE_BYTES = 64;
const BLOCK_BYTES = 1024;
const SECRET_BYTES = 192;
const SECRET_HEX =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f' +
  'cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
  '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
  'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
  'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e' +
  '2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';

const secret = new DataView(Uint8Array.from(Buffer.from(SECRET_HEX, 'hex')).buffer);
/** PRIME32_3, PRIME64_1, 2, 3, 4, PRIME32_2, PRIME64_5, PRIME32_1 as low and high words. */
const firstLanes = Int32Array.of(
  0xc2b2ae3d,
  0,
  ...PRIME64_1,
  ...PRIME64_2,
  ...PRIME64_3,
  ...PRIME64_4,
  0x85ebca77,
  0,
  ...PRIME64_5,
  PRIME32_1,
  0,
);
const lanes = new Int32Array(16);
let low = 0;
let high = 0;

/** The digest of `length` bytes from `offset`: 16 lower-case hexadecimal digits. O(length). */
export function xxh3(bytes: Uint8Array, offset: number, length: number): string {
  const input = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  if (length > 240) hashLong(input);
  else if (length > 128) hashTo240(input);
  else if (length > 16) hashTo128(input);
  else if (length > 8) hashTo16(input);
  else if (length > 3) hashTo8(input);
  else hashTo3(input);
  return hexadecimal(high) + hexadecimal(low);
}

function hexadecimal(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0');
}

function hashTo3(input: DataView): void {
  const length = input.byteLength;
  if (length === 0) {
    low = secretWord(56) ^ secretWord(64);
    high = secretWord(60) ^ secretWord(68);
  } else {
    const combined =
      input.getUint8(length - 1) | (length << 8) | (input.getUint8(0) << 16) | (input.getUint8(length >> 1) << 24);
    low = secretWord(0) ^ secretWord(4) ^ combined;
    high = 0;
  }
  avalancheXxh64();
}

function hashTo8(input: DataView): void {
  const length = input.byteLength;
  low = secretWord(8) ^ secretWord(16) ^ word(input, length - 4);
  high = secretWord(12) ^ secretWord(20) ^ word(input, 0);
  const [low24, high24] = [(low << 24) | (high >>> 8), (high << 24) | (low >>> 8)];
  const [low49, high49] = [(high << 17) | (low >>> 15), (low << 17) | (high >>> 15)];
  low ^= low24 ^ low49;
  high ^= high24 ^ high49;
  multiply(PRIME_MX2[0], PRIME_MX2[1]);
  low ^= (high >>> 3) + length;
  multiply(PRIME_MX2[0], PRIME_MX2[1]);
  xorShiftRight(28);
}

function hashTo16(input: DataView): void {
  const length = input.byteLength;
  const firstLow = secretWord(24) ^ secretWord(32) ^ word(input, 0);
  const firstHigh = secretWord(28) ^ secretWord(36) ^ word(input, 4);
  const lastLow = secretWord(40) ^ secretWord(48) ^ word(input, length - 8);
  const lastHigh = secretWord(44) ^ secretWord(52) ^ word(input, length - 4);
  multiplyFold(firstLow, firstHigh, lastLow, lastHigh);
  add(lastLow, lastHigh);
  add(swapBytes(firstHigh), swapBytes(firstLow));
  add(length, 0);
  avalanche();
}

function hashTo128(input: DataView): void {
  const length = input.byteLength;
  let accLow = startLow(length);
  let accHigh = high;
  for (let pair = (length - 1) >> 5; pair >= 0; pair--) {
    mix(input, pair * 16, pair * 32);
    add(accLow, accHigh);
    [accLow, accHigh] = [low, high];
    mix(input, length - pair * 16 - 16, pair * 32 + 16);
    add(accLow, accHigh);
    [accLow, accHigh] = [low, high];
  }
  avalanche();
}

function hashTo240(input: DataView): void {
  const length = input.byteLength;
  let accLow = startLow(length);
  let accHigh = high;
  for (let chunk = 0; chunk < length >> 4; chunk++) {
    mix(input, chunk * 16, chunk < 8 ? chunk * 16 : (chunk - 8) * 16 + 3);
    add(accLow, accHigh);
    if (chunk === 7) avalanche();
    [accLow, accHigh] = [low, high];
  }
  mix(input, length - 16, 119);
  add(accLow, accHigh);
  avalanche();
}

function hashLong(input: DataView): void {
  lanes.set(firstLanes);
  const length = input.byteLength;
  const lastBlock = Math.floor((length - 1) / BLOCK_BYTES) * BLOCK_BYTES;
  for (let block = 0; block < lastBlock; block += BLOCK_BYTES) {
    accumulateStripes(input, block, BLOCK_BYTES / STRIPE_BYTES);
    scramble();
  }
  accumulateStripes(input, lastBlock, Math.floor((length - 1 - lastBlock) / STRIPE_BYTES));
  accumulate(input, length - STRIPE_BYTES, SECRET_BYTES - 71);
  mergeLanes(length);
}

function accumulateStripes(input: DataView, at: number, stripeCount: number): void {
  for (let stripe = 0; stripe < stripeCount; stripe++) accumulate(input, at + stripe * STRIPE_BYTES, stripe * 8);
}

/** One stripe: each 8 bytes go to the neighbouring lane, their product with the secret to their own. */
function accumulate(input: DataView, at: number, secretAt: number): void {
  for (let lane = 0; lane < 16; lane += 2) {
    const dataLow = word(input, at + lane * 4);
    const dataHigh = word(input, at + lane * 4 + 4);
    addToLane(lane ^ 2, dataLow, dataHigh);
    const keyedLow = dataLow ^ secretWord(secretAt + lane * 4);
    const keyedHigh = dataHigh ^ secretWord(secretAt + lane * 4 + 4);
    addToLane(lane, Math.imul(keyedLow, keyedHigh), multiplyHigh(keyedLow, keyedHigh));
  }
}

function addToLane(lane: number, addLow: number, addHigh: number): void {
  const sum = (lanes[lane]! + addLow) | 0;
  lanes[lane] = sum;
  lanes[lane + 1] = lanes[lane + 1]! + addHigh + (sum >>> 0 < addLow >>> 0 ? 1 : 0);
}

function scramble(): void {
  for (let lane = 0; lane < 16; lane += 2) {
    low = lanes[lane]!;
    high = lanes[lane + 1]!;
    xorShiftRight(47);
    low ^= secretWord(SECRET_BYTES - STRIPE_BYTES + lane * 4);
    high ^= secretWord(SECRET_BYTES - STRIPE_BYTES + lane * 4 + 4);
    multiply(PRIME32_1, 0);
    lanes[lane] = low;
    lanes[lane + 1] = high;
  }
}

function mergeLanes(length: number): void {
  let accLow = startLow(length);
  let accHigh = high;
  for (let lane = 0; lane < 16; lane += 4) {
    const key = 11 + lane * 4;
    multiplyFold(
      lanes[lane]! ^ secretWord(key),
      lanes[lane + 1]! ^ secretWord(key + 4),
      lanes[lane + 2]! ^ secretWord(key + 8),
      lanes[lane + 3]! ^ secretWord(key + 12),
    );
    add(accLow, accHigh);
    [accLow, accHigh] = [low, high];
  }
  avalanche();
}

/** Puts length × PRIME64_1 into the register and gives its low word. */
function startLow(length: number): number {
  low = length | 0;
  high = Math.floor(length / 0x1_0000_0000);
  multiply(PRIME64_1[0], PRIME64_1[1]);
  return low;
}

/** The register becomes the mix of 16 bytes of input with 16 of the secret. */
function mix(input: DataView, at: number, secretAt: number): void {
  multiplyFold(
    word(input, at) ^ secretWord(secretAt),
    word(input, at + 4) ^ secretWord(secretAt + 4),
    word(input, at + 8) ^ secretWord(secretAt + 8),
    word(input, at + 12) ^ secretWord(secretAt + 12),
  );
}

function avalanche(): void {
  xorShiftRight(37);
  multiply(PRIME_MX1[0], PRIME_MX1[1]);
  xorShiftRight(32);
}

function avalancheXxh64(): void {
  xorShiftRight(33);
  multiply(PRIME64_2[0], PRIME64_2[1]);
  xorShiftRight(29);
  multiply(PRIME64_3[0], PRIME64_3[1]);
  xorShiftRight(32);
}

/** register ^= register >> bits */
function xorShiftRight(bits: number): void {
  if (bits >= 32) {
    low ^= high >>> (bits - 32);
  } else {
    low ^= (low >>> bits) | (high << (32 - bits));
    high ^= high >>> bits;
  }
}

function add(addLow: number, addHigh: number): void {
  low = (low + addLow) | 0;
  high = (high + addHigh + (low >>> 0 < addLow >>> 0 ? 1 : 0)) | 0;
}

/** register *= factor, modulo 2^64 */
function multiply(factorLow: number, factorHigh: number): void {
  high = (multiplyHigh(low, factorLow) + Math.imul(low, factorHigh) + Math.imul(high, factorLow)) | 0;
  low = Math.imul(low, factorLow);
}

/** The register becomes the two halves of the 128-bit product a × b, xored. */
function multiplyFold(aLow: number, aHigh: number, bLow: number, bHigh: number): void {
  const middle =
    (multiplyHigh(aLow, bLow) >>> 0) + (Math.imul(aLow, bHigh) >>> 0) + (Math.imul(aHigh, bLow) >>> 0);
  const upper =
    (Math.imul(aHigh, bHigh) >>> 0) +
    (multiplyHigh(aLow, bHigh) >>> 0) +
    (multiplyHigh(aHigh, bLow) >>> 0) +
    Math.floor(middle / 0x1_0000_0000);
  low = Math.imul(aLow, bLow) ^ upper;
  high = (middle | 0) ^ (multiplyHigh(aHigh, bHigh) + Math.floor(upper / 0x1_0000_0000));
}

/** The upper 32 bits of the product of two unsigned words. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const bHigh = b >>> 16;
  const aLow = a & 0xffff;
  const bLow = b & 0xffff;
  const firstCross = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const secondCross = (Math.imul(aLow, bHigh) + (firstCross & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (firstCross >>> 16) + (secondCross >>> 16)) | 0;
}

function swapBytes(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

function word(input: DataView, at: number): number {
  return input.getInt32(at, true);
}

function secretWord(at: number): number {
  return secret.getInt32(at, true);
}
