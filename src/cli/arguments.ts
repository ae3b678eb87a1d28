/** The arguments of `tessera cluster`, read and checked: what is asked for, or a UsageError that says what is wrong. */
import { parseArgs } from 'node:util';
import { parseCommandLine } from '../config/command-line.ts';
import type { Access } from './connect.ts';
import { UsageError } from './usage.ts';

/** Of a certificate for the nodes, its key, and the authority that signs all certificates. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

export interface CreateRequest {
  readonly action: 'create';
  readonly dir: string;
  readonly nodeCount: number;
  readonly basePort: number;
  /** Of each node; undefined for a share of the cores. */
  readonly shardCount: number | undefined;
  /** Undefined for nodes without TLS. */
  readonly tls: TlsFiles | undefined;
  /** Lines of configuration for every node. */
  readonly directives: readonly string[];
}

export interface StatusRequest {
  readonly action: 'status';
  readonly from: { readonly dir: string } | { readonly host: string; readonly port: number } | { readonly socketPath: string };
  readonly access: Access;
  readonly asJson: boolean;
  readonly showsShards: boolean;
}

export type ClusterRequest =
  | { readonly action: 'help' }
  | CreateRequest
  | StatusRequest
  | { readonly action: 'start' | 'stop'; readonly dir: string };

export const nodeCountMax = 100;
export const busPortOffset = 10_000;
const portMax = 65_535;
const shardCountMax = 128;

/** `argv`: what stands behind `tessera cluster`. Throws UsageError. */
export function parseClusterArguments(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): ClusterRequest {
  const [action, ...rest] = argv;
  const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
  const [words, directives] = [rest.slice(0, end), rest.slice(end + 1)];
  if (action === undefined) throw new UsageError('what to do is missing');
  if (action === 'help' || [action, ...words].some((word) => word === '-h' || word === '--help')) return { action: 'help' };
  if (action === 'create') return parseCreate(words, directives);
  if (end < rest.length) throw new UsageError(`directives after -- are for create, not for ${action}`);
  if (action === 'start' || action === 'stop') return { action, dir: parseDir(action, words) };
  if (action === 'status') return parseStatus(words, environment);
  throw new UsageError(`there is no '${action}'`);
}

function parseCreate(words: readonly string[], directives: readonly string[]): CreateRequest {
  const { values, positionals } = inWords(() => parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      dir: { type: 'string', short: 'd' },
      nodes: { type: 'string', short: 'n', default: '3' },
      'base-port': { type: 'string', short: 'p', default: '7000' },
      shards: { type: 'string' },
      tls: { type: 'boolean', default: false },
      'tls-cert-file': { type: 'string' },
      'tls-key-file': { type: 'string' },
      'tls-ca-cert-file': { type: 'string' },
    },
  }));
  const nodeCount = integer('--nodes', values.nodes, 1, nodeCountMax);
  return {
    action: 'create',
    dir: onlyDir('create', values.dir, positionals),
    nodeCount,
    basePort: integer('--base-port', values['base-port'], 1, portMax - busPortOffset - nodeCount + 1),
    shardCount: values.shards === undefined ? undefined : integer('--shards', values.shards, 1, shardCountMax),
    tls: tlsFiles(values.tls, values['tls-cert-file'], values['tls-key-file'], values['tls-ca-cert-file']),
    directives: parseDirectives(directives),
  };
}

function tlsFiles(isWanted: boolean, certFile: string | undefined, keyFile: string | undefined, caFile: string | undefined): TlsFiles | undefined {
  const given = [certFile, keyFile, caFile].filter((file) => file !== undefined).length;
  if (!isWanted && given > 0) throw new UsageError('--tls-cert-file, --tls-key-file and --tls-ca-cert-file are for --tls');
  if (!isWanted) return undefined;
  if (!certFile || !keyFile || !caFile) throw new UsageError('--tls needs --tls-cert-file, --tls-key-file and --tls-ca-cert-file');
  return { certFile, keyFile, caFile };
}

function parseDirectives(words: readonly string[]): readonly string[] {
  const [first] = words;
  if (first !== undefined && !first.startsWith('--')) throw new UsageError(`a directive begins with --, '${first}' does not`);
  const parsed = parseCommandLine(words);
  if (parsed.action !== 'run') throw new UsageError(`'${first}' is no directive`);
  return parsed.lines;
}

function parseDir(action: string, words: readonly string[]): string {
  const { values, positionals } = inWords(() => parseArgs({ args: [...words], allowPositionals: true, options: { dir: { type: 'string', short: 'd' } } }));
  return onlyDir(action, values.dir, positionals);
}

/** The directory may stand by itself too. */
function onlyDir(action: string, dir: string | undefined, positionals: readonly string[]): string {
  const [found, surplus] = dir === undefined ? positionals : [dir, ...positionals];
  if (surplus !== undefined) throw new UsageError(`'${surplus}' is one word too many`);
  if (found === undefined || found === '') throw new UsageError(`${action} needs a directory: --dir DIR`);
  return found;
}

function parseStatus(words: readonly string[], environment: Readonly<Record<string, string | undefined>>): StatusRequest {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = inWords(() => parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      dir: { ...text, short: 'd' }, socket: { ...text, short: 's' }, json: flag, shards: flag, user: text, pass: { ...text, short: 'a' },
      tls: flag, cert: text, key: text, cacert: text, sni: text, insecure: flag,
    },
  }));
  if ((values.cert === undefined) !== (values.key === undefined)) throw new UsageError('--cert and --key belong together');
  const { tls, insecure, cert, key, cacert, sni, user } = values;
  // The nodes of a directory have their passwords in their configuration.
  const password = values.pass ?? (values.dir === undefined ? environment['REDISCLI_AUTH'] : undefined);
  return {
    action: 'status',
    from: statusSource(values.dir, values.socket, positionals),
    access: {
      ...(tls ? { tls: { insecure, certFile: cert, keyFile: key, caFile: cacert, serverName: sni } } : {}),
      ...(password === undefined ? {} : { login: { user, password } }),
    },
    asJson: values.json,
    showsShards: values.shards,
  };
}

function statusSource(dir: string | undefined, socketPath: string | undefined, positionals: readonly string[]): StatusRequest['from'] {
  const given = [dir, socketPath, ...positionals].filter((value) => value !== undefined);
  if (given.length !== 1) throw new UsageError(given.length === 0 ? 'status of what? HOST:PORT or --dir DIR' : 'status takes one of HOST:PORT, --dir and --socket');
  if (dir !== undefined) return { dir };
  if (socketPath !== undefined) return { socketPath };
  const [, host, port] = /^(.*):(\d+)$/.exec(given[0]!) ?? [];
  if (host === undefined) throw new UsageError(`'${given[0]}' is no HOST:PORT`);
  return { host: host.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: integer('the port', port!, 1, portMax) };
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} is a number from ${min} to ${max}, not '${text}'`);
}

/** What Node's parser has against the arguments, without its advice about positionals. */
function inWords<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error) || !String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    const [sentence] = error.message.split(/\. |\n/);
    throw new UsageError(sentence!.charAt(0).toLowerCase() + sentence!.slice(1), { cause: error });
  }
}
