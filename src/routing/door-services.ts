/**
 * What the door needs from the rest of the node, so that it can be built without it in tests.
 */
import type { DoorCall } from '../commands/door-call.ts';
import type { Server } from '../server/server.ts';
import type { Session } from './session.ts';

export interface DoorServices {
  /** What door commands work on. */
  readonly server: Server;
  authenticationRequired(): boolean;
  onConnect(session: Session): void;
  onDisconnect(session: Session): void;
  /** A door command has been executed in `us` microseconds. */
  onDoorCommand(call: DoorCall, us: number): void;
  /** client-query-buffer-limit in bytes. */
  queryBufferLimitBytes(): number;
  onQueryBufferLimit(session: Session): void;
  /** Whether the client owes more than client-output-buffer-limit allows. */
  outputLimitReached(session: Session): boolean;
  /** SlotInput bits of the session and command for a slot in this situation. */
  slotInput(session: Session, flags: number, situation: number): number;
  /** host:port that MOVED or ASK names. */
  endpointOf(session: Session, slot: number, answer: number): string;
  /** The error for a write that was executed but could not be saved. */
  unsavedError(): string;
  /** Called at the beginning of each turn; quick. */
  beforeTurn(): void;
  /** The client speaks HTTP: a browser was made to send to us. */
  onForeignProtocol(session: Session): void;
  /** A defect of ours in a door command. */
  onFault(error: unknown): void;
}
