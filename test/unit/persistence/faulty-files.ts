/**
 * A disk in memory that fails on demand: short writes, errors, a full disk, and a crash at the n-th
 * operation. What is not synced may be lost in a crash: of each file's writes since its sync, and of each
 * directory's changes since its sync, any prefix survives, and of the first lost write any part.
 */
import { constants } from 'node:os';
import { basename, dirname } from 'node:path';
import { Random } from '../../../src/base/random.ts';
import type { Files, OpenMode } from '../../../src/persistence/files.ts';

type Change = { readonly offset: number; readonly bytes: Uint8Array } | { readonly sizeBytes: number };
type Renaming = { readonly name: string; readonly node: Node | undefined }[];

interface FileNode {
  readonly kind: 'file';
  content: Buffer;
  durable: Buffer;
  changes: Change[];
}

interface DirectoryNode {
  readonly kind: 'directory';
  entries: Map<string, Node>;
  durable: Map<string, Node>;
  changes: Renaming[];
}

type Node = FileNode | DirectoryNode;

/** The process has died; no operation succeeds any more. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface Faults {
  /** Every write takes a random part of what it is given. */
  shortWrites?: boolean;
  /** All files together hold at most so many bytes. */
  capacityBytes?: number;
  /** The name of an errno to fail with ('EIO'), asked before each operation. */
  fail?: (operation: keyof Files, path: string) => string | undefined;
  /** Operations until the crash. */
  crashAt?: number;
}

export class FaultyFiles implements Files {
  faults: Faults;
  operationCount = 0;
  readonly #random: Random;
  readonly #root: DirectoryNode;
  readonly #open = new Map<number, { readonly node: FileNode; readonly path: string }>();
  #nextFile = 3;
  #crashed = false;

  constructor(seed: number, faults: Faults = {}, root: DirectoryNode = makeDirectoryNode()) {
    this.#random = new Random(seed);
    this.faults = faults;
    this.#root = root;
  }

