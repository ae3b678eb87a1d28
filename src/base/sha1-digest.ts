/**
 * What DEBUG DIGEST and DEBUG DIGEST-VALUE answer: SHA-1 sums combined the way Redis combines
 * them, so that the same data gives the same 40 digits here and there.
 *
 *   xor   digest ^= SHA1(bytes)                   order does not matter
 *   mix   digest = SHA1(digest ^ SHA1(bytes))     order matters
 *
 *   value    from zero or, for a dataset, from the mixed key: mix the type (4 bytes, big-endian),
 *            mix or xor the contents, and xor "!!expire!!" if it expires
 *   dataset  from zero, databases in ascending order, the empty ones left out: mix the database's
 *            number (4 bytes), then xor the digest of each key with its value
 *
 * Within a database the order of keys does not matter, so shards can each make a part.
 */
import { crypto } from './lazy-modules.ts';

const DIGEST_BYTES = 20;
const expireMark = Buffer.from('!!expire!!');

/** A digest in the making: of a value, of a key with its value, or of one element. */
export class Sha1Digest {
  readonly bytes = new Uint8Array(DIGEST_BYTES);

  mix(part: Uint8Array): this {
    this.xor(part);
    this.bytes.set(sha1(this.bytes));
    return this;
  }

  xor(part: Uint8Array): this {
    xorBytes(this.bytes, sha1(part));
    return this;
  }

  /** A value begins with the number of its type, */
  mixType(type: number): this {
    return this.mix(bigEndian32(type));
  }

  /** and ends with whether it expires. */
  xorExpiry(hasExpiry: boolean): this {
    return hasExpiry ? this.xor(expireMark) : this;
  }

  /** 40 hexadecimal digits. */
  hex(): string {
    return Buffer.from(this.bytes).toString('hex');
  }
}

/** The digest of a dataset, or of one shard's part of it. */
export class DatasetDigest {
  /** Per database number the xor of what its keys contribute; absent when it has no key. */
  readonly #databases = new Map<number, Uint8Array>();

  /** `digest` is of a key, mixed first, and its value. */
  add(dbId: number, digest: Sha1Digest): void {
    xorBytes(this.#database(dbId), sha1(digest.bytes));
  }

  /** Each database with keys and its 20 bytes, for `addPart` of the digest that collects the shards'. */
  parts(): (readonly [dbId: number, digest: Uint8Array])[] {
    return [...this.#databases];
  }

  addPart(dbId: number, digest: Uint8Array): void {
    xorBytes(this.#database(dbId), digest);
  }

  /** 40 hexadecimal digits; all zeros for no data. */
  hex(): string {
    const total = new Sha1Digest();
    for (const dbId of [...this.#databases.keys()].toSorted((a, b) => a - b)) {
      total.mix(bigEndian32(dbId));
      xorBytes(total.bytes, this.#database(dbId));
    }
    return total.hex();
  }

  #database(dbId: number): Uint8Array {
    let digest = this.#databases.get(dbId);
    if (digest === undefined) this.#databases.set(dbId, (digest = new Uint8Array(DIGEST_BYTES)));
    return digest;
  }
}

function xorBytes(digest: Uint8Array, bytes: Uint8Array): void {
  for (let i = 0; i < DIGEST_BYTES; i++) digest[i] = digest[i]! ^ bytes[i]!;
}

function bigEndian32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sha1(bytes: Uint8Array): Buffer {
  return crypto().hash('sha1', bytes, 'buffer');
}
