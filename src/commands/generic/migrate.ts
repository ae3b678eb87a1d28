/**
 * MIGRATE: moves or copies keys to another server. It runs on the door, since it waits for that server; the keys are
 * locked meanwhile, and what is said of their slot holds from then on. server/key-migration/ does the work.
 */
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import type { MigrateRequest } from '../../server/key-migration/migrate-request.ts';
import { about } from '../about.ts';
import type { DoorCommand, KeyLocation, RequestArguments } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { oneKey } from '../key-specs.ts';

const hostAt = 1;
const portAt = 2;
const keyAt = 3;
const dbAt = 4;
const timeoutAt = 5;
const firstOption = 6;
const usualTimeoutMs = 1000;
/** Options, and how many arguments each has. */
const argumentsOf: Readonly<Record<string, number>> = { copy: 0, replace: 0, auth: 1, auth2: 2 };

export const migrate: DoorCommand = {
  name: 'migrate',
  arity: -6,
  flags: ['write', 'movablekeys'],
  acl: ['keyspace', 'dangerous'],
  keys: [
    ...oneKey('RW access delete', keyAt),
    { begin: { keyword: 'KEYS', startFrom: -2 }, find: { lastKey: -1, step: 1, limit: 0 }, flags: ['RW', 'access', 'delete', 'incomplete'] },
  ],
  locateKeys,
  text: about(
    'generic', '2.6.0', 'Moves keys to another server.',
    'MIGRATE host port <key | empty-string> destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key [key ...]]',
    'O(N) with N bytes of the values, which are sent to the other server'),
  place: 'door',
  execute: migrateKeys,
};

/** Keys behind KEYS do not go together with a key in front. */
function locateKeys(request: RequestArguments): KeyLocation {
  for (let i = firstOption; i < request.argc; i++) {
    const option = request.text(i).toLowerCase();
    if (option === 'keys') return { first: i + 1, count: request.text(keyAt) === '' ? request.argc - i - 1 : 0, spec: 1 };
    i += argumentsOf[option] ?? 0;
  }
  return { first: keyAt, count: 1, spec: 0 };
}

async function migrateKeys(call: DoorCall): Promise<void> {
  const { server, session, id } = call;
  const { keyMigrations } = server;
  const { first, count } = locateKeys({ argc: call.argc, text: (i) => call.latin1(i) });
  const keys = Array.from({ length: count }, (_, i) => call.bytes(first + i));
  const release = await server.door.locks.lockKeys(keys);
  try {
    const refusal = keyMigrations.refusal(session, id, keys);
    if (refusal !== '') return call.fail(refusal);
    const request = readRequest(call, keys);
    if (typeof request === 'string') return call.fail(request);
    const outcome = await keyMigrations.move(session.db, request);
    if (outcome.kind === 'failed') call.fail(outcome.text);
    else call.reply.simple(outcome.kind === 'moved' ? 'OK' : 'NOKEY');
  } finally {
    release();
  }
  return undefined;
}

/** The text of an error if the arguments make no sense. */
function readRequest(call: DoorCall, keys: readonly Uint8Array[]): MigrateRequest | string {
  const options = readOptions(call);
  if (typeof options === 'string') return options;
  const timeout = call.int64(timeoutAt);
  const db = call.int64(dbAt);
  if (timeout === undefined || db === undefined) return errors.notInteger;
  const timeoutMs = timeout > 0n ? Number(timeout) : usualTimeoutMs;
  return { host: call.text(hostAt), port: call.latin1(portAt), db: String(db), timeoutMs, keys, ...options };
}

function readOptions(call: DoorCall): Pick<MigrateRequest, 'copies' | 'replaces' | 'credentials'> | string {
  let [copies, replaces] = [false, false];
  let credentials: Uint8Array[] = [];
  for (let i = firstOption; i < call.argc; i++) {
    const option = call.latin1(i).toLowerCase();
    if (option === 'keys') {
      if (call.bytes(keyAt).length > 0) return clusterErrors.migrateKeyBesideKeys;
      break;
    }
    const count = argumentsOf[option];
    if (count === undefined || i + count >= call.argc) return errors.syntax;
    if (option === 'copy') copies = true;
    if (option === 'replace') replaces = true;
    if (count > 0) credentials = takeSecrets(call, i + 1, count, credentials);
    i += count;
  }
  return { copies, replaces, credentials };
}

/** A password alone leaves the user that was named before. */
function takeSecrets(call: DoorCall, first: number, count: number, former: readonly Uint8Array[]): Uint8Array[] {
  const secrets = Array.from({ length: count }, (_, i) => call.bytes(first + i));
  call.hide(...secrets.map((_, i) => first + i));
  return [...former.slice(0, Math.max(0, former.length - count)), ...secrets];
}
