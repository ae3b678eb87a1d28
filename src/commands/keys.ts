/**
 * The one key extractor: a command's keys by its row's key specifications. Routing, ACL, COMMAND
 * GETKEYS and tracking all ask here.
 */
import { assert } from '../base/assert.ts';
import { equalsIgnoreCase, latin1, parseInteger, wordBytes } from '../protocol/ascii.ts';
import type { KeyLocation, KeySpec, RequestArguments } from './command.ts';
import { rows } from './table.ts';

/** Positions of a command's key arguments, and the specification that found each. */
export class KeyList {
  length = 0;
  /** A count of keys is none or too large, or keys and what belongs to them do not come out even: the handler will answer with an error. */
  isUnsound = false;
  #positions = new Int32Array(64);
  #specs = new Uint8Array(64);

  /** The argument index of key `i`. */
  at(i: number): number {
    return this.#positions[i]!;
  }

  specOf(i: number): number {
    return this.#specs[i]!;
  }

  push(position: number, spec: number): void {
    if (this.length === this.#positions.length) this.#grow();
    this.#positions[this.length] = position;
    this.#specs[this.length++] = spec;
  }

  #grow(): void {
    const positions = new Int32Array(this.length * 2);
    const specs = new Uint8Array(this.length * 2);
    positions.set(this.#positions);
    specs.set(this.#specs);
    this.#positions = positions;
    this.#specs = specs;
  }
}

const keywords = new Map<string, Uint8Array>();

/**
 * Collects the keys of command `id`. `args` holds pairs of offset (from `base` in `bytes`) and
 * length, the command's name (and subcommand) included. False if the arguments make no sense for
 * a specification (a key count that is no number or too large): the handler will answer with an error.
 */
export function findKeys(id: number, bytes: Uint8Array, base: number, args: Int32Array, argc: number, out: KeyList): boolean {
  out.length = 0;
  out.isUnsound = false;
  const { keys: specs, locateKeys } = rows[id]!;
  if (locateKeys !== undefined) return pushLocated(locateKeys(requestOf(bytes, base, args, argc)), out);
  for (let spec = 0; spec < specs.length; spec++) {
    if (!findBySpec(specs[spec]!, spec, bytes, base, args, argc, out)) return false;
  }
  return true;
}

function pushLocated({ first, count, spec }: KeyLocation, out: KeyList): boolean {
  for (let i = 0; i < count; i++) out.push(first + i, spec);
  return count > 0;
}

function findBySpec(spec: KeySpec, number: number, bytes: Uint8Array, base: number, args: Int32Array, argc: number, out: KeyList): boolean {
  if (spec.flags.includes('not_key')) return true;
  if ('unknown' in spec.begin) {
    const at = spec.begin.locate?.(requestOf(bytes, base, args, argc)) ?? 0;
    if (at > 0) out.push(at, number);
    return true;
  }
  const first = beginOf(spec, bytes, base, args, argc);
  if (first <= 0 || first >= argc) return first < 0 || 'keyword' in spec.begin;
  const { find } = spec;
  assert(!('unknown' in find), 'a specification is known or unknown as a whole');
  if ('lastKey' in find) {
    const last = lastOf(find, first, argc);
    if (find.limit > 1 && (argc - first) % find.limit !== 0) out.isUnsound = true;
    for (let i = first; i <= last; i += find.step) out.push(i, number);
    if (find.lastKey === 0 && spec.flags.includes('incomplete')) pushRepeated(spec, number, first, bytes, base, args, argc, out);
    return last < argc;
  }
  const countAt = first + find.keyNumIndex;
  out.isUnsound = true;
  if (countAt >= argc) return false;
  const count = parseInteger(bytes, base + args[countAt * 2]!, args[countAt * 2 + 1]!);
  const start = first + find.firstKey;
  if (!(count > 0) || start + (count - 1) * find.step >= argc) return false;
  out.isUnsound = false;
  for (let i = 0; i < count; i++) out.push(start + i * find.step, number);
  return true;
}

/** An optional key that is named again: the last one counts when the command is executed, so all are its keys. */
function pushRepeated(
  { begin, find, flags }: KeySpec, number: number, first: number, bytes: Uint8Array, base: number, args: Int32Array, argc: number, out: KeyList,
): void {
  if (!('keyword' in begin)) return;
  for (let at = first; at > 0 && at < argc;) {
    at = beginOf({ begin: { keyword: begin.keyword, startFrom: at }, find, flags }, bytes, base, args, argc);
    if (at > 0 && at < argc) out.push(at, number);
  }
}

/** A view of arguments, good while they are. */
export function requestOf(bytes: Uint8Array, base: number, args: Int32Array, argc: number): RequestArguments {
  return { argc, text: (i) => latin1(bytes, base + args[i * 2]!, args[i * 2 + 1]!) };
}

/** Argument index at which a specification begins; -1 if its optional keyword is absent. */
function beginOf(spec: KeySpec, bytes: Uint8Array, base: number, args: Int32Array, argc: number): number {
  if ('index' in spec.begin) return spec.begin.index;
  assert('keyword' in spec.begin, 'what is unknown has been looked for already');
  const { keyword, startFrom } = spec.begin;
  let word = keywords.get(keyword);
  if (word === undefined) {
    word = wordBytes(keyword.toLowerCase());
    keywords.set(keyword, word);
  }
  const step = startFrom > 0 ? 1 : -1;
  for (let i = startFrom > 0 ? startFrom : argc + startFrom; i > 0 && i < argc - 1; i += step) {
    if (equalsIgnoreCase(bytes, base + args[i * 2]!, args[i * 2 + 1]!, word)) return i + 1;
  }
  return -1;
}

/** `lastKey` counts from the first key; below zero from the end, where `limit` n leaves 1/n of the arguments. */
function lastOf(find: { readonly lastKey: number; readonly limit: number }, first: number, argc: number): number {
  if (find.lastKey >= 0) return first + find.lastKey;
  if (find.lastKey === -1 && find.limit > 1) return first + Math.floor((argc - first) / find.limit) - 1;
  return argc + find.lastKey;
}
