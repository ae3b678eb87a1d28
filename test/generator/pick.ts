/**
 * Random choices of the generator: few keys that collide in slots and shards, and values and numbers that
 * sit on the edges of every type. Words are latin1 strings, one character a byte.
 */
import type { Random } from '../../src/base/random.ts';
import { farUnixSeconds, soonMs } from './differences.ts';

const KEYS = ['a', 'b', 'c', 'k0', 'k1', 'k2', 'k3', '{t}a', '{t}b', '{t}c', '', '\0\xff', 'a key with spaces', 'x'.repeat(60)];

/** Mostly left to numbers, so that arithmetic goes on for a while. */
const INTEGER_KEYS = ['n0', 'n1', '{t}n'];
const FLOAT_KEYS = ['f0', '{t}f'];

const INTEGERS = [
  '0', '1', '-1', '2', '7', '-10', '100', '-100', '44', '45',
  '9223372036854775807', '-9223372036854775808', '9223372036854775806', '-9223372036854775807',
  '4611686018427387904', '9007199254740993', '-9007199254740993', '9007199254740992', '4294967296', '2147483648',
];

const NO_INTEGERS = ['', 'abc', '1.5', ' 1', '1 ', '+1', '01', '-0', '0x10', '1e3', '-', '9223372036854775808', '-9223372036854775809', '1\0'];

const FLOATS = [
  '0.1', '0.2', '0.3', '-0.1', '1.1', '2.5', '3.0', '10.50', '1e3', '-1e-3', '1e17', '1e-17', '1e20', '1e308', '-1e308', '0.5',
  '1e100', '123456789.123456789', '.5', '5.', '0x10', '-0.0', '17179869184.25', '99.999',
];

const NO_FLOATS = ['nan', 'inf', '-inf', 'infinity', '1e5000', '', ' 1.5', '1.5 ', 'abc', '1e', '1,5'];

const STRINGS = ['', 'v', 'value', '\0', '\r\n', '\xff\xfe', 'a'.repeat(44), 'a'.repeat(45), 'hello world', 'ohmytext', 'mynewtext', '{t}'];

export class Pick {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  below(bound: number): number {
    return this.#random.below(bound);
  }

  chance(probability: number): boolean {
    return this.#random.float() < probability;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  key(): string {
    if (this.chance(0.06)) return this.of(INTEGER_KEYS);
    return this.of(this.chance(0.03) ? FLOAT_KEYS : KEYS);
  }

  integerKey(): string {
    return this.chance(0.75) ? this.of(INTEGER_KEYS) : this.key();
  }

  floatKey(): string {
    return this.chance(0.75) ? this.of(FLOAT_KEYS) : this.key();
  }

  keys(countMax: number): string[] {
    return Array.from({ length: 1 + this.below(countMax) }, () => this.key());
  }

  integer(): string {
    if (this.chance(0.5)) return String(this.below(200) - 100);
    return this.chance(0.8) ? this.of(INTEGERS) : this.of(NO_INTEGERS);
  }

  float(): string {
    if (this.chance(0.4)) return (this.below(2_000_001) / 1000 - 1000).toFixed(this.below(7));
    if (this.chance(0.2)) return this.integer();
    return this.chance(0.85) ? this.of(FLOATS) : this.of(NO_FLOATS);
  }

  value(): string {
    const kind = this.below(10);
    if (kind < 4) return this.of(STRINGS);
    if (kind < 6) return this.integer();
    if (kind < 8) return this.float();
    return this.bytes(this.chance(0.1) ? 5000 : 100);
  }

  bytes(lengthMax: number): string {
    const alphabet = this.of(['ab', 'abcdef\0', '\0\x01\x7f\x80\xff', '0123456789']);
    return Array.from({ length: this.below(lengthMax + 1) }, () => alphabet[this.below(alphabet.length)]!).join('');
  }

  pattern(): string {
    return this.of(['*', '?', 'k*', 'k[0-2]', '{t}*', '*a', 'k?', '[^k]*', '\\*', '', 'k[', 'a*e*', '\\', '*\\']);
  }

  /** A database index, seldom a bad one. */
  database(): string {
    return this.chance(0.95) ? String(this.below(3)) : this.of(['16', '-1', 'abc', '15', '']);
  }

  /** Seconds from now for relative expiries; all different, so that two of them are never equal by accident. */
  secondsFromNow(): string {
    if (this.chance(0.1)) return this.of(['0', '-1', '9223372036854775807', '9223372036854775', 'abc', '', '-9223372036854775808']);
    if (this.chance(0.01)) return String(1 + this.below(100));
    return String(soonMs / 1000 + this.below(900_000_000));
  }

  millisecondsFromNow(): string {
    if (this.chance(0.1)) return this.of(['0', '-1', '9223372036854775807', 'abc', '-9223372036854775808']);
    return String(soonMs + this.below(900_000_000_000));
  }

  /** Unix seconds: far in the future, seldom in the past or bad. */
  unixSeconds(): string {
    if (this.chance(0.1)) return this.of(['0', '-1', '1', '9223372036854775807', '9223372036854776', 'x']);
    return String(farUnixSeconds + this.below(3));
  }

  unixMilliseconds(): string {
    if (this.chance(0.1)) return this.of(['0', '-1', '1', '9223372036854775807', '9223372036854775808', 'x']);
    return String(farUnixSeconds * 1000 + this.below(3));
  }
}
