/**
 * From a client's bytes to requests: parses commands where they lie, judges each in Redis's order
 * (known, arity, authentication, [ACL], slot, persistence), and sends it to its shard, to several
 * under a lease, or to the door's own handlers.
 *
 * `dispatch` executes as much as it may and says how far it came. It stops early when the client
 * has to wait: for its earlier replies (door commands come after them), for room in the rings, for
 * the end of a pause, or for its own slow reading. The door calls again when that has changed.
 * Between parsing and sending a shard command nothing is allocated.
 */
import { assert } from '../base/assert.ts';
import { copyOf } from '../base/copy-bytes.ts';
import { keySlot } from '../base/crc16.ts';
import { maxRingArguments, maxRingCommandBytes, packContext, RequestFlag } from '../channel/records.ts';
import { HOLDS, SlotHold } from '../cluster/slot-table.ts';
import { CommandFlag, type ContainerCommand, type ShardCommand } from '../commands/command.ts';
import { isLocal } from '../commands/is-local.ts';
import { findKeys, KeyList, requestOf } from '../commands/keys.ts';
import { arityOf, flagsOf, fullNames, lookup, lookupSubcommand, Place, placeOf, rows, singleKeyOf } from '../commands/table.ts';
import { equalBytes, equalsIgnoreCase, latin1, wordBytes } from '../protocol/ascii.ts';
import * as clusterErrors from '../protocol/cluster-errors.ts';
import * as errors from '../protocol/errors.ts';
import { ParseStatus } from '../protocol/request-parser.ts';
import type { Door } from './door.ts';
import type { KeyLocks } from './key-locks.ts';
import { RunBuilder } from './run-builder.ts';
import { type HeldCommand, ReplyMode, type Session } from './session.ts';
import { decideSlot, isHeldBack, presencePolicy, SlotAnswer, slotErrorText, SlotInput } from './slot-decision.ts';

/** Of an unknown command's arguments so many, and so many bytes of each, are enough for what the error shows. */
const maxPreviewArguments = 64;
const maxPreviewBytes = 256;
/** How a browser begins that was told to send to our port. */
const foreignWords = [wordBytes('post'), wordBytes('host:')];
/** A client may owe us so many bytes before its commands wait. */
const maxPendingOutputBytes = 1024 * 1024;

export class Dispatcher {
  readonly #door: Door;
  readonly #locks: KeyLocks;
  readonly #run = new RunBuilder();
  readonly #keys = new KeyList();
  #context = 0;
  /** Shards that the keys of the command in hand live on. */
  readonly #shards: number[] = [];

  constructor(door: Door) {
    this.#door = door;
    this.#locks = door.locks;
  }

  /** Executes commands from `bytes[start, end)`; returns where the first unexecuted byte is. */
  dispatch(session: Session, bytes: Uint8Array, start: number, end: number): number {
    const { parser } = session;
    let at = start;
    this.#context = contextOf(session);
    if (!session.authenticated) parser.authenticated = !this.#door.services.authenticationRequired();
    while (at < end && this.mayExecute(session)) {
      const status = parser.parseNext(bytes, at, end);
      if (status === ParseStatus.Incomplete) break;
      if (status === ParseStatus.Failed) {
        session.heldFailure = parser.failure;
        at = end;
        break;
      }
      const next = parser.next;
      if (status === ParseStatus.Empty) this.#endOneCommand(session);
      if (status === ParseStatus.Complete && this.#execute(session, bytes, at, parser.args, parser.argc, next)) {
        // The command's bytes were handed over as they lay, with everything behind them.
        return -1;
      }
      at = next;
    }
    this.#closeRun(session);
    return at;
  }

  /** Executes a command that was held; false if it has to wait on. */
  retry(session: Session): boolean {
    const held = session.held!;
    session.held = undefined;
    this.#context = contextOf(session);
    this.#execute(session, held.bytes, 0, held.args, held.args.length / 2, held.bytes.length);
    this.#closeRun(session);
    return session.held === undefined;
  }

  /** Whether the client's next command may be taken up now. */
  mayExecute(session: Session): boolean {
    return session.heldCall === undefined && session.held === undefined && session.heldFailure === undefined &&
      !session.busy && !session.closing &&
      session.inFlight + this.#run.commands < session.window && !this.#door.congested &&
      session.connection.output.pendingBytes + session.earlyBytes < maxPendingOutputBytes;
  }

