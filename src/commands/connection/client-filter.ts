/**
 * The filters of CLIENT LIST and CLIENT KILL: `TYPE normal IDLE 60 NOT-USER default`. All must hold.
 * Each but SKIPME, MAXAGE and IDLE has a NOT- form, which holds for the other clients. ID and NOT-ID
 * take as many ids as follow.
 */
import * as errors from '../../protocol/errors.ts';
import type { Session } from '../../routing/session.ts';
import type { DoorCall } from '../door-call.ts';
import { ageSeconds, clientCapabilities, clientFlags, flagLetters, idleSeconds } from './client-line.ts';
import { userExists } from './users.ts';

type Test = (session: Session) => boolean;

/** What LIST and KILL take for an id, and what they answer to anything else. */
export interface IdRule {
  readonly least: number;
  readonly error: string;
  /** Whether behind the first id any other word is read as a filter, known or not. */
  readonly endsAtAnyWord: boolean;
}

/** What was asked for; `ids` in their order. */
export class ClientFilter {
  ids: number[] | undefined;
  skipsMe: boolean | undefined;
  readonly tests: Test[] = [];

  matches(session: Session): boolean {
    return (this.ids === undefined || this.ids.includes(session.id)) && this.tests.every((test) => test(session));
  }
}

/** Reads the arguments from the third on; undefined: the call has been answered with an error. */
export function readClientFilter(call: DoorCall, idRule: IdRule): ClientFilter | undefined {
  const filter = new ClientFilter();
  let at = 2;
  while (at < call.argc) {
    const outcome = readOne(call, at, filter, idRule);
    if (typeof outcome === 'string') {
      call.fail(outcome);
      return undefined;
    }
    at = outcome;
  }
  return filter;
}

/** A filter's word and value. */
interface Asked {
  readonly call: DoorCall;
  /** Index of the value. */
  readonly at: number;
  readonly value: string;
  readonly excludes: boolean;
}

/** The test, or the text of an error. */
type Reader = (asked: Asked) => Test | string;

const clientTypes: Readonly<Record<string, string>> = {
  normal: 'normal', pubsub: 'pubsub', master: 'master', primary: 'master', slave: 'replica', replica: 'replica',
};

const readers = new Map<string, Reader>([
  ['type', readType],
  ['user', ({ value }) => userExists(value) ? (session) => session.user === value : errors.noSuchUser(value)],
  ['addr', ({ value }) => ({ connection }) => connection.peerAddress === value],
  ['laddr', ({ value }) => ({ connection }) => connection.localAddress === value],
  ['ip', ({ value }) => ({ connection }) => hostOf(connection.peerAddress) === value],
  ['name', ({ value }) => ({ name }) => name === value && name !== ''],
  ['lib-name', ({ value }) => ({ libName }) => libName === value && libName !== ''],
  ['lib-ver', ({ value }) => ({ libVersion }) => libVersion === value && libVersion !== ''],
  ['db', readDb],
  ['flags', (asked) => readLetters(asked, 'flags', flagLetters, clientFlags)],
  ['capa', (asked) => readLetters(asked, 'capa', 'r', clientCapabilities)],
]);

const inclusiveReaders = new Map<string, Reader>([
  ['maxage', (asked) => readLeastSeconds(asked, 'maxage', ageSeconds)],
  ['idle', (asked) => readLeastSeconds(asked, 'idle', idleSeconds)],
]);

/** The index behind the filter at `at`, or the text of an error. */
function readOne(call: DoorCall, at: number, filter: ClientFilter, idRule: IdRule): number | string {
  const { excludes, name } = wordAt(call, at);
  if (at + 1 === call.argc) return errors.syntax;
  if (name === 'id') return readIds(call, at + 1, filter, idRule, excludes);
  const value = call.latin1(at + 1);
  if (name === 'skipme' && !excludes) {
    if (!/^(yes|no)$/i.test(value)) return errors.syntax;
    filter.skipsMe = value.toLowerCase() === 'yes';
    return at + 2;
  }
  const reader = readers.get(name) ?? (excludes ? undefined : inclusiveReaders.get(name));
  if (reader === undefined) return errors.syntax;
  const test = reader({ call, at: at + 1, value, excludes });
  if (typeof test === 'string') return test;
  filter.tests.push(excludes ? (session) => !test(session) : test);
  return at + 2;
}

function wordAt(call: DoorCall, at: number): { readonly excludes: boolean; readonly name: string } {
  const word = call.latin1(at).toLowerCase();
  const excludes = word.startsWith('not-');
  return { excludes, name: excludes ? word.slice('not-'.length) : word };
}

/** One id at least; the list ends at the next filter. */
function readIds(call: DoorCall, first: number, filter: ClientFilter, { least, error, endsAtAnyWord }: IdRule, excludes: boolean): number | string {
  const ids: number[] = [];
  let at = first;
  for (; at < call.argc; at++) {
    const id = call.int(at);
    if (Number.isNaN(id) && at > first && (endsAtAnyWord || isFilter(call, at))) break;
    if (Number.isNaN(id) || id < least) return error;
    ids.push(id);
  }
  if (excludes) filter.tests.push(({ id }) => !ids.includes(id));
  else filter.ids = [...(filter.ids ?? []), ...ids];
  return at;
}

function isFilter(call: DoorCall, at: number): boolean {
  const { name } = wordAt(call, at);
  return at + 1 < call.argc && (name === 'id' || name === 'skipme' || readers.has(name) || inclusiveReaders.has(name));
}

/** Every client is normal as long as nobody subscribes or replicates. */
function readType({ value }: Asked): Test | string {
  const type = clientTypes[value.toLowerCase()];
  return type === undefined ? errors.unknownClientType(value) : () => type === 'normal';
}

function readDb({ call, at, excludes }: Asked): Test | string {
  const name = excludes ? 'NOT-DB' : 'DB';
  const wanted = call.int(at);
  if (Number.isNaN(wanted)) return errors.namedNotInteger(name);
  const { databases } = call.server.config.values;
  if (wanted < 0 || wanted >= databases) return errors.filterDbOutOfRange(name, databases - 1);
  return ({ db }) => db === wanted;
}

function readLetters(asked: Asked, what: string, known: string, lettersOf: (session: Session) => string): Test | string {
  const wanted = [...asked.value];
  if (wanted.some((letter) => !known.includes(letter))) {
    return errors.filterUnknownLetters(what, asked.excludes ? `NOT-${what.toUpperCase()}` : 'provided', asked.value);
  }
  return (session) => wanted.every((letter) => lettersOf(session).includes(letter));
}

function readLeastSeconds({ call, at }: Asked, name: string, secondsOf: (session: Session, nowMs: number) => number): Test | string {
  const least = call.int(at);
  if (Number.isNaN(least)) return errors.namedNotInteger(name);
  if (least <= 0) return errors.filterNotPositive(name);
  return (session) => secondsOf(session, call.nowMs) >= least;
}

/** `::1` of `[::1]:6379`. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
}
