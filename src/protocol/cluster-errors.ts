/**
 * Error replies about slots, nodes and migrations, as protocol/errors.ts has all others, and by its rules.
 */
import { cString } from './errors.ts';

export const clusterDisabled = 'ERR This instance has cluster support disabled';
export const crossSlot = "CROSSSLOT Keys in request don't hash to the same slot";

// Atomic slot migration, as Redis 8.4 and Valkey 9 word it.

export const migrationOnReplica = 'ERR slot migration not allowed on replica.';
export const migrationNotStable = 'ERR all slot states must be STABLE to start a slot migration task.';
export const severalSources = 'ERR slots belong to different source nodes';
export const slotsOwnedAlready = 'ERR this node is already the owner of the slot range';

export function importOverlaps(start: number, end: number): string {
  return `ERR overlapping import exists for slot range: ${start}-${end}`;
}

export function slotWithoutOwner(slot: number): string {
  return `ERR slot has no owner: ${slot}`;
}

export const slotMigrationOnReplica = 'ERR Slot migration can only be used on primary nodes.';
export const manuallyMigrating = 'ERR Slots are being manually migrated';
export const manuallyImporting = 'ERR Slots are being manually imported';
export const migrationsOverlap = 'ERR Slot ranges in migrations overlap';
export const slotsSpanShards = 'ERR Requested slots span multiple shards';
export const slotsNotServedHere = 'ERR Slots are not served by this node.';
export const migrationToItself = 'ERR Target node can not be this node';
export const migrationTargetReplica = 'ERR Target node must be a primary';
export const noSlotRanges = 'ERR No slot ranges specified';
export const noEndSlot = 'ERR No end slot for final slot range';
export const noMigrations = 'ERR No migrations ongoing';
export const slotExportInProgress = 'ERR Slot export in progress.';
export const slotImportInProgress = 'ERR Slot import in progress.';
export const unknownMigrationArgument = 'ERR unknown argument';

export function startSlotGreater(start: number, end: number): string {
  return `ERR Start slot number ${start} is greater than end slot number ${end}`;
}

export function slotNotServed(slot: number): string {
  return `ERR Slot ${slot} has no node served`;
}

export function migrationInvalidNode(id: string): string {
  return `ERR Invalid node name: ${id}`;
}

export function migrationUnknownNode(id: string): string {
  return `ERR Unknown node name: ${id}`;
}

export function slotMigratingAlready(slot: number): string {
  return `ERR I am already migrating slot ${slot}.`;
}

export function slotRangeOverlaps(start: number, end: number, otherStart: number, otherEnd: number): string {
  return `ERR Slot range ${start}-${end} overlaps with previous range ${otherStart}-${otherEnd}`;
}

// MIGRATE

export const migrateKeyBesideKeys = 'ERR When using MIGRATE KEYS option, the key argument must be set to the empty string';
export const migrateConnecting = 'IOERR error or timeout connecting to the client';
export const migrateWriting = 'IOERR error or timeout writing to target instance';
export const migrateReading = 'IOERR error or timeout reading to target instance';

/** `text` as the other server wrote it, without '-'. */
export function targetError(text: string): string {
  return `ERR Target instance replied with error: ${text}`;
}

// Slots and nodes

/** While it is not known whether the other node has the slot already. */
export const handingOver = 'TRYAGAIN The slot is being handed over to another node';
export const tryAgain = 'TRYAGAIN Multiple keys request during rehashing of slot';
export const clusterDown = 'CLUSTERDOWN The cluster is down';
export const clusterDownReadOnly = 'CLUSTERDOWN The cluster is down and only accepts read commands';
export const clusterSlotUnserved = 'CLUSTERDOWN Hash slot not served';
export const selectInCluster = 'ERR SELECT is not allowed in cluster mode';
export const moveInCluster = 'ERR MOVE is not allowed in cluster mode';
export const swapDbInCluster = 'ERR SWAPDB is not allowed in cluster mode';
export const copyInCluster = 'ERR Copying to another database is not allowed in cluster mode';
export const invalidSlot = 'ERR Invalid slot';
export const invalidSlotArgument = 'ERR Invalid or out of range slot';
export const unknownSlotMetric = 'ERR Unrecognized sort metric for ORDERBY.';
export const slotLimitOutOfRange = 'ERR Limit has to lie in between 1 and 16384 (maximum number of slots).';
export const filterGivenTwice = 'ERR Multiple filters of the same type are disallowed.';
export const invalidSlotOrCount = 'ERR Invalid slot or number of keys';
export const clusterSetSlotAction = 'ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP';
export const clusterFlushNotEmpty = 'ERR DB must be empty to perform CLUSTER FLUSHSLOTS.';
export const clusterResetNotEmpty = "ERR CLUSTER RESET can't be called with master nodes containing keys";
export const clusterForgetSelf = "ERR I tried hard but I can't forget myself...";
export const clusterForgetMaster = "ERR Can't forget my master!";
export const clusterEpochKnownNodes =
  'ERR The user can assign a config epoch only when the node does not know any other node.';
export const clusterEpochSet = 'ERR Node config epoch is already non-zero';

/** `host` empty: the client stays with the host it asked. */
export function moved(slot: number, host: string, port: number): string {
  return `MOVED ${slot} ${host}:${port}`;
}

export function ask(slot: number, host: string, port: number): string {
  return `ASK ${slot} ${host}:${port}`;
}

export function clusterUnknownNode(id: string): string {
  return `ERR Unknown node ${cString(id, Infinity)}`;
}

export function clusterStrangeNode(id: string): string {
  return `ERR I don't know about node ${cString(id, Infinity)}`;
}

export function slotBusy(slot: number): string {
  return `ERR Slot ${slot} is already busy`;
}

export function slotUnassigned(slot: number): string {
  return `ERR Slot ${slot} is already unassigned`;
}

export function slotRepeated(slot: number): string {
  return `ERR Slot ${slot} specified multiple times`;
}

export function slotRangeReversed(first: number, last: number): string {
  return `ERR start slot number ${first} is greater than end slot number ${last}`;
}

export function slotNotOwned(slot: number): string {
  return `ERR I'm not the owner of hash slot ${slot}`;
}

export function slotAlreadyOwned(slot: number): string {
  return `ERR I'm already the owner of hash slot ${slot}`;
}

export function slotStillHasKeys(slot: number): string {
  return `ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`;
}

export function clusterInvalidEpoch(epoch: bigint): string {
  return `ERR Invalid config epoch specified: ${epoch}`;
}

export function clusterInvalidAddress(host: string, port: string): string {
  return `ERR Invalid node address specified: ${cString(host, Infinity)}:${cString(port, Infinity)}`;
}

export function clusterInvalidPort(port: string): string {
  return `ERR Invalid TCP base port specified: ${cString(port, Infinity)}`;
}

export function clusterInvalidBusPort(port: string): string {
  return `ERR Invalid TCP bus port specified: ${cString(port, Infinity)}`;
}

export const setSlotOnReplica = 'ERR Please use SETSLOT only with masters.';
export const targetNotPrimary = 'ERR Target node is not a master';
export const notPrimary = 'ERR The specified node is not a master';

/** `reason`: the system's words, such as 'No space left on device'. */
export function saveFailed(reason: string): string {
  return `ERR error saving the cluster node config: ${reason}`;
}
