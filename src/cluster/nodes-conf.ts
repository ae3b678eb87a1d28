/**
 * nodes.conf, the text that keeps a node's id, epochs, members and slots over a restart: a line per
 * member as in node-lines.ts, and `vars currentEpoch N lastVoteEpoch N` with the moves of migration/moves.ts. The format is Redis's, so
 * that a file can be taken over from Redis or Valkey and back; fields of newer versions that mean
 * nothing here are passed over. Pure: reading and writing the file is nodes-file.ts.
 *
 * The reader is stricter than Redis's: whatever it cannot keep exactly is an error with its line,
 * because a node that forgets its vote or a slot does harm to the others.
 */
import { isIP } from 'node:net';
import { SLOT_COUNT } from '../base/crc16.ts';
import { parseMove, printMoves } from './migration/moves.ts';
import type { SlotMove } from './migration/moves.ts';
import { knownNodes, nodeLines } from './node-lines.ts';
import { NodeFlag, isNodeId, parseFlags } from './node-info.ts';
import type { AnnouncedAddress, ClientAddress, NodeInfo } from './node-info.ts';
import { parseSlot } from './slot-operations.ts';
import { NO_OWNER, maxEpoch, myself, newNode, noOwners, withNode } from './state.ts';
import type { ClusterState } from './state.ts';

/** A file that cannot be trusted. */
export class NodesConfError extends Error {
  override readonly name = 'NodesConfError';
}

/** The file's text, ending in a line end. */
export function printNodesConf(state: ClusterState): string {
  const epochs = `vars currentEpoch ${state.currentEpoch} lastVoteEpoch ${state.lastVoteEpoch}`;
  const vars = [epochs, ...printMoves(state.moves)].join(' ');
  return [...nodeLines(state, knownNodes(state), 'file'), vars, ''].join('\n');
}

/**
 * The state in the text of a file. Pending pings and received pongs are dated `nowMs`; `newShardId`
 * is for a file of Redis 7.0 or older, which has none. Throws NodesConfError.
 */
export function parseNodesConf(text: string, nowMs: number, newShardId: string): ClusterState {
  if (!text.endsWith('\n')) throw new NodesConfError('the last line has no end');
  const draft: Draft = { nodes: new Map(), owners: noOwners(), migratingTo: new Map(), importingFrom: new Map(), moves: new Map() };
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.split(/\s+/).filter((word) => word !== '');
    if (words.length > 0) readLine(draft, words, { line: index + 1, nowMs });
  }
  return finish(draft, newShardId);
}

interface Draft {
  myId?: string;
  epochs?: { readonly currentEpoch: bigint; readonly lastVoteEpoch: bigint };
  readonly nodes: Map<string, NodeInfo>;
  readonly owners: string[];
  readonly migratingTo: Map<number, string>;
  readonly importingFrom: Map<number, string>;
  readonly moves: Map<string, SlotMove>;
}

interface Place {
  /** Counted from 1. */
  readonly line: number;
  readonly nowMs: number;
}

/** Words before the slots of a member's line. */
const NODE_WORDS = 8;
const BUS_PORT_OFFSET = 10_000;

function readLine(draft: Draft, words: readonly string[], place: Place): void {
  if (words[0]!.toLowerCase() === 'vars') {
    draft.epochs = readVars(draft, words, place);
    return;
  }
  if (words.length < NODE_WORDS) fail(place, `a node needs ${NODE_WORDS} fields, here are ${words.length}`);
  const node = readNode(words, place);
  if (draft.nodes.has(node.id)) fail(place, `node ${node.id} stands here a second time`);
  draft.nodes.set(node.id, node);
  if ((node.flags & NodeFlag.myself) !== 0) {
    if (draft.myId !== undefined) fail(place, `node ${node.id} cannot be myself beside ${draft.myId}`);
    draft.myId = node.id;
  }
  for (const word of words.slice(NODE_WORDS)) readSlots(draft, node.id, word, place);
}

function readVars(draft: Draft, words: readonly string[], place: Place): { currentEpoch: bigint; lastVoteEpoch: bigint } {
  if (words.length % 2 === 0) fail(place, 'a variable has no value');
  const values = new Map<string, string>();
  for (let i = 1; i < words.length; i += 2) {
    const [name, value] = [words[i]!.toLowerCase(), words[i + 1]!];
    values.set(name, value);
    const move = parseMove(name, value);
    if (move === null) fail(place, `"${name} ${value}" is not a move of slots`);
    if (move !== undefined) draft.moves.set(move.id, move);
  }
  return {
    currentEpoch: readEpoch(values.get('currentepoch') ?? 'nothing', 'currentEpoch', place),
    lastVoteEpoch: readEpoch(values.get('lastvoteepoch') ?? 'nothing', 'lastVoteEpoch', place),
  };
}

