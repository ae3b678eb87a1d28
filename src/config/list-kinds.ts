/**
 * The kinds of option with several words: addresses, save points, buffer limits, percentiles and the like.
 * Reasons are Redis's, to the byte.
 */
import { memoryText, parseMemory, unknownName } from './kinds.ts';
import { defineOption, OptionError } from './option.ts';
import type { Option, OptionLine, Traits } from './option.ts';
import { quoteIfNeeded } from './words.ts';

const addressCountMax = 16;

/** Addresses to listen on; a leading `-` marks one that may be missing. */
export function addresses(fallback: readonly string[], traits: Traits<readonly string[]> = {}): Option<readonly string[]> {
  return defineOption<readonly string[]>({
    fallback,
    domain: `up to ${addressCountMax} addresses`,
    variadic: true,
    parse: (words) => {
      if (words.length > addressCountMax) throw new OptionError('Too many bind addresses specified.');
      return isEmptyWord(words) ? [] : [...words];
    },
    format: (value) => value.join(' '),
    fileText: (value) => value.map(quoteIfNeeded).join(' ') || '""',
  }, traits);
}

export interface SavePoint {
  readonly seconds: number;
  readonly changeCount: number;
}

/** Lines of a file add up, and replace the default; CONFIG SET replaces. */
export function savePoints(fallback: readonly SavePoint[], traits: Traits<readonly SavePoint[]> = {}): Option<readonly SavePoint[]> {
  return defineOption<readonly SavePoint[]>({
    fallback,
    domain: 'pairs of seconds and changes',
    variadic: true,
    parse: (words, { current, isFirst }) => [...(isFirst ? [] : current), ...parseSavePoints(words)],
    format: (value) => value.map(({ seconds, changeCount }) => `${seconds} ${changeCount}`).join(' '),
    fileText: (value) => value.map(({ seconds, changeCount }) => `${seconds} ${changeCount}`).join(' ') || '""',
  }, traits);
}

function parseSavePoints(words: readonly string[]): SavePoint[] {
  if (isEmptyWord(words)) return [];
  const numbers = words.map(parseLong);
  const isValid = numbers.every((value, index) => value !== undefined && value >= (index % 2 === 0 ? 1 : 0));
  if (!isValid || numbers.length % 2 !== 0) throw new OptionError('Invalid save parameters');
  return Array.from({ length: numbers.length / 2 }, (_, index) => (
    { seconds: numbers[index * 2]!, changeCount: numbers[index * 2 + 1]! }));
}

