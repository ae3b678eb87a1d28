/**
 * Loads commands that redis-server has logged: they may concern keys of several shards, so they take
 * the way of a client's commands through the door. An error reply ends the loading.
 */
import type { AofStream } from '../persistence/aof-stream.ts';
import { PersistenceError } from '../persistence/persistence-error.ts';
import type { Door } from '../routing/door.ts';
import { InternalClient } from './internal-client.ts';

const chunkBytes = 32 * 1024;

/** Throws PersistenceError. */
export async function loadThroughDoor(door: Door, stream: AofStream): Promise<void> {
  const client = new InternalClient(door);
  const requests = new Requests();
  try {
    while (stream.next()) {
      requests.add(stream);
      if (requests.byteCount >= chunkBytes) await client.execute(requests.take());
    }
    await client.execute(requests.take());
  } catch (error) {
    if (error instanceof PersistenceError) throw error;
    throw new PersistenceError(`a command of redis-server's append only file fails: ${(error as Error).message}`, { cause: error });
  } finally {
    client.close();
  }
}

/** Commands of a log as a client would send them. */
class Requests {
  #chunks: Buffer[] = [];
  #db = 0;
  byteCount = 0;

  add(stream: AofStream): void {
    if (stream.db !== this.#db) {
      const db = String(stream.db);
      this.#push(Buffer.from(`*2\r\n$6\r\nSELECT\r\n$${db.length}\r\n${db}\r\n`));
      this.#db = stream.db;
    }
    this.#push(Buffer.from(`*${stream.argc}\r\n`));
    for (let i = 0; i < stream.argc; i++) {
      const [offset, length] = [stream.index[i * 2]!, stream.index[i * 2 + 1]!];
      this.#push(Buffer.from(`$${length}\r\n`));
      this.#push(Buffer.from(stream.bytes.subarray(offset, offset + length)));
      this.#push(Buffer.from('\r\n'));
    }
  }

  take(): Buffer {
    const requests = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.byteCount = 0;
    return requests;
  }

  #push(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.byteCount += bytes.length;
  }
}
