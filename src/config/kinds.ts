/**
 * The kinds of option with a single value. Reasons are Redis's, to the byte.
 *
 * Whole numbers are read as 64-bit integers and then held as JavaScript numbers: above 2^53 a value keeps its
 * nearest double. Units of memory: k m g are powers of 1000, kb mb gb powers of 1024, in any case.
 */
import { defineOption, OptionError } from './option.ts';
import type { Option, Traits } from './option.ts';
import { quoteWord } from './words.ts';

export const int32Max = 2 ** 31 - 1;
export const int32Min = -(2 ** 31);
export const uint32Max = 2 ** 32 - 1;
export const int64Max = 2n ** 63n - 1n;
export const uint64Max = 2n ** 64n - 1n;

type Bound = number | bigint;

export function yesNo(fallback: boolean, traits: Traits<boolean> = {}): Option<boolean> {
  return defineOption({
    fallback,
    domain: 'yes or no',
    parse: ([word]) => {
      const answer = word!.toLowerCase();
      if (answer !== 'yes' && answer !== 'no') throw new OptionError("argument must be 'yes' or 'no'");
      return answer === 'yes';
    },
    format: (value) => (value ? 'yes' : 'no'),
  }, traits);
}

export function integer(
  fallback: number, min: Bound, max: Bound, traits: Traits<number> = {},
): Option<number> {
  return defineOption({
    fallback,
    domain: rangeText(min, max, String),
    parse: ([word]) => within(parseInt64(word!), min, max),
    format: (value) => wholeText(value, max),
  }, traits);
}

/** Bytes. */
export function memory(fallback: number, min: Bound, max: Bound, traits: Traits<number> = {}): Option<number> {
  return defineOption({
    fallback,
    domain: `memory, ${rangeText(min, max, (bytes) => memoryText(Number(bytes)))}`,
    parse: ([word]) => {
      const bytes = parseMemory(word!);
      if (bytes === undefined) throw new OptionError('argument must be a memory value');
      return within(bytes, min, max);
    },
    format: (value) => wholeText(value, max),
    fileText: memoryText,
  }, traits);
}

export interface MemoryOrPercent {
  readonly unit: 'bytes' | 'percent';
  readonly amount: number;
}

export function memoryOrPercent(traits: Traits<MemoryOrPercent> = {}): Option<MemoryOrPercent> {
  return defineOption<MemoryOrPercent>({
    fallback: { unit: 'bytes', amount: 0 },
    domain: 'memory, or 0% to 100%',
    parse: ([word]) => {
      const bytes = parseMemory(word!);
      if (bytes !== undefined) return { unit: 'bytes', amount: within(bytes, -100, int64Max) };
      const percent = /^(0|[1-9]\d{0,17})%$/.exec(word!);
      if (percent === null) throw new OptionError('argument must be a memory or percent value');
      const amount = Number(percent[1]);
      if (amount > 100) throw new OptionError('percentage argument must be less or equal to 100');
      return { unit: amount === 0 ? 'bytes' : 'percent', amount };
    },
    format: ({ unit, amount }) => `${wholeText(amount, int64Max)}${unit === 'percent' ? '%' : ''}`,
    fileText: ({ unit, amount }) => (unit === 'percent' ? `${amount}%` : memoryText(amount)),
  }, traits);
}

/** File permissions, written in octal. */
export function octal(fallback: number, min: number, max: number, traits: Traits<number> = {}): Option<number> {
  return defineOption({
    fallback,
    domain: `${min.toString(8)} to ${max.toString(8)}, octal`,
    parse: ([word]) => {
      const digits = /^\s*([+-]?)([0-7]{0,20})$/.exec(word!);
      if (digits === null) throw new OptionError("argument couldn't be parsed as an octal number");
      const value = Number.parseInt(`${digits[1]}${digits[2] || '0'}`, 8);
      if (value < min || value > max) {
        throw new OptionError(`argument must be between ${min.toString(8)} and ${max.toString(8)} inclusive`);
      }
      return value;
    },
    format: (value) => value.toString(8),
  }, traits);
}

export function text(fallback: string, traits: Traits<string> = {}): Option<string> {
  return defineOption({
    fallback,
    domain: 'text',
    parse: ([word]) => word!,
    format: (value) => value,
    fileText: quoteWord,
  }, traits);
}

/** One of several names, in any case; `synonyms` maps further accepted names to one of them. */
export function oneOf<const Name extends string>(
  fallback: NoInfer<Name>, names: readonly Name[], traits: Traits<Name> = {}, synonyms: Record<string, Name> = {},
): Option<Name> {
  return defineOption<Name>({
    fallback,
    domain: names.join(', '),
    parse: ([word]) => {
      const wanted = word!.toLowerCase();
      const name = names.find((candidate) => candidate === wanted);
      if (name === undefined) throw unknownName(names);
      return synonyms[name] ?? name;
    },
    format: (value) => value,
  }, traits);
}

export function unknownName(names: readonly string[]): OptionError {
  return new OptionError(`argument(s) must be one of the following: ${names.join(', ')}`);
}

/** Bytes of `1gb`, `64k` and the like, wrapped to 64 bits as Redis does; undefined when it is none. */
export function parseMemory(word: string): bigint | undefined {
  const parts = /^(\d{0,127})([a-z]*)$/.exec(word.toLowerCase());
  const unit = parts === null ? undefined : memoryUnits[parts[2]!];
  if (parts === null || unit === undefined) return undefined;
  const count = BigInt(parts[1] || '0');
  return BigInt.asUintN(64, (count > uint64Max ? uint64Max : count) * unit);
}

/** The largest unit that divides `bytes`: `1gb`, `100mb`, `1001`. */
export function memoryText(bytes: number): string {
  for (const [name, size] of [['gb', 2 ** 30], ['mb', 2 ** 20], ['kb', 2 ** 10]] as const) {
    if (bytes !== 0 && bytes % size === 0) return `${bytes / size}${name}`;
  }
  return wholeText(bytes, uint64Max);
}

const memoryUnits: Record<string, bigint> = {
  '': 1n, b: 1n, k: 1000n, kb: 1024n, m: 1000n ** 2n, mb: 1024n ** 2n, g: 1000n ** 3n, gb: 1024n ** 3n,
};

function parseInt64(word: string): bigint {
  const value = /^(0|-?[1-9]\d{0,18})$/.test(word) ? BigInt(word) : undefined;
  if (value === undefined || value > int64Max || value < -int64Max - 1n) {
    throw new OptionError("argument couldn't be parsed into an integer");
  }
  return value;
}

function within(value: bigint, min: Bound, max: Bound): number {
  if (value < min || value > max) throw new OptionError(`argument must be between ${min} and ${max} inclusive`);
  return Number(value);
}

/** Bounds that only the size of an integer sets go unsaid. */
function rangeText(min: Bound, max: Bound, show: (bound: Bound) => string): string {
  return max >= int64Max ? `${show(min)} or more` : `${show(min)} to ${show(max)}`;
}

/** A double may have been rounded up past the bound. */
function wholeText(value: number, max: Bound): string {
  const exact = BigInt(value);
  return String(exact > max ? max : exact);
}
