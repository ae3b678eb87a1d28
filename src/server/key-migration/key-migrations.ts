/**
 * Moves keys to other servers for MIGRATE. The caller has locked the keys in the door, so they stay as they are from
 * DUMP to DEL, except that they may expire, while the shards go on with everything else.
 *
 *   DUMP here -> RESTORE there -> its replies -> DEL here of those that were taken
 *
 * Whatever fails, a key is deleted here only when the other server has said that it has it; when that is not known, it
 * stays here, and its copy there may be replaced by the next attempt, as in Redis. Other than in Redis, AUTH and SELECT
 * are answered before any key is sent, so none gets into a wrong database, and a key whose reply came is deleted even
 * if the rest of the request could not be written.
 */
import { keySlot } from '../../base/crc16.ts';
import { HOLDS } from '../../cluster/slot-table.ts';
import { flagsOf } from '../../commands/table.ts';
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import type { Session } from '../../routing/session.ts';
import { SlotAnswer, SlotInput, decideSlot, isHeldBack, slotErrorText } from '../../routing/slot-decision.ts';
import { encodeRequest } from '../../protocol/encode-request.ts';
import { InternalClient } from '../internal-client.ts';
import type { Server } from '../server.ts';
import type { MigrateOutcome, MigrateRequest } from './migrate-request.ts';
import { Target } from './target.ts';
import { TargetPool } from './target-pool.ts';

interface DumpedKey {
  readonly key: Uint8Array;
  /** Milliseconds since 1970, or -1. */
  readonly expiryMs: number;
  readonly payload: Uint8Array;
}

/** What came of one attempt to send the keys. */
interface Attempt {
  readonly accepted: readonly Uint8Array[];
  /** The text of an error reply; '' for none. */
  readonly error: string;
  /** The connection was at fault before any reply came: another may do. */
  readonly mayRetry: boolean;
}

export class KeyMigrations {
  readonly #server: Server;
  readonly #pool = new TargetPool();
  readonly #busy = new Set<Target>();
  #isStopped = false;

  constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Why the keys cannot be moved by this client; '' if they can. While their slot is migrating or importing, they are
   * moved wherever it belongs, and those that are missing do not matter: the answer is that to ASKING with all keys here.
   */
  refusal(session: Session, id: number, keys: readonly Uint8Array[]): string {
    const { door } = this.#server;
    const slots = keys.map((key) => keySlot(key, 0, key.length));
    const [slot] = slots;
    if (door.situations === undefined || slot === undefined) return door.writeRefusal;
    const hold = door.situations[slot]! & HOLDS;
    if (hold !== 0 && isHeldBack(hold, flagsOf[id]!)) return clusterErrors.handingOver;
    const crosses = slots.some((other) => other !== slot);
    const kind = crosses ? SlotInput.crossSlot : keys.length > 1 ? SlotInput.manyKeys : SlotInput.oneKey;
    const answer = decideSlot(door.slotInput(session, flagsOf[id]!, slot) | kind | SlotInput.asking | SlotInput.allPresent);
    return answer === SlotAnswer.serve ? door.writeRefusal : slotErrorText(answer, slot, door.endpointOf(session, slot, answer));
  }