  /**
   * The disk as the next process finds it. `powerFails` false: only the process died, so all is there, and
   * what was not synced can still be lost.
   */
  afterCrash(seed: number, powerFails: boolean): FaultyFiles {
    if (!powerFails) return this.copy();
    return new FaultyFiles(seed, {}, survive(this.#root, new Random(seed), new Map()) as DirectoryNode);
  }

  /** Another disk in the same state, without faults. */
  copy(): FaultyFiles {
    return new FaultyFiles(1, {}, clone(this.#root, new Map()) as DirectoryNode);
  }

  get usedBytes(): number {
    return usedBytes(this.#root);
  }

  /** What an operating system may do after a failed sync: the file is as it was at the sync before. */
  dropUnsynced(path: string): void {
    const node = this.#file(path);
    node.content = node.durable;
    node.changes = [];
  }

  /** Content of a file, whatever is synced. */
  content(path: string): Buffer {
    return Buffer.from(this.#file(path).content);
  }

  /** Makes all there is durable. */
  settle(): this {
    settle(this.#root);
    return this;
  }

  put(path: string, content: Uint8Array): void {
    this.makeDirectory(dirname(path));
    const node = makeFileNode(content);
    node.durable = node.content;
    this.#directory(dirname(path)).entries.set(basename(path), node);
    this.#directory(dirname(path)).durable.set(basename(path), node);
  }

  open(path: string, mode: OpenMode): number {
    this.#step('open', path);
    const directory = this.#directory(dirname(path));
    let node = directory.entries.get(basename(path));
    if (node === undefined) {
      if (mode !== 'create') throw failure('ENOENT', path);
      node = makeFileNode(new Uint8Array(0));
      change(directory, [{ name: basename(path), node }]);
    }
    if (node.kind !== 'file') throw failure('EISDIR', path);
    if (mode === 'create') apply(node, { sizeBytes: 0 });
    this.#open.set(this.#nextFile, { node, path });
    return this.#nextFile++;
  }

  close(file: number): void {
    if (!this.#open.delete(file) && !this.#crashed) throw failure('EBADF', String(file));
  }

  read(file: number, target: Uint8Array, offset: number, length: number, position: number): number {
    const { node, path } = this.#opened(file);
    this.#step('read', path);
    return node.content.copy(target, offset, position, Math.min(position + length, node.content.length));
  }

  write(file: number, source: Uint8Array, offset: number, length: number, position: number): number {
    const { node, path } = this.#opened(file);
    this.#step('write', path, () => {
      const part = this.#random.below(length + 1);
      apply(node, { offset: position, bytes: source.slice(offset, offset + part) });
    });
    let count = this.faults.shortWrites === true ? 1 + this.#random.below(length) : length;
    if (this.faults.capacityBytes !== undefined) {
      const grown = Math.max(0, position + count - node.content.length);
      const room = this.faults.capacityBytes - usedBytes(this.#root);
      if (grown > room) count -= grown - room;
      if (count <= 0) throw failure('ENOSPC', path);
    }
    apply(node, { offset: position, bytes: source.slice(offset, offset + count) });
    return count;
  }

  sync(file: number): void {
    const { node, path } = this.#opened(file);
    this.#step('sync', path);
    node.durable = node.content;
    node.changes = [];
  }

  truncate(file: number, sizeBytes: number): void {
    const { node, path } = this.#opened(file);
    this.#step('truncate', path);
    apply(node, { sizeBytes });
  }

  sizeBytes(file: number): number {
    return this.#opened(file).node.content.length;
  }

  rename(from: string, to: string): void {
    this.#step('rename', from);
    const directory = this.#directory(dirname(from));
    const node = directory.entries.get(basename(from));
    if (node === undefined) throw failure('ENOENT', from);
    change(directory, [{ name: basename(from), node: undefined }, { name: basename(to), node }]);
  }

  remove(path: string): void {
    const node = this.#find(path);
    if (node === undefined) return;
    if (node.kind === 'directory') for (const name of node.entries.keys()) this.remove(`${path}/${name}`);
    this.#step('remove', path);
    change(this.#directory(dirname(path)), [{ name: basename(path), node: undefined }]);
  }

  makeDirectory(path: string): void {
    if (path === '/' || this.#find(path) !== undefined) return;
    this.makeDirectory(dirname(path));
    this.#step('makeDirectory', path);
    change(this.#directory(dirname(path)), [{ name: basename(path), node: makeDirectoryNode() }]);
  }

  list(path: string): string[] | undefined {
    this.#step('list', path);
    const node = this.#find(path);
    return node?.kind === 'directory' ? [...node.entries.keys()].toSorted() : undefined;
  }

  syncDirectory(path: string): void {
    this.#step('syncDirectory', path);
    const node = this.#directory(path);
    node.durable = new Map(node.entries);
    node.changes = [];
  }

  #step(operation: keyof Files, path: string, whenCrashing?: () => void): void {
    if (this.#crashed) throw new Crash();
    this.operationCount++;
    if (this.operationCount === this.faults.crashAt) {
      whenCrashing?.();
      this.#crashed = true;
      throw new Crash();
    }
    const code = this.faults.fail?.(operation, path);
    if (code !== undefined) throw failure(code, path);
  }

  #opened(file: number): { node: FileNode; path: string } {
    const opened = this.#open.get(file);
    if (opened === undefined) throw failure('EBADF', String(file));
    return opened;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (node?.kind !== 'directory') return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  #directory(path: string): DirectoryNode {
    const node = this.#find(path);
    if (node?.kind !== 'directory') throw failure('ENOENT', path);
    return node;
  }

  #file(path: string): FileNode {
    const node = this.#find(path);
    if (node?.kind !== 'file') throw failure('ENOENT', path);
    return node;
  }
}

/** Whether `action` ended in a crash. */
export function crashes(action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return true;
  }
}

function makeDirectoryNode(): DirectoryNode {
  return { kind: 'directory', entries: new Map(), durable: new Map(), changes: [] };
}

function makeFileNode(content: Uint8Array): FileNode {
  return { kind: 'file', content: Buffer.from(content), durable: Buffer.alloc(0), changes: [] };
}

function change(directory: DirectoryNode, renaming: Renaming): void {
  directory.changes.push(renaming);
  rename(directory.entries, renaming);
}

function rename(entries: Map<string, Node>, renaming: Renaming): void {
  for (const { name, node } of renaming) {
    if (node === undefined) entries.delete(name);
    else entries.set(name, node);
  }
}

function apply(node: FileNode, made: Change): void {
  node.changes.push(made);
  node.content = changed(node.content, made);
}

function changed(content: Buffer, made: Change): Buffer {
  const size = 'sizeBytes' in made ? made.sizeBytes : Math.max(content.length, made.offset + made.bytes.length);
  const next = Buffer.alloc(size);
  content.copy(next);
  if ('bytes' in made) next.set(made.bytes, made.offset);
  return next;
}

function clone(node: Node, done: Map<Node, Node>): Node {
  const known = done.get(node);
  if (known !== undefined) return known;
  if (node.kind === 'file') {
    // Contents and changes are never altered in place.
    const file = { ...node, changes: [...node.changes] };
    done.set(node, file);
    return file;
  }
  const directory = makeDirectoryNode();
  done.set(node, directory);
  for (const [name, child] of node.entries) directory.entries.set(name, clone(child, done));
  for (const [name, child] of node.durable) directory.durable.set(name, clone(child, done));
  directory.changes = node.changes.map((renaming) =>
    renaming.map(({ name, node: child }) => ({ name, node: child === undefined ? undefined : clone(child, done) })));
  return directory;
}

function survive(node: Node, random: Random, done: Map<Node, Node>): Node {
  const known = done.get(node);
  if (known !== undefined) return known;
  const survivor = node.kind === 'file' ? makeFileNode(survivingContent(node, random)) : makeDirectoryNode();
  done.set(node, survivor);
  if (survivor.kind === 'file') {
    survivor.durable = survivor.content;
  } else if (node.kind === 'directory') {
    const entries = new Map(node.durable);
    const kept = random.below(node.changes.length + 1);
    for (const renaming of node.changes.slice(0, kept)) rename(entries, renaming);
    for (const [name, child] of entries) survivor.entries.set(name, survive(child, random, done));
    survivor.durable = new Map(survivor.entries);
  }
  return survivor;
}

function survivingContent(node: FileNode, random: Random): Buffer {
  let content = node.durable;
  const kept = random.below(node.changes.length + 1);
  for (const made of node.changes.slice(0, kept)) content = changed(content, made);
  const next = node.changes[kept];
  if (next !== undefined && 'bytes' in next) {
    content = changed(content, { offset: next.offset, bytes: next.bytes.subarray(0, random.below(next.bytes.length + 1)) });
  }
  return content;
}

function settle(node: Node): void {
  node.changes = [];
  if (node.kind === 'file') {
    node.durable = node.content;
    return;
  }
  node.durable = new Map(node.entries);
  for (const child of node.entries.values()) settle(child);
}

function usedBytes(node: Node): number {
  if (node.kind === 'file') return node.content.length;
  let sum = 0;
  for (const child of node.entries.values()) sum += usedBytes(child);
  return sum;
}

function failure(code: string, path: string): Error {
  const errno = constants.errno[code as keyof typeof constants.errno];
  return Object.assign(new Error(`${code}: ${path}`), { code, errno: -errno });
}
