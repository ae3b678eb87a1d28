/**
 * What DEBUG DIGEST and DEBUG DIGEST-VALUE answer: SHA-1 sums combined the way Redis combines
 * them, so that the same data gives the same 40 digits here and there.
 *
 *   xor   digest ^= SHA1(bytes)                   order does not matter
 *   mix   digest = SHA1(digest ^ SHA1(bytes))     order matters
 *
 *   value    from zero or, for a dataset, from the mixed key: mix the type (4 bytes, big-endian),
 *            mix the contents, and xor "!!expire!!" if it expires
 *   dataset  from zero, databases in ascending order, the empty ones left out: mix the database's
 *            number (4 bytes), then xor the digest of each key with its value
 *
 * Within a database the order of keys does not matter, so shards can each make a part.
 */
import { hash } from 'node:crypto';

const DIGEST_BYTES = 20;
const STRING_TYPE = 0;
const expireMark = Buffer.from('!!expire!!');

/** The digest of a dataset, or of one shard's part of it. */
export class DatasetDigest {
  /** Per database number the xor of what its keys contribute; absent when it has no key. */
  readonly #databases = new Map<number, Uint8Array>();

  addString(dbId: number, key: Uint8Array, value: Uint8Array, hasExpire: boolean): void {
    const digest = new Uint8Array(DIGEST_BYTES);
    mixDigest(digest, key);
    mixStringValue(digest, value, hasExpire);
    xorDigest(this.#database(dbId), digest);
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
    const total = new Uint8Array(DIGEST_BYTES);
    for (const dbId of [...this.#databases.keys()].toSorted((a, b) => a - b)) {
      mixDigest(total, bigEndian32(dbId));
      xorBytes(total, this.#database(dbId));
    }
    return Buffer.from(total).toString('hex');
  }

  #database(dbId: number): Uint8Array {
    let digest = this.#databases.get(dbId);
    if (digest === undefined) this.#databases.set(dbId, (digest = new Uint8Array(DIGEST_BYTES)));
    return digest;
  }
}

/** The digest of a string value alone, its key not counted: 40 hexadecimal digits. */
export function stringValueDigest(value: Uint8Array, hasExpire: boolean): string {
  const digest = new Uint8Array(DIGEST_BYTES);
  mixStringValue(digest, value, hasExpire);
  return Buffer.from(digest).toString('hex');
}

function mixStringValue(digest: Uint8Array, value: Uint8Array, hasExpire: boolean): void {
  mixDigest(digest, bigEndian32(STRING_TYPE));
  mixDigest(digest, value);
  if (hasExpire) xorDigest(digest, expireMark);
}

function mixDigest(digest: Uint8Array, bytes: Uint8Array): void {
  xorDigest(digest, bytes);
  digest.set(hash('sha1', digest, 'buffer'));
}

function xorDigest(digest: Uint8Array, bytes: Uint8Array): void {
  xorBytes(digest, hash('sha1', bytes, 'buffer'));
}

function xorBytes(digest: Uint8Array, bytes: Uint8Array): void {
  for (let i = 0; i < DIGEST_BYTES; i++) digest[i] = digest[i]! ^ bytes[i]!;
}

function bigEndian32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