  async move(db: number, request: MigrateRequest): Promise<MigrateOutcome> {
    const client = new InternalClient(this.#server.door, { db });
    try {
      const dumped = await dump(client, request.keys);
      if (dumped.length === 0) return { kind: 'no-key' };
      let attempt = await this.#attempt(request, dumped);
      if (attempt.mayRetry) attempt = await this.#attempt(request, dumped);
      const { accepted, error } = attempt;
      if (!request.copies && accepted.length > 0) await client.execute(encodeRequest('DEL', ...accepted));
      return error === '' ? { kind: 'moved' } : { kind: 'failed', text: error };
    } catch (error) {
      return { kind: 'failed', text: (error as Error).message };
    } finally {
      client.close();
    }
  }

  get cachedCount(): number {
    return this.#pool.size;
  }

  everySecond(nowMs: number): void {
    this.#pool.closeOld(nowMs);
  }

  /** Ends what waits for other servers. */
  stop(): void {
    this.#isStopped = true;
    for (const target of this.#busy) target.close();
  }

  async #attempt(request: MigrateRequest, dumped: readonly DumpedKey[]): Promise<Attempt> {
    const { host, port, timeoutMs } = request;
    const address = `${host}:${port}`;
    const target = this.#pool.take(address) ?? (await Target.open(this.#server.config.values, address, host, port, timeoutMs));
    if (target === undefined || target === false) {
      return { accepted: [], error: target === false ? clusterErrors.migrateWriting : clusterErrors.migrateConnecting, mayRetry: false };
    }
    this.#busy.add(target);
    if (this.#isStopped) target.close();
    try {
      return (await prepare(target, request)) ?? (await this.#send(target, request, dumped));
    } finally {
      this.#busy.delete(target);
      if (target.isOpen) this.#pool.give(target, this.#server.clock.now());
    }
  }

  async #send(target: Target, { replaces, timeoutMs }: MigrateRequest, dumped: readonly DumpedKey[]): Promise<Attempt> {
    const { clock, cluster } = this.#server;
    const word = cluster === undefined ? 'RESTORE' : 'RESTORE-ASKING';
    const options = replaces ? ['REPLACE'] : [];
    const nowMs = Math.floor(clock.now());
    const alive = dumped.filter(({ expiryMs }) => expiryMs < 0 || expiryMs >= nowMs);
    if (alive.length === 0) return { accepted: [], error: '', mayRetry: false };
    const commands = alive.map(({ key, expiryMs, payload }) =>
      encodeRequest(word, key, String(expiryMs < 0 ? 0 : Math.max(1, expiryMs - nowMs)), payload, ...options));
    const { replies, failure, isTimeout } = await target.exchange(Buffer.concat(commands), alive.length, timeoutMs);
    const accepted = alive.filter((_, i) => replies[i] === 'OK').map(({ key }) => key);
    const refusal = replies.find((reply) => reply instanceof Error);
    const isStrange = replies.some((reply) => reply !== 'OK' && !(reply instanceof Error));
    if (refusal !== undefined) target.db = '';
    if (failure !== '' || isStrange) target.close();
    const text = failure === 'writing' ? clusterErrors.migrateWriting : failure === 'reading' || isStrange ? clusterErrors.migrateReading : '';
    return {
      accepted, error: refusal === undefined ? text : clusterErrors.targetError(refusal.message),
      mayRetry: failure !== '' && replies.length === 0 && !isTimeout,
    };
  }
}

/** The keys that exist. */
async function dump(client: InternalClient, keys: readonly Uint8Array[]): Promise<DumpedKey[]> {
  const requests = keys.flatMap((key) => [encodeRequest('PEXPIRETIME', key), encodeRequest('DUMP', key)]);
  const replies = await client.executeAll(Buffer.concat(requests));
  return keys.flatMap((key, i) => {
    const payload = replies[i * 2 + 1] as Uint8Array | null;
    return payload === null ? [] : [{ key, expiryMs: replies[i * 2] as number, payload }];
  });
}

/** Authenticates and selects the database, where needed. What failed, or undefined. */
async function prepare(target: Target, { credentials, db, timeoutMs }: MigrateRequest): Promise<Attempt | undefined> {
  const requests = [
    ...(credentials.length === 0 ? [] : [encodeRequest('AUTH', ...credentials)]),
    ...(target.db === db ? [] : [encodeRequest('SELECT', db)]),
  ];
  if (requests.length === 0) return undefined;
  const { replies, failure, isTimeout } = await target.exchange(Buffer.concat(requests), requests.length, timeoutMs);
  const refusal = replies.find((reply) => reply instanceof Error);
  target.db = failure === '' && refusal === undefined ? db : '';
  if (failure !== '') target.close();
  if (refusal !== undefined) return { accepted: [], error: clusterErrors.targetError(refusal.message), mayRetry: false };
  if (failure === '') return undefined;
  return { accepted: [], error: failure === 'writing' ? clusterErrors.migrateWriting : clusterErrors.migrateReading, mayRetry: !isTimeout };
}