function readNode(words: readonly string[], place: Place): NodeInfo {
  const [id, address, flagNames, primaryId, ping, pong, epoch] = words as [string, string, string, string, string, string, string];
  if (!isNodeId(id)) fail(place, `"${id}" is not a node id of 40 hex digits`);
  const flags = parseFlags(flagNames) ?? fail(place, `"${flagNames}" has an unknown flag`);
  if ((flags & NodeFlag.handshake) !== 0) fail(place, `node ${id} has not told its id yet, so it has no place here`);
  if (primaryId !== '-' && !isNodeId(primaryId)) fail(place, `"${primaryId}" is not a node id of 40 hex digits`);
  const isReplica = primaryId !== '-';
  const seenMs = (text: string): number => (readNumber(text, Number.MAX_SAFE_INTEGER, 'a time', place) === 0 ? 0 : place.nowMs);
  return {
    ...newNode(id, '', flags),
    ...readAddress(address, place),
    primaryId: isReplica ? primaryId : '',
    pingSentMs: seenMs(ping),
    pongReceivedMs: seenMs(pong),
    configEpoch: isReplica ? 0n : readEpoch(epoch, 'the config epoch', place),
  };
}

function readAddress(text: string, place: Place): AnnouncedAddress & ClientAddress & Pick<NodeInfo, 'humanName' | 'shardId'> {
  const [endpoint, hostname = '', ...fields] = text.split(',') as [string, ...string[]];
  const match = /^(.*):(\d+)(?:@(\d+))?$/.exec(endpoint) ?? fail(place, `"${endpoint}" is not ip:port@busport`);
  const values = new Map(fields.map((field) => readField(field, place)));
  const port = readPort(match[2]!, place);
  const extra = (name: string): number | undefined => {
    const value = values.get(name);
    return value === undefined ? undefined : readPort(value, place);
  };
  const clientIp = (name: string, family: 4 | 6): string => {
    const value = values.get(name) ?? '';
    if (value !== '' && isIP(value) !== family) fail(place, `"${value}" is not an IPv${family} address`);
    return value;
  };
  const tcpPort = extra('tcp-port');
  const shardId = values.get('shard-id') ?? '';
  if (shardId !== '' && !isNodeId(shardId)) fail(place, `"${shardId}" is not a shard id of 40 hex digits`);
  return {
    ip: match[1]!,
    port: tcpPort ?? port,
    tlsPort: extra('tls-port') ?? (tcpPort === undefined ? 0 : port),
    busPort: match[3] === undefined ? port + BUS_PORT_OFFSET : readPort(match[3], place),
    hostname,
    humanName: values.get('nodename') ?? '',
    clientIpv4: clientIp('client-ipv4', 4),
    clientIpv6: clientIp('client-ipv6', 6),
    clientTcpPort: extra('client-tcp-port') ?? 0,
    clientTlsPort: extra('client-tls-port') ?? 0,
    shardId,
  };
}

function readField(text: string, place: Place): [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0) fail(place, `"${text}" is not name=value`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function readSlots(draft: Draft, id: string, word: string, place: Place): void {
  const mark = /^\[(\d+)-([<>])-([0-9a-f]{40})\]$/.exec(word);
  if (mark !== null) {
    if ((draft.nodes.get(id)!.flags & NodeFlag.myself) === 0) fail(place, `"${word}" stands on another node's line`);
    const marks = mark[2] === '>' ? draft.migratingTo : draft.importingFrom;
    marks.set(readSlot(mark[1]!, place), mark[3]!);
    return;
  }
  const [first, last = first, ...rest] = word.split('-') as [string, ...string[]];
  const start = readSlot(first, place);
  const end = readSlot(last, place);
  if (rest.length > 0 || start > end) fail(place, `"${word}" is not a range of slots`);
  for (let slot = start; slot <= end; slot++) {
    if (draft.owners[slot] !== NO_OWNER) fail(place, `slot ${slot} has a second owner`);
    draft.owners[slot] = id;
  }
}

function finish(draft: Draft, newShardId: string): ClusterState {
  const { myId, epochs, nodes, owners, migratingTo, importingFrom, moves } = draft;
  if (myId === undefined) throw new NodesConfError('no line has the flag myself');
  if (epochs === undefined) throw new NodesConfError('the line "vars currentEpoch N lastVoteEpoch N" is missing');
  const named = [...Array.from(nodes.values(), (node) => node.primaryId), ...migratingTo.values(), ...importingFrom.values()];
  const unknown = named.find((id) => id !== '' && !nodes.has(id));
  if (unknown !== undefined) throw new NodesConfError(`node ${unknown} is named but has no line`);
  const state = { myId, ...epochs, nodes, owners, migratingTo, importingFrom, moves };
  const me = myself(state);
  const shardId = me.shardId || nodes.get(me.primaryId)?.shardId || newShardId;
  return withNode({ ...state, currentEpoch: maxEpoch(state) }, myId, { shardId });
}

function readSlot(text: string, place: Place): number {
  return parseSlot(text) ?? fail(place, `"${text}" is not a slot from 0 to ${SLOT_COUNT - 1}`);
}

function readEpoch(text: string, what: string, place: Place): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) fail(place, `${what} is ${text} and not an unsigned 64-bit number`);
  return BigInt(text);
}

function readPort(text: string, place: Place): number {
  return readNumber(text, 0xffff, 'a port', place);
}

function readNumber(text: string, max: number, what: string, place: Place): number {
  if (!/^\d{1,16}$/.test(text) || Number(text) > max) fail(place, `"${text}" is not ${what}`);
  return Number(text);
}

function fail(place: Place, reason: string): never {
  throw new NodesConfError(`line ${place.line}: ${reason}`);
}
