/**
 * What nodes.conf keeps of atomic slot migrations, so that a crash at any moment leaves one owner that has all keys:
 *
 *   at the destination   receiving   keys of these slots here are a copy that is being made: of no worth after a crash
 *                        taken       the slots are this node's, and the source may not know yet
 *   at the source        granted     the destination may have the slots: they are not served until it says whether
 *                        trimming    the slots are the destination's, keys of theirs here are to be deleted
 *
 * A move is a word of the line `vars`: `receiving-<task> <peer>:0-100,200`. Redis passes over variables that it does not
 * know. Pure.
 */
import { assert } from '../../base/assert.ts';
import { isNodeId } from '../node-info.ts';
import { withNode } from '../state.ts';
import type { ClusterState } from '../state.ts';
import { parseRanges, printRanges } from './ranges.ts';
import type { Range } from './ranges.ts';

export const moveRoles = ['receiving', 'taken', 'granted', 'trimming'] as const;
export type MoveRole = (typeof moveRoles)[number];

export interface SlotMove {
  /** The task's id, 40 hex digits. */
  readonly id: string;
  readonly role: MoveRole;
  /** The node at the other end. */
  readonly peerId: string;
  readonly ranges: readonly Range[];
}

export type MoveChange =
  | { readonly kind: 'receive' | 'grant'; readonly id: string; readonly peerId: string; readonly ranges: readonly Range[] }
  /** The slots become this node's under `epoch`. */
  | { readonly kind: 'take'; readonly id: string; readonly epoch: bigint }
  /** The slots become the peer's, which took them under `epoch`. */
  | { readonly kind: 'give'; readonly id: string; readonly epoch: bigint }
  | { readonly kind: 'forget'; readonly id: string };

export function changeMoves(state: ClusterState, change: MoveChange): ClusterState {
  switch (change.kind) {
    case 'receive':
    case 'grant':
      return withMove(state, { ...change, role: change.kind === 'receive' ? 'receiving' : 'granted' });
    case 'take':
      return handOver(withRole(state, change.id, 'taken'), change.id, state.myId, change.epoch);
    case 'give':
      return handOver(withRole(state, change.id, 'trimming'), change.id, moveOf(state, change.id).peerId, change.epoch);
    case 'forget':
      return withoutMove(state, change.id);
  }
}

/** The slots of moves in these roles. */
export function rangesInMoves({ moves }: ClusterState, ...roles: readonly MoveRole[]): Range[] {
  return [...moves.values()].flatMap(({ role, ranges }) => (roles.includes(role) ? ranges : []));
}

/** The words of `vars` for all moves. */
export function printMoves(moves: ReadonlyMap<string, SlotMove>): string[] {
  return [...moves.values()].map(({ id, role, peerId, ranges }) => `${role}-${id} ${peerId}:${printRanges(ranges, ',')}`);
}

/** The move in a variable; undefined for a variable that is none, null for one that is malformed. */
export function parseMove(name: string, value: string): SlotMove | undefined | null {
  const role = moveRoles.find((each) => name.startsWith(`${each}-`));
  if (role === undefined) return undefined;
  const id = name.slice(role.length + 1);
  const [peerId = '', list = ''] = value.split(':');
  const ranges = parseRanges(list, ',');
  return isNodeId(id) && isNodeId(peerId) && ranges !== undefined ? { id, role, peerId, ranges } : null;
}

function handOver(state: ClusterState, id: string, ownerId: string, epoch: bigint): ClusterState {
  const owners = [...state.owners];
  for (const { start, end } of moveOf(state, id).ranges) owners.fill(ownerId, start, end + 1);
  const known = state.nodes.get(ownerId)!.configEpoch;
  const next = withNode(state, ownerId, { configEpoch: epoch > known ? epoch : known });
  return { ...next, owners, currentEpoch: epoch > state.currentEpoch ? epoch : state.currentEpoch };
}

function withRole(state: ClusterState, id: string, role: MoveRole): ClusterState {
  return withMove(state, { ...moveOf(state, id), role });
}

function withMove(state: ClusterState, { id, role, peerId, ranges }: SlotMove): ClusterState {
  return { ...state, moves: new Map(state.moves).set(id, { id, role, peerId, ranges }) };
}

function withoutMove(state: ClusterState, id: string): ClusterState {
  if (!state.moves.has(id)) return state;
  const moves = new Map(state.moves);
  moves.delete(id);
  return { ...state, moves };
}

function moveOf(state: ClusterState, id: string): SlotMove {
  const move = state.moves.get(id);
  assert(move !== undefined, 'a move that goes on is known');
  return move;
}
