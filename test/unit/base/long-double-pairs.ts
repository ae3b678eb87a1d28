/**
 * Pairs of texts for INCRBYFLOAT: chosen edges, then random ones of every kind that a seed
 * replays; and how the sum of a pair is asked from redis-server and from our own arithmetic.
 */
import { hash } from 'node:crypto';
import { addLongDoubles, formatLongDouble, parseLongDouble } from '../../../src/base/long-double.ts';
import type { Random } from '../../../src/base/random.ts';
import type { RespClient } from '../../support/resp-client.ts';
import { ReplyError } from '../../support/resp-reply.ts';

export type Pair = readonly [value: string, increment: string];

const RECORDED_LENGTH_MAX = 100;
const NOT_A_FLOAT = 'ERR value is not a valid float';
const NOT_FINITE = 'ERR increment would produce NaN or Infinity';

export const edgePairs: readonly Pair[] = [
  ['0.1', '0.2'],
  ['3.0e3', '200'],
  ['5.0e-324', '5.0e-324'],
  ['1e308', '1e308'],
  ['1e4932', '0'],
  ['1e4932', '1e4932'],
  ['-1e4932', '-1e4932'],
  ['1e4932', '-1e4932'],
  ['1.18973149535723176502e4932', '0'],
  ['1.18973149535723176502e4932', '1e4912'],
  ['1.18973149535723176502e4932', '4e4912'],
  ['1.18973149535723176506e4932', '0'],
  ['1.1897314953572317651e4932', '0'],
  ['0x1.fffffffffffffffep16383', '0'],
  ['0x1.fffffffffffffffep16383', '0x1p16319'],
  ['0x1.fffffffffffffffep16383', '0x1p16318'],
  ['0x1.ffffffffffffffffp16383', '0'],
  ['3.3621031431120935063e-4932', '0'],
  ['3.6e-4951', '0'],
  ['1.9e-4951', '0'],
  ['1.8e-4951', '0'],
  ['1e-4951', '0'],
  ['0x1p-16445', '0x1p-16445'],
  ['0x1p-16446', '0'],
  ['0x1.000001p-16446', '0'],
  ['0e-99999', '0'],
  ['0e99999', '0'],
  ['0x0p99999', '-0'],
  ['1e99999999999999999999', '0'],
  ['1e-99999999999999999999', '0'],
  ['18446744073709551615', '1'],
  ['18446744073709551616', '1'],
  ['18446744073709551617', '0'],
  ['18446744073709551618', '1'],
  ['18446744073709551619', '0'],
  ['-18446744073709551617', '0'],
  ['9223372036854775807', '1'],
  ['-9223372036854775808', '-1'],
  ['9223372036854775808.5', '0'],
  ['9223372036854775809.5', '0'],
  ['9007199254740993', '1'],
  ['-0', '0'],
  ['-0.0', '-0.0'],
  ['1', '-1'],
  ['-1e-30', '0'],
  ['-0.000000000000000004', '0'],
  ['-0.000000000000000006', '0'],
  ['0.000000000000000005', '0'],
  ['0.5', '0.000000000000000005'],
  ['1.00000000000000000', '0.10000000000000000'],
  ['999999999999999999.9', '0.1'],
  ['inf', '1'],
  ['1', '-inf'],
  ['inf', '-inf'],
  ['+Infinity', '1'],
  ['infinit', '1'],
  ['infinityx', '1'],
  ['nan', '1'],
  ['NaN(123)', '1'],
  ['', '1'],
  ['1', ''],
  [' 1', '1'],
  ['1 ', '1'],
  ['1\n', '1'],
  ['\t1', '1'],
  ['1\0', '1'],
  ['1\u00a0', '1'],
  ['+1', '+1'],
  ['++1', '1'],
  ['+', '1'],
  ['-', '1'],
  ['.', '1'],
  ['-.', '1'],
  ['.5', '5.'],
  ['-.5e1', '+5.e-1'],
  ['1e', '1'],
  ['1e+', '1'],
  ['1e1.5', '1'],
  ['e5', '1'],
  ['.e5', '1'],
  ['1E2', '1'],
  ['1e0000000000000000000000000000000000002', '1'],
  ['1,5', '1'],
  ['1_000', '1'],
  ['1f', '1'],
  ['1L', '1'],
  ['0x', '1'],
  ['0x.', '1'],
  ['0x.8', '1'],
  ['0X1.8P1', '-0x.8'],
  ['0x.p1', '1'],
  ['0x1p', '1'],
  ['0x1p1.', '1'],
  ['0x1e3', '1'],
  ['00x1', '1'],
  ['0b1', '1'],
  ['010', '1'],
  ['9'.repeat(4932), '0'],
  [`1${'0'.repeat(5118)}`, '0'],
  [`${'0'.repeat(5118)}7`, '0'],
  [`${'0'.repeat(5119)}7`, '0'],
  [`0.${'0'.repeat(5000)}7e5001`, '0'],
  [`0.${'3'.repeat(5117)}`, '0'],
  [`${'7'.repeat(5000)}e-4990`, '0'],
];

