/**
 * Starts the node's membership from nodes.conf, or as a new node alone, and writes the file once so
 * that it is there and writable. Throws what the system says, and NodesConfError for a corrupt file.
 */
import { randomHexId } from '../base/random-hex.ts';
import { ClusterNode } from './cluster-node.ts';
import type { ClusterHost } from './cluster-node.ts';
import { printNodesConf } from './nodes-conf.ts';
import { loadNodesFile, saveNodesFile } from './nodes-file.ts';
import type { ClusterSettings } from './settings.ts';
import { newClusterState } from './state.ts';

export interface OpenedCluster {
  readonly node: ClusterNode;
  /** False when there was no file and the node has a new id. */
  readonly wasKnown: boolean;
}

/** `path` is that of nodes.conf; `around` is the server. */
export function openClusterNode(
  path: string,
  settings: ClusterSettings,
  around: Omit<ClusterHost, 'save' | 'newId'>,
): OpenedCluster {
  const loaded = loadNodesFile(path, around.now(), randomHexId());
  const state = loaded ?? newClusterState(randomHexId(), randomHexId());
  const host: ClusterHost = {
    save: (text) => saveNodesFile(path, text),
    newId: randomHexId,
    keyCount: () => around.keyCount(),
    slotKeyCount: (slot) => around.slotKeyCount(slot),
    dropKeys: () => around.dropKeys(),
    now: () => around.now(),
    random: around.random,
  };
  const node = new ClusterNode(host, settings, state);
  host.save(printNodesConf(node.state));
  return { node, wasKnown: loaded !== undefined };
}
