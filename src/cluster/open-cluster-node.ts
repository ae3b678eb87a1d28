/**
 * Starts the node's membership from nodes.conf, or as a new node alone, and writes the file once so
 * that it is there and writable. Throws what the system says, and NodesConfError for a corrupt file.
 */
import { randomHexId } from '../base/random-hex.ts';
import { ClusterNode } from './cluster-node.ts';
import type { ClusterHost, ClusterSettings } from './cluster-node.ts';
import { printNodesConf } from './nodes-conf.ts';
import { loadNodesFile, saveNodesFile } from './nodes-file.ts';
import { newClusterState } from './state.ts';

export interface OpenedCluster {
  readonly node: ClusterNode;
  /** False when there was no file and the node has a new id. */
  readonly wasKnown: boolean;
}

/** `path` is that of nodes.conf; `keys` tells what the server holds. */
export function openClusterNode(
  path: string,
  settings: ClusterSettings,
  keys: Omit<ClusterHost, 'save' | 'newId'>,
  nowMs: number,
): OpenedCluster {
  const loaded = loadNodesFile(path, nowMs, randomHexId());
  const state = loaded ?? newClusterState(randomHexId(), randomHexId());
  const host: ClusterHost = {
    save: (text) => saveNodesFile(path, text),
    newId: randomHexId,
    keyCount: () => keys.keyCount(),
    slotKeyCount: (slot) => keys.slotKeyCount(slot),
    dropKeys: () => keys.dropKeys(),
  };
  const node = new ClusterNode(host, settings, state);
  host.save(printNodesConf(node.state));
  return { node, wasKnown: loaded !== undefined };
}