export function randomPair(random: Random): Pair {
  return [randomNumberText(random), randomNumberText(random)];
}

/** What INCRBYFLOAT answers: the sum, or the error's text. */
export function ourSum([value, increment]: Pair): string {
  const [a, b] = [parse(value), parse(increment)];
  if (a === undefined || b === undefined) return NOT_A_FLOAT;
  const sum = addLongDoubles(a, b);
  return Number.isFinite(sum.exponent) ? formatLongDouble(sum) : NOT_FINITE;
}

export async function redisSums(client: RespClient, pairs: readonly Pair[]): Promise<string[]> {
  const commands = pairs.flatMap(([value, increment]) => [
    ['SET', 'number', Buffer.from(value, 'latin1')],
    ['INCRBYFLOAT', 'number', Buffer.from(increment, 'latin1')],
  ]);
  const replies = await client.pipeline(commands);
  return replies.filter((_, index) => index % 2 === 1).map((reply) => (reply instanceof ReplyError ? reply.text : String(reply)));
}

/** An answer as the table keeps it: a long one is replaced by its length and SHA-1. */
export function recordedAnswer(answer: string): string {
  return answer.length <= RECORDED_LENGTH_MAX ? answer : `${answer.length} characters, SHA-1 ${hash('sha1', answer)}`;
}

function parse(text: string): ReturnType<typeof parseLongDouble> {
  const bytes = Buffer.from(`<${text}>`, 'latin1');
  return parseLongDouble(bytes, 1, bytes.length - 2);
}

function randomNumberText(random: Random): string {
  const make = makers[random.below(makers.length)]!;
  const text = make(random);
  return random.below(12) === 0 ? spoilt(random, text) : text;
}

const makers: readonly ((random: Random) => string)[] = [
  (random) => sign(random) + digits(random, 1 + random.below(6)),
  (random) => `${sign(random)}${digits(random, 1 + random.below(8))}.${digits(random, 1 + random.below(8))}`,
  (random) => `${sign(random)}0.${'0'.repeat(random.below(18))}${digits(random, 1 + random.below(4))}`,
  (random) => `${sign(random)}${digits(random, 18 + random.below(30))}.${digits(random, random.below(30))}`,
  (random) => `${sign(random)}${digits(random, 1)}.${digits(random, 3)}e${random.below(50) - 25}`,
  (random) => `${sign(random)}${digits(random, 1)}.${digits(random, 20)}e${4900 + random.below(40)}`,
  (random) => `${sign(random)}${digits(random, 1)}.${digits(random, 20)}e-${4900 + random.below(60)}`,
  (random) => String((random.float() - 0.5) * 10 ** (random.below(40) - 20)),
  (random) => sign(random) + String(2n ** BigInt(52 + random.below(30)) + BigInt(random.below(9) - 4)),
  (random) => `${sign(random)}${2n ** 63n + BigInt(random.uint32())}.${['5', '25', '75', '50000001', '49999999'][random.below(5)]!}`,
  (random) => `${sign(random)}0x${hexDigits(random, 1 + random.below(20))}.${hexDigits(random, random.below(8))}p${random.below(200) - 100}`,
  (random) => `${sign(random)}0x1.${hexDigits(random, 15 + random.below(3))}p${random.below(2) * 200 - 16_500 + random.below(120)}`,
  (random) => ['inf', '-inf', 'Infinity', 'nan', '-0', '0', '', '1e5000', '1e-5000'][random.below(9)]!,
];

function sign(random: Random): string {
  return ['', '', '-', '+'][random.below(4)]!;
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join('');
}

function hexDigits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(16).toString(16)).join('');
}

function spoilt(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + ' .eExXpP+-0\0'[random.below(12)]! + text.slice(at + random.below(2));
}