  /** Returns true if the input buffer was given away with the command. */
  #execute(session: Session, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): boolean {
    let id = lookup(bytes, at + args[0]!, args[1]!);
    session.lastCommand = id;
    if (id < 0) return this.#refuseUnknown(session, bytes, at, args, argc);
    if (placeOf[id] === Place.container && argc > 1) {
      const container = rows[id] as ContainerCommand;
      if (!this.#passesGate(session, container)) return this.#refuse(session, id, errors.debugDisabled);
      const sub = lookupSubcommand(id, bytes, at + args[2]!, args[3]!);
      session.lastCommand = sub;
      if (sub < 0) return this.#refuse(session, id, noSubcommand(container, latin1(bytes, at + args[2]!, args[3]!)));
      id = sub;
    }
    const arity = arityOf[id]!;
    if (arity > 0 ? argc !== arity : argc < -arity) return this.#refuse(session, id, errors.wrongArity(fullNames[id]!));
    const flags = flagsOf[id]!;
    if (!session.authenticated && (flags & CommandFlag.no_auth) === 0 && this.#door.services.authenticationRequired()) {
      return this.#refuse(session, id, errors.noAuth);
    }
    if (this.#door.loading && (flags & CommandFlag.loading) === 0 && !session.isInternal) return this.#refuseWhileLoading(session, id, bytes, at, args, argc, next);
    if (placeOf[id] === Place.door || placeOf[id] === Place.container) {
      if (this.#isHeldByPause(session, id, bytes, at, args, argc, next)) return false;
      this.#closeRun(session);
      this.#door.execute(session, id, bytes, at, args, argc);
      this.#context = contextOf(session);
      return false;
    }
    if ((flags & CommandFlag.write) !== 0 && this.#door.writeRefusal !== '') return this.#refuse(session, id, this.#door.writeRefusal);
    const key = singleKeyOf[id]!;
    if (key === 0) return this.#executeByKeys(session, id, bytes, at, args, argc, next);
    const slot = keySlot(bytes, at + args[key * 2]!, args[key * 2 + 1]!);
    if (this.#locks.held !== 0 && this.#isLocked(session, id, slot, bytes, at + args[key * 2]!, args[key * 2 + 1]!)) {
      this.#hold(session, bytes, at, args, argc, next);
      return false;
    }
    if (this.#door.situations !== undefined && this.#door.situations[slot] !== 0) {
      if (this.#redirects(session, id, slot, SlotInput.oneKey, bytes, at, args, argc, next)) return false;
    }
    const { shardCount } = this.#door;
    return this.#send(session, id, shardCount === 1 ? 0 : slot % shardCount, slot, bytes, at, args, argc, next);
  }

  /** In a cluster keys are judged first, as Redis does it: none is served then, but the client may be told of a crossing. */
  #refuseWhileLoading(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): boolean {
    const isJudged = this.#door.situations !== undefined && this.#slotsOfKeys(session, id, bytes, at, args, argc, next) < 0;
    return isJudged ? false : this.#refuse(session, id, errors.loading);
  }

  /** Whether the configuration allows the container's commands to this client. */
  #passesGate({ connection }: Session, { gate }: ContainerCommand): boolean {
    if (gate === undefined) return true;
    const who = this.#door.services.server.config.values[gate];
    return who === 'yes' || (who === 'local' && isLocal(connection));
  }

  #executeByKeys(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): boolean {
    const { sessionArgument } = rows[id] as ShardCommand;
    if (sessionArgument === undefined) return this.#routeByKeys(session, id, bytes, at, args, argc, next);
    if (this.#isHeldByPause(session, id, bytes, at, args, argc, next)) return false;
    this.#closeRun(session);
    const longer = withArgument(bytes, at, args, argc, next, sessionArgument(session, requestOf(bytes, at, args, argc)));
    this.#routeByKeys(session, id, longer.bytes, 0, longer.args, argc + 1, longer.bytes.length);
    // It is made anew when its turn comes.
    if (session.held !== undefined) this.#hold(session, bytes, at, args, argc, next);
    this.#closeRun(session);
    return false;
  }

  #routeByKeys(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): boolean {
    const { shardCount } = this.#door;
    const row = rows[id] as ShardCommand;
    if (row.route !== undefined) {
      const slot = row.route(requestOf(bytes, at, args, argc), shardCount);
      if (slot >= 0) return this.#send(session, id, slot % shardCount, slot, bytes, at, args, argc, next);
    }
    if (row.place === 'every-shard') return this.#sendToAll(session, id, bytes, at, args, argc, next);
    const slot = this.#slotsOfKeys(session, id, bytes, at, args, argc, next);
    if (slot < 0) return false;
    if (row.readsOtherKeys !== undefined && (this.#door.situations === undefined || session.isInternal) && row.readsOtherKeys(requestOf(bytes, at, args, argc))) {
      this.#addAllShards();
    }
    if (this.#shards.length > 1) return this.#lease(session, id, slot, bytes, at, args, argc, next);
    return this.#send(session, id, this.#shards[0]!, slot, bytes, at, args, argc, next);
  }

  #sendToAll(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): boolean {
    if (this.#locks.held !== 0 && isWrite(id) && !session.isInternal) {
      this.#hold(session, bytes, at, args, argc, next);
      return false;
    }
    const { shardCount } = this.#door;
    if (shardCount === 1) return this.#send(session, id, 0, 0, bytes, at, args, argc, next);
    this.#shards.length = 0;
    this.#addAllShards();
    return this.#lease(session, id, 0, bytes, at, args, argc, next);
  }

  #addAllShards(): void {
    for (let shard = 0; shard < this.#door.shardCount; shard++) if (!this.#shards.includes(shard)) this.#shards.push(shard);
  }

  /** The slot of the first key, with `#shards` filled; -1 if the client was answered already. */
  #slotsOfKeys(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): number {
    const shards = this.#shards;
    const keys = this.#keys;
    const { shardCount, situations } = this.#door;
    shards.length = 0;
    findKeys(id, bytes, at, args, argc, keys);
    let first = -1;
    let crossed = false;
    for (let i = 0; i < keys.length; i++) {
      const arg = keys.at(i);
      const slot = keySlot(bytes, at + args[arg * 2]!, args[arg * 2 + 1]!);
      if (first < 0) first = slot;
      else if (slot !== first) crossed = true;
      const shard = slot % shardCount;
      if (!shards.includes(shard)) shards.push(shard);
    }
    if (first < 0) {
      shards.push(0);
      return 0;
    }
    if (this.#locks.held !== 0 && this.#areLocked(session, id, bytes, at, args)) {
      this.#hold(session, bytes, at, args, argc, next);
      return -1;
    }
    // Arguments in which Redis finds no keys are not redirected: their handler refuses them.
    if (situations === undefined || keys.isUnsound || (!crossed && situations[first] === 0)) return first;
    const input = crossed ? SlotInput.crossSlot : this.#hasManyKeys(bytes, at, args) ? SlotInput.manyKeys : SlotInput.oneKey;
    return this.#redirects(session, id, first, input, bytes, at, args, argc, next) ? -1 : first;
  }

  /** The slot decision for anything but a stable slot of ours; true if the client has been answered. The node's own commands reach all slots. */
  #redirects(
    session: Session, id: number, slot: number, keys: number,
    bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number,
  ): boolean {
    if (session.isInternal) return false;
    const hold = this.#door.situations![slot]!;
    if ((hold & HOLDS) !== 0 && isHeldBack(hold, flagsOf[id]!)) {
      if ((hold & SlotHold.refuse) === 0) this.#hold(session, bytes, at, args, argc, next);
      else this.#refuse(session, id, clusterErrors.handingOver);
      return true;
    }
    const input = SlotInput.clusterEnabled | keys | this.#door.slotInput(session, flagsOf[id]!, slot);
    const answer = decideSlot(input);
    if (answer === SlotAnswer.serve || (this.#door.loading && answer === SlotAnswer.askShard)) return false;
    if (answer !== SlotAnswer.askShard) {
      this.#refuse(session, id, slotErrorText(answer, slot, this.#door.endpointOf(session, slot, answer)));
      return true;
    }
    if (!this.#isHeldByPause(session, id, bytes, at, args, argc, next)) {
      this.#askShard(session, id, slot, presencePolicy(input), bytes, at, args, argc, next);
    }
    return true;
  }

  #areLocked(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array): boolean {
    for (let i = 0; i < this.#keys.length; i++) {
      const arg = this.#keys.at(i) * 2;
      const [offset, length] = [at + args[arg]!, args[arg + 1]!];
      if (this.#isLocked(session, id, keySlot(bytes, offset, length), bytes, offset, length)) return true;
    }
    return false;
  }

  #isLocked(session: Session, id: number, slot: number, bytes: Uint8Array, offset: number, length: number): boolean {
    return !session.isInternal && this.#locks.holds(slot, isWrite(id), bytes, offset, length);
  }

  /** Whether the keys that were found are not one key named again and again. */
  #hasManyKeys(bytes: Uint8Array, at: number, args: Int32Array): boolean {
    const keys = this.#keys;
    const first = keys.at(0) * 2;
    for (let i = 1; i < keys.length; i++) {
      const other = keys.at(i) * 2;
      if (!equalBytes(bytes, at + args[first]!, args[first + 1]!, bytes, at + args[other]!, args[other + 1]!)) return true;
    }
    return false;
  }

