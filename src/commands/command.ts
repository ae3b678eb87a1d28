/**
 * What a command is: one row that routing, ACL, COMMAND, MULTI checks, key extraction, statistics
 * and execution read. Nothing else in the server matches on a command's name.
 */
import type { Call } from './call.ts';
import type { Session } from '../routing/session.ts';
import type { DoorCall } from './door-call.ts';
import type { Extent } from './extent.ts';

/** Command flags, as COMMAND INFO names them. */
export const CommandFlag = {
  write: 1 << 0,
  readonly: 1 << 1,
  denyoom: 1 << 2,
  admin: 1 << 3,
  pubsub: 1 << 4,
  noscript: 1 << 5,
  blocking: 1 << 6,
  loading: 1 << 7,
  stale: 1 << 8,
  skip_monitor: 1 << 9,
  skip_slowlog: 1 << 10,
  asking: 1 << 11,
  fast: 1 << 12,
  no_auth: 1 << 13,
  may_replicate: 1 << 14,
  no_mandatory_keys: 1 << 15,
  allow_busy: 1 << 16,
  no_async_loading: 1 << 17,
  no_multi: 1 << 18,
  movablekeys: 1 << 19,
} as const;

export type FlagName = keyof typeof CommandFlag;

/** How a key specification finds its first key and walks on from there (Redis 7 key specs). */
export interface KeySpec {
  readonly begin: { readonly index: number } | { readonly keyword: string; readonly startFrom: number } | UnknownKey;
  readonly find:
    | { readonly lastKey: number; readonly step: number; readonly limit: number }
    | { readonly keyNumIndex: number; readonly firstKey: number; readonly step: number }
    | { readonly unknown: true };
  /** RO RW OW RM, access update insert delete, not_key incomplete variable_flags. */
  readonly flags: readonly string[];
}

/** Consecutive arguments that are keys; none if the call makes no sense. */
export interface KeyLocation {
  readonly first: number;
  readonly count: number;
  /** Number of the specification that describes them. */
  readonly spec: number;
}

/** A key that Redis's specifications have no words for. */
export interface UnknownKey {
  readonly unknown: true;
  /** The argument index of the key, or 0; absent where keys come from the data. */
  readonly locate?: (request: RequestArguments) => number;
}

/**
 * Where a command runs.
 * - `shard`: on the shard of its keys (under a lease when they live on several shards);
 * - `every-shard`: on one shard that holds a lease on all of them;
 * - `door`: on the front door, once the client's earlier commands have been answered.
 */
export type Place = 'shard' | 'every-shard' | 'door';

export interface CommandText {
  readonly group: string;
  readonly since: string;
  readonly summary: string;
  readonly complexity: string;
  /** Redis's argument grammar, as in its documentation: `SET key value [NX | XX] [GET]`. */
  readonly syntax: string;
}

interface RowBase {
  /** Lower case. A subcommand's row is in its container's `subcommands` and holds its own word only. */
  readonly name: string;
  /** Number of arguments with the name; negative: at least that many. */
  readonly arity: number;
  readonly flags: readonly FlagName[];
  /** ACL categories without the ones that follow from flags (write, read, admin, dangerous, fast, slow, ...). */
  readonly acl: readonly string[];
  readonly keys: readonly KeySpec[];
  /** Where the specifications alone do not tell the keys. */
  readonly locateKeys?: (request: RequestArguments) => KeyLocation;
  readonly text: CommandText;
}

/** The arguments of a request before it is routed; 0 is the command's name. */
export interface RequestArguments {
  readonly argc: number;
  text(i: number): string;
}

export interface ShardCommand extends RowBase {
  readonly place: 'shard' | 'every-shard';
  /** For commands whose shard is not told by a key: the slot whose shard runs it, or -1 for every shard. */
  readonly route?: (request: RequestArguments, shardCount: number) => number;
  /** Whether this call also reads keys that are no arguments, so that it needs every shard (in a cluster they are in its slot). */
  readonly readsOtherKeys?: (request: RequestArguments) => boolean;
  /** What it has to know of its client's state: the door adds it as a last argument, which the handler takes away. */
  readonly sessionArgument?: (session: Session, request: RequestArguments) => Uint8Array;
  /**
   * Up to how many arguments, the name among them, it is quick: some few steps whatever the size of the value. Without
   * it a dozen for fast commands and those of constant time.
   */
  readonly quickArgc?: number;
  /** For a reader whose time goes with what it reads of its one key's value. */
  readonly extent?: Extent;
  /** Constant time as Redis counts, but now and then a large value is moved. */
  readonly movesValue?: true;
  /** Synchronous and deterministic: time and randomness come from the call. */
  readonly execute: (call: Call) => void;
}

export interface DoorCommand extends RowBase {
  readonly place: 'door';
  /** Nodes say it to each other; clients are not told of it. */
  readonly isInternal?: true;
  /** A promise holds back the client's next command until it settles. */
  readonly execute: (call: DoorCall) => void | Promise<void>;
}

export interface ContainerCommand extends RowBase {
  readonly subcommands: readonly (ShardCommand | DoorCommand)[];
  /** What the name alone does; without it that is an arity error. */
  readonly execute?: DoorCommand['execute'];
  /** To clients it is one command: its subcommands are not listed and bear its name. */
  readonly opaque?: true;
  /** The directive (no, yes or local) that has to allow it. */
  readonly gate?: 'enable-debug-command';
}

export type CommandRow = ShardCommand | DoorCommand | ContainerCommand;
