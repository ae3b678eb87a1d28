/**
 * The fieldsets of one connection (HIMPORT): lists of field names, each under a name. One travels with every
 * HIMPORT SET that uses it, so it is kept as it travels: of each field four bytes of length, and its bytes.
 */
const lengthBytes = 4;
/** A connection may keep so much. */
const maxBytes = 64 * 2 ** 20;
/** Counted for a fieldset besides its name and fields. */
const overheadBytes = 128;
const none = new Uint8Array(0);

export class Fieldsets {
  readonly #byName = new Map<string, Uint8Array>();
  #usedBytes = 0;

  get size(): number {
    return this.#byName.size;
  }

  /** Keeps `fields`, at least one, under a name, in place of what was there; false if that were too much. */
  keep(name: string, fields: readonly Uint8Array[]): boolean {
    const packed = pack(fields);
    const old = this.#byName.get(name);
    const usedBytes = this.#usedBytes + bytesOf(name, packed) - (old === undefined ? 0 : bytesOf(name, old));
    if (usedBytes > maxBytes) return false;
    this.#usedBytes = usedBytes;
    this.#byName.set(name, packed);
    return true;
  }

  /** The packed fieldset, for FieldsetReader; of no bytes if there is none. */
  packed(name: string): Uint8Array {
    return this.#byName.get(name) ?? none;
  }

  /** False if there is none. */
  discard(name: string): boolean {
    const packed = this.#byName.get(name);
    if (packed === undefined) return false;
    this.#usedBytes -= bytesOf(name, packed);
    return this.#byName.delete(name);
  }

  clear(): void {
    this.#byName.clear();
    this.#usedBytes = 0;
  }
}

/** Walks over the fields of a packed fieldset. */
export class FieldsetReader {
  bytes: Uint8Array = none;
  /** Where the field in hand is. */
  offset = 0;
  length = 0;
  #next = 0;
  #end = 0;

  start(bytes: Uint8Array, offset: number, length: number): void {
    this.bytes = bytes;
    this.#next = offset;
    this.#end = offset + length;
  }

  next(): boolean {
    if (this.#next === this.#end) return false;
    const { bytes } = this;
    const at = this.#next;
    this.length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    this.offset = at + lengthBytes;
    this.#next = this.offset + this.length;
    return true;
  }
}

function pack(fields: readonly Uint8Array[]): Uint8Array {
  const packed = Buffer.alloc(fields.reduce((sum, { length }) => sum + lengthBytes + length, 0));
  let at = 0;
  for (const field of fields) {
    packed.writeInt32LE(field.length, at);
    packed.set(field, at + lengthBytes);
    at += lengthBytes + field.length;
  }
  return packed;
}

function bytesOf(name: string, packed: Uint8Array): number {
  return overheadBytes + name.length + packed.length;
}