export interface OutputBufferLimit {
  /** 0: no limit. */
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

export type ClientClass = 'normal' | 'replica' | 'pubsub';
export type OutputBufferLimits = Readonly<Record<ClientClass, OutputBufferLimit>>;

const clientClasses: readonly ClientClass[] = ['normal', 'replica', 'pubsub'];

/** `<class> <hard> <soft> <seconds>` once or more; classes not named keep their limits. */
export function outputBufferLimits(fallback: OutputBufferLimits, traits: Traits<OutputBufferLimits> = {}): Option<OutputBufferLimits> {
  return defineOption<OutputBufferLimits>({
    fallback,
    domain: 'class, memory, memory, seconds',
    variadic: true,
    parse: (words, { current }) => ({ ...current, ...parseOutputBufferLimits(words) }),
    format: (value) => clientClasses.map((name) => {
      const { hardBytes, softBytes, softSeconds } = value[name];
      return `${name === 'replica' ? 'slave' : name} ${hardBytes} ${softBytes} ${softSeconds}`;
    }).join(' '),
    lines: (value) => clientClasses.map((name): OptionLine => (
      { key: name, text: `${name} ${limitText(value[name])}`, isDefault: limitText(value[name]) === limitText(fallback[name]) })),
    lineKey: ([name]) => clientClassOf(name ?? '') ?? '',
  }, traits);
}

function limitText({ hardBytes, softBytes, softSeconds }: OutputBufferLimit): string {
  return `${memoryText(hardBytes)} ${memoryText(softBytes)} ${softSeconds}`;
}

function parseOutputBufferLimits(words: readonly string[]): Partial<OutputBufferLimits> {
  if (words.length % 4 !== 0) {
    throw new OptionError('Wrong number of arguments in buffer limit configuration.');
  }
  const limits: Partial<Record<ClientClass, OutputBufferLimit>> = {};
  for (let at = 0; at < words.length; at += 4) {
    const name = clientClassOf(words[at]!);
    if (name === undefined) throw new OptionError('Invalid client class specified in buffer limit configuration.');
    const hardBytes = parseMemory(words[at + 1]!);
    const softBytes = parseMemory(words[at + 2]!);
    const softSeconds = parseLong(words[at + 3]!);
    if (hardBytes === undefined || softBytes === undefined || softSeconds === undefined || softSeconds < 0) {
      throw new OptionError('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
    }
    limits[name] = { hardBytes: Number(hardBytes), softBytes: Number(softBytes), softSeconds };
  }
  return limits;
}

function clientClassOf(word: string): ClientClass | undefined {
  const name = word.toLowerCase();
  return clientClasses.find((candidate) => candidate === (name === 'slave' ? 'replica' : name));
}

/** Numbers in 0 to 100. */
export function percentiles(fallback: readonly number[], traits: Traits<readonly number[]> = {}): Option<readonly number[]> {
  const name = 'latency-tracking-info-percentiles parameters';
  return defineOption<readonly number[]>({
    fallback,
    domain: 'numbers from 0 to 100',
    variadic: true,
    parse: (words) => (isEmptyWord(words) ? [] : words).map((word) => {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) throw new OptionError(`Invalid ${name}`);
      const value = Number(word);
      if (value < 0 || value > 100) throw new OptionError(`${name} should sit between [0.0,100.0]`);
      return value;
    }),
    format: percentileText,
    fileText: (value) => percentileText(value) || '""',
  }, traits);
}

/** At most six decimals, without zeros at the end. */
function percentileText(value: readonly number[]): string {
  return value.map((percentile) => percentile.toFixed(6).replace(/\.?0+$/, '')).join(' ');
}

/** Adjustments of the out-of-memory score for a primary, a replica and a background child. */
export function oomScores(fallback: readonly number[], traits: Traits<readonly number[]> = {}): Option<readonly number[]> {
  return defineOption<readonly number[]>({
    fallback,
    domain: 'three numbers from -2000 to 2000',
    variadic: true,
    parse: (words) => {
      if (words.length !== fallback.length) throw new OptionError('wrong number of arguments');
      return words.map((word) => {
        const value = parseLong(word);
        if (value === undefined || value < -2000 || value > 2000) {
          throw new OptionError('Invalid oom-score-adj-values, elements must be between -2000 and 2000.');
        }
        return value;
      });
    },
    format: (value) => value.join(' '),
  }, traits);
}

export type ShutdownFlag = 'save' | 'nosave' | 'now' | 'force';

const shutdownWords = ['default', 'save', 'nosave', 'now', 'force'] as const;

/** How a signal shuts the server down; none: `default`. */
export function shutdownFlags(traits: Traits<readonly ShutdownFlag[]> = {}): Option<readonly ShutdownFlag[]> {
  return defineOption<readonly ShutdownFlag[]>({
    fallback: [],
    domain: shutdownWords.join(', '),
    variadic: true,
    parse: (words) => {
      const wanted = new Set(words.map((word) => word.toLowerCase()));
      if (wanted.size === 0 || [...wanted].some((word) => !shutdownWords.some((known) => known === word))) {
        throw unknownName(shutdownWords);
      }
      if (wanted.has('save') && wanted.has('nosave')) {
        throw new OptionError("shutdown options SAVE and NOSAVE can't be used simultaneously");
      }
      return shutdownWords.filter((word) => word !== 'default' && wanted.has(word)) as ShutdownFlag[];
    },
    format: (value) => value.join(' ') || 'default',
  }, traits);
}

export type SlotMetricName = 'cpu' | 'net' | 'mem';

const slotMetricNames: readonly SlotMetricName[] = ['cpu', 'net', 'mem'];
const slotMetricWords: readonly string[] = [...slotMetricNames, 'yes', 'no'];

/** What to count slot by slot; `yes` is all of it, `no` nothing. */
export function slotMetrics(traits: Traits<readonly SlotMetricName[]> = {}): Option<readonly SlotMetricName[]> {
  return defineOption<readonly SlotMetricName[]>({
    fallback: [],
    domain: 'yes, no, or some of cpu, net, mem',
    variadic: true,
    parse: (words) => {
      const wanted = new Set(words.map((word) => word.toLowerCase()));
      if (wanted.size === 0 || [...wanted].some((word) => !slotMetricWords.includes(word))) throw unknownName(slotMetricWords);
      return slotMetricNames.filter((name) => wanted.has(name) || wanted.has('yes'));
    },
    format: (value) => (value.length === slotMetricNames.length ? 'yes' : value.join(' ') || 'no'),
  }, traits);
}

const eventClasses = 'g$lshzxetd';
const eventExtras = 'noc';
const eventChannels = 'KEm';

/** Letters of the keyspace events to publish, in Redis's order; `A` stands for all classes of types. */
export function eventFlags(traits: Traits<string> = {}): Option<string> {
  return defineOption({
    fallback: '',
    domain: 'letters of event classes',
    parse: ([word]) => {
      const letters = new Set(word!.replaceAll('A', eventClasses));
      if ([...letters].some((letter) => !`${eventClasses}${eventExtras}${eventChannels}`.includes(letter))) {
        throw new OptionError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
      }
      const pick = (from: string): string => [...from].filter((letter) => letters.has(letter)).join('');
      const classes = pick(eventClasses);
      return `${classes === eventClasses ? 'A' : classes}${pick(eventExtras)}${pick(eventChannels)}`;
    },
    format: (value) => value,
    fileText: (value) => `"${value}"`,
  }, traits);
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export function primaryAddress(traits: Traits<HostAndPort | undefined> = {}): Option<HostAndPort | undefined> {
  return defineOption<HostAndPort | undefined>({
    fallback: undefined,
    domain: 'host and port',
    variadic: true,
    parse: ([host, portWord, ...rest]) => {
      if (host === undefined || portWord === undefined || rest.length > 0) {
        throw new OptionError('wrong number of arguments');
      }
      if (host.toLowerCase() === 'no' && portWord.toLowerCase() === 'one') return undefined;
      const port = parseLong(portWord);
      if (port === undefined || port < 0 || port > 65535) throw new OptionError('Invalid master port');
      return { host, port };
    },
    format: (value) => (value === undefined ? '' : `${value.host} ${value.port}`),
    fileText: (value) => (value === undefined ? 'no one' : `${quoteIfNeeded(value.host)} ${value.port}`),
  }, traits);
}

/** A single empty word stands for an empty list. */
function isEmptyWord(words: readonly string[]): boolean {
  return words.length === 1 && words[0] === '';
}

function parseLong(word: string): number | undefined {
  return /^\s*[+-]?\d{1,19}$/.test(word) ? Number(word) : undefined;
}
