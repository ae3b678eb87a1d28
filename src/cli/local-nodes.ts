/**
 * A cluster in a directory: DIR/<port>/ holds a node's node.conf and what it writes itself: nodes.conf, tessera.log,
 * tessera.pid, and data. Nodes run in their directory, so DIR may be moved while they are stopped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigFileError } from '../config/config-error.ts';
import { Config } from '../config/config.ts';
import type { ConfigValues } from '../config/options.ts';
import { quoteIfNeeded, splitWords } from '../config/words.ts';
import type { TlsFiles } from './arguments.ts';
import type { Access } from './connect.ts';
import { CommandError } from './usage.ts';

export interface LocalNode {
  readonly host: string;
  readonly port: number;
  readonly access: Access;
  readonly directory: string;
  readonly confPath: string;
  readonly pidPath: string;
  readonly logPath: string;
  readonly nodesPath: string;
  readonly nodeTimeoutMs: number;
  readonly keepsData: boolean;
}

export interface NodeConf {
  readonly port: number;
  readonly shardCount: number;
  readonly tls: TlsFiles | undefined;
  /** For every node, as the user gave them. */
  readonly directives: readonly string[];
}

const [confName, logName, pidName] = ['node.conf', 'tessera.log', 'tessera.pid'];
/** What create decides, or what would have to differ between nodes. */
const ownDirectives = [
  'port', 'tls-port', 'unixsocket', 'dir', 'pidfile', 'logfile', 'daemonize', 'shards', 'cluster-enabled', 'cluster-port', 'cluster-config-file',
  'cluster-announce-port', 'cluster-announce-tls-port', 'cluster-announce-bus-port', 'cluster-announce-client-port', 'cluster-announce-client-tls-port',
  'tls-cluster', 'tls-cert-file', 'tls-key-file', 'tls-ca-cert-file',
];

export function nodeConfText({ port, shardCount, tls, directives }: NodeConf, directory: string): string {
  const given = directives.map((line) => (splitWords(line) ?? []).map(quoteIfNeeded).join(' '));
  return `# A node of a cluster on one machine, made by "tessera cluster create". cluster.conf is the manual of every directive.
# The node runs in the directory of this file:
#
#     cd ${directory} && tessera ${confName}

${portLines(port, tls)}
bind 127.0.0.1
shards ${shardCount}
cluster-enabled yes

# On one machine nodes hear of each other quickly.
cluster-node-timeout 2000

logfile ${logName}
pidfile ${pidName}
${given.length === 0 ? '' : `\n# Given for every node:\n${given.join('\n')}\n`}`;
}

/** The node runs in a directory of its own, so paths are whole. */
function portLines(port: number, tls: TlsFiles | undefined): string {
  if (tls === undefined) return `port ${port}`;
  const files = ([['cert', tls.certFile], ['key', tls.keyFile], ['ca-cert', tls.caFile]] as const).map(([name, path]) => `tls-${name}-file ${quoteIfNeeded(resolve(path))}`);
  return ['port 0', `tls-port ${port}`, 'tls-cluster yes', 'tls-replication yes', ...files].join('\n');
}

/** Says what is wrong with directives before anything is made of them: throws CommandError. */
export function checkDirectives(directives: readonly string[]): ConfigValues {
  for (const line of directives) {
    const name = (splitWords(line)?.[0] ?? '').toLowerCase();
    if (ownDirectives.includes(name)) throw new CommandError(`${name} cannot be given: create sets it, or it would have to differ between the nodes`);
  }
  return loadValues(undefined, directives);
}

/** The nodes of DIR by port. Throws CommandError when there are none. */
export function readLocalNodes(dir: string): LocalNode[] {
  const root = resolve(dir);
  const names = existsSync(root) ? readdirSync(root).filter((name) => /^\d+$/.test(name) && existsSync(join(root, name, confName))) : [];
  if (names.length === 0) throw new CommandError(`${dir} holds no cluster: there is no <port>/${confName} in it`);
  return names.map((name) => readLocalNode(join(root, name))).toSorted((a, b) => a.port - b.port);
}

export function readLocalNode(directory: string): LocalNode {
  const confPath = join(directory, confName);
  const values = loadValues(confPath, []);
  const password = values.requirepass;
  return {
    host: hostOf(values.bind),
    port: values.port || values['tls-port'],
    access: { ...(values.port === 0 ? { tls: tlsAccess(values) } : {}), ...(password === '' ? {} : { login: { user: undefined, password } }) },
    directory,
    confPath,
    pidPath: resolve(directory, values.pidfile),
    logPath: resolve(directory, values.logfile),
    nodesPath: resolve(directory, values['cluster-config-file']),
    nodeTimeoutMs: values['cluster-node-timeout'],
    keepsData: values.appendonly,
  };
}

/** The tools show the certificate that the node itself shows to others. */
function tlsAccess(values: ConfigValues): NonNullable<Access['tls']> {
  const isOwn = values['tls-client-cert-file'] !== '';
  return {
    insecure: false,
    certFile: isOwn ? values['tls-client-cert-file'] : values['tls-cert-file'],
    keyFile: isOwn ? values['tls-client-key-file'] : values['tls-key-file'],
    caFile: values['tls-ca-cert-file'],
    serverName: undefined,
    passphrase: isOwn ? values['tls-client-key-file-pass'] : values['tls-key-file-pass'],
    anyName: true,
  };
}

export function confPathIn(directory: string): string {
  return join(directory, confName);
}

/** The process that the node noted, if any. */
export function notedPid({ pidPath }: LocalNode): number | undefined {
  const pid = existsSync(pidPath) ? Number(readFileSync(pidPath, 'utf8')) : 0;
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}

/** An address that the node listens on, for this machine. */
export function hostOf(bind: readonly string[]): string {
  const addresses = bind.map((address) => address.replace(/^-/, ''));
  const concrete = addresses.find((address) => !['', '*', '::*', '0.0.0.0', '::'].includes(address));
  const isOnlyV6 = addresses.length > 0 && addresses.every((address) => address.startsWith('::'));
  return concrete ?? (isOnlyV6 ? '::1' : '127.0.0.1');
}

function loadValues(configFile: string | undefined, lines: readonly string[]): ConfigValues {
  try {
    return Config.load({ commandLine: { action: 'run', configFile, readsStandardInput: false, lines }, readStandardInput: () => '' }).config.values;
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new CommandError(error.message.trim(), { cause: error });
  }
}