  /** Lets the shard decide by the presence of the keys: the redirect's text travels as a last argument. */
  #askShard(
    session: Session, id: number, slot: number, policy: number,
    bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number,
  ): void {
    this.#closeRun(session);
    const endpoint = this.#door.endpointOf(session, slot, SlotAnswer.ask);
    const redirect = Buffer.from(slotErrorText(SlotAnswer.ask, slot, endpoint), 'latin1');
    const longer = withArgument(bytes, at, args, argc, next, redirect);
    this.#send(session, id, slot % this.#door.shardCount, slot | (policy << 16), longer.bytes, 0, longer.args, argc + 1, longer.bytes.length);
    this.#closeRun(session);
  }

  #send(
    session: Session, id: number, shard: number, slot: number,
    bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number,
  ): boolean {
    if (this.#isHeldByPause(session, id, bytes, at, args, argc, next)) return false;
    const run = this.#run;
    let gaveAway = false;
    if (next - at > maxRingCommandBytes || argc > maxRingArguments) {
      this.#closeRun(session);
      gaveAway = this.#door.sendBig(session, id, shard, slot, this.#context, bytes, at, args, argc, next);
    } else {
      if (run.shard !== shard || run.isFull) {
        this.#closeRun(session);
        run.open(shard, bytes, at);
      }
      run.add(id, slot, at, args, argc, next);
    }
    this.#endOneCommand(session);
    return gaveAway;
  }

  #lease(session: Session, id: number, slot: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): boolean {
    if (this.#isHeldByPause(session, id, bytes, at, args, argc, next)) return false;
    this.#closeRun(session);
    const gaveAway = this.#door.sendLeased(session, id, slot, this.#context, this.#shards, bytes, at, args, argc, next);
    this.#endOneCommand(session);
    return gaveAway;
  }

  /** A pause comes last, as in Redis: what would be refused is refused at once. */
  #isHeldByPause(session: Session, id: number, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): boolean {
    if (!this.#door.pause.holds(flagsOf[id]!) || session.isInternal) return false;
    this.#hold(session, bytes, at, args, argc, next);
    return true;
  }

  #hold(session: Session, bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number): void {
    this.#closeRun(session);
    session.held = { bytes: copyOf(bytes, at, next), args: args.slice(0, argc * 2) };
  }

  #closeRun(session: Session): void {
    const run = this.#run;
    if (run.shard === -1) return;
    this.#door.sendRun(session, run, this.#context);
  }

  /** What holds for one command only ends: ASKING, and CLIENT REPLY SKIP. */
  #endOneCommand(session: Session): void {
    session.asking = false;
    if (session.replyMode !== ReplyMode.skip) return;
    this.#closeRun(session);
    session.endCommand();
    this.#context = contextOf(session);
  }

  #refuseUnknown(session: Session, bytes: Uint8Array, at: number, args: Int32Array, argc: number): false {
    const [offset, length] = [at + args[0]!, args[1]!];
    if (foreignWords.some((word) => equalsIgnoreCase(bytes, offset, length, word))) {
      this.#door.services.onForeignProtocol(session);
      return false;
    }
    const name = latin1(bytes, offset, Math.min(length, maxPreviewBytes));
    return this.#refuse(session, -1, errors.unknownCommand(name, preview(bytes, at, args, argc)));
  }

  /** Answers with an error in the order of the commands. Returns false: nothing was given away. */
  #refuse(session: Session, id: number, text: string): false {
    assert(text !== '', 'an error has a text');
    this.#closeRun(session);
    this.#door.refuse(session, id, text);
    this.#endOneCommand(session);
    return false;
  }
}

/** A copy of a command with one more argument. */
function withArgument(bytes: Uint8Array, at: number, args: Int32Array, argc: number, next: number, added: Uint8Array): HeldCommand {
  const longer = new Int32Array(argc * 2 + 2);
  longer.set(args.subarray(0, argc * 2));
  longer[argc * 2] = next - at;
  longer[argc * 2 + 1] = added.length;
  return { bytes: Buffer.concat([bytes.subarray(at, next), added]), args: longer };
}

function contextOf(session: Session): number {
  return packContext(session.db, session.resp,
    (session.isSilent ? RequestFlag.silent : 0) | (session.noTouch ? RequestFlag.noTouch : 0) |
    (session.isReplaying ? RequestFlag.replay : 0) | (session.isInternal ? RequestFlag.internal : 0));
}

function isWrite(id: number): boolean {
  return (flagsOf[id]! & CommandFlag.write) !== 0;
}

function noSubcommand({ name, opaque }: ContainerCommand, word: string): string {
  return opaque ? errors.subcommandSyntax(word, name) : errors.unknownSubcommand(word, name);
}

function preview(bytes: Uint8Array, at: number, args: Int32Array, argc: number): string[] {
  const words: string[] = [];
  for (let i = 1; i < argc && words.length < maxPreviewArguments; i++) {
    words.push(latin1(bytes, at + args[i * 2]!, Math.min(args[i * 2 + 1]!, maxPreviewBytes)));
  }
  return words;
}
