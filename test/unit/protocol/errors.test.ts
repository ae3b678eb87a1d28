/**
 * Error texts are matched on by clients, so they are compared with redis-server to the byte. What
 * only newer servers know (SET IFDEQ, MSETEX, DELEX, INCREX) is not in the reference.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BufferSink } from '../../../src/protocol/buffer-sink.ts';
import * as clusterErrors from '../../../src/protocol/cluster-errors.ts';
import * as errors from '../../../src/protocol/errors.ts';
import { ReplyWriter } from '../../../src/protocol/reply-writer.ts';
import { hasReference } from '../../support/redis-binary.ts';
import { splitWords } from '../../support/quoting.ts';
import type { RespClient } from '../../support/resp-client.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';

const LONG = 'w'.repeat(150);

/** Commands as redis-cli reads them. `text` is a string and `list` a list. */
const STANDALONE: readonly (readonly [command: string, text: string])[] = [
  ['get', errors.wrongArity('get')],
  ['client getname x', errors.wrongArity('client|getname')],
  ['nonsense', errors.unknownCommand('nonsense', [])],
  ['Nonsense a b', errors.unknownCommand('Nonsense', ['a', 'b'])],
  [`${LONG} ${LONG} b`, errors.unknownCommand(LONG, [LONG, 'b'])],
  [`x ${LONG.slice(0, 100)} ${LONG} b`, errors.unknownCommand('x', [LONG.slice(0, 100), LONG, 'b'])],
  [`x ${LONG.slice(0, 125)} b c`, errors.unknownCommand('x', [LONG.slice(0, 125), 'b', 'c'])],
  [String.raw`"a\x00b" "c\x00d" "\xff\r\n" "it's"`, errors.unknownCommand('a\0b', ['c\0d', '\xff\r\n', "it's"])],
  ['client nonsense', errors.unknownSubcommand('nonsense', 'client')],
  [String.raw`object "a\r\n\x00b"`, errors.unknownSubcommand('a\r\n\0b', 'OBJECT')],
  ['debug nonsense', errors.subcommandSyntax('nonsense', 'debug')],
  ['get list', errors.wrongType],
  ['set a b nonsense', errors.syntax],
  ['incr text', errors.notInteger],
  ['incrbyfloat text 1', errors.notFloat],
  ['lpop list -1', errors.notPositive],
  ['incr max', errors.overflow],
  ['decrby max -9223372036854775808', errors.decrementOverflow],
  ['incrbyfloat max inf', errors.nanOrInfinity],
  ['setrange text -1 x', errors.offsetOutOfRange],
  ['setrange text 536870912 x', errors.stringTooLong],
  ['set a b ex 0', errors.invalidExpire('set')],
  ['psetex a 0 b', errors.invalidExpire('psetex')],
  ['expire text 9223372036854775807', errors.invalidExpire('expire')],
  ['expire text 1 nx xx', errors.expireNxConflict],
  ['expire text 1 gt lt', errors.expireGtLtConflict],
  ['expire text 1 nonsense', errors.unsupportedOption('nonsense')],
  ['lcs text list', errors.lcsNotStrings],
  ['lcs text text len idx', errors.lcsLengthAndIndexes],
  ['setbit text x 1', errors.bitOffset],
  ['setbit text 0 2', errors.bitValue],
  ['bitpos text 2', errors.bitPosValue],
  ['bitop not a b c', errors.bitOpNotSources],
  ['bitfield text get u64 0', errors.bitfieldType],
  ['bitfield text overflow x', errors.bitfieldOverflow],
  ['bitfield_ro text set u8 0 1', errors.bitfieldReadOnly],
  ['pfcount text', errors.notHyperLogLog],
  ['rename nokey a', errors.noSuchKey],
  ['copy text text', errors.sameObject],
  ['move text 0', errors.sameObject],
  ['lset list 9 x', errors.indexOutOfRange],
  ['scan x', errors.invalidCursor],
  ['select 16', errors.dbIndexOutOfRange],
  ['swapdb x 0', errors.invalidFirstDb],
  ['swapdb 0 x', errors.invalidSecondDb],
  ['object freq text', errors.lfuNotSelected],
  ['restore text 0 x', errors.busyKey],
  ['restore a 0 x', errors.badDumpPayload],
  ['restore a -1 x', errors.invalidRestoreTtl],
  ['restore a 0 x idletime -1', errors.invalidRestoreIdleTime],
  ['restore a 0 x freq 256', errors.invalidRestoreFrequency],
  ['wait 0 -1', errors.timeoutNegative],
  ['wait 0 x', errors.timeoutNotInteger],
  ['hello 4', errors.noProto],
  ['hello x', errors.helloProtocolNotInteger],
  ['hello 2 nonsense', errors.helloOption('nonsense')],
  ['client setname "a b"', errors.clientNameInvalid],
  ['client list type nonsense', errors.unknownClientType('nonsense')],
  ['client list id x', errors.invalidClientId],
  ['client kill 1.2.3.4:5', errors.noSuchClient],
  ['client kill id 0', errors.clientIdNotPositive],
  ['client kill user nobody', errors.noSuchUser('nobody')],
  ['client unblock 1 nonsense', errors.clientUnblockReason],
  ['client pause 1 nonsense', errors.clientPauseMode],
  ['client caching yes', errors.clientCachingWithoutTracking],
  ['auth x', errors.authNotConfigured],
  ['auth nobody x', errors.wrongPass],
  ['shutdown abort', errors.noShutdown],
  ['slowlog get -2', errors.slowlogCount],
  ['command getkeys ping x', errors.commandWithoutKeys],
  ['command getkeys nonsense x', errors.commandInvalid],
  ['command getkeys set x', errors.commandInvalidArity],
  ['debug protocol nonsense', errors.debugProtocolType],
  ['debug protocol push', errors.resp2NotSupported],
  ['cluster info', clusterErrors.clusterDisabled],
];

const CLUSTER: readonly (readonly [command: string, text: string])[] = [
  ['get text', clusterErrors.clusterSlotUnserved],
  ['select 1', clusterErrors.selectInCluster],
  ['swapdb 0 1', clusterErrors.swapDbInCluster],
  ['cluster countkeysinslot 16384', clusterErrors.invalidSlot],
  ['cluster addslots 16384', clusterErrors.invalidSlotArgument],
  ['cluster getkeysinslot 16384 1', clusterErrors.invalidSlotOrCount],
  ['cluster addslots 1 1', clusterErrors.slotRepeated(1)],
  ['cluster delslots 2', clusterErrors.slotUnassigned(2)],
  ['cluster addslotsrange 5 3', clusterErrors.slotRangeReversed(5, 3)],
  ['cluster setslot 5 nonsense', clusterErrors.clusterSetSlotAction],
  ['cluster setslot 5 node x', clusterErrors.clusterUnknownNode('x')],
  ['cluster setslot 5 migrating x', clusterErrors.slotNotOwned(5)],
  ['cluster setslot 5 importing x', clusterErrors.clusterStrangeNode('x')],
  ['cluster set-config-epoch -1', clusterErrors.clusterInvalidEpoch(-1n)],
  ['cluster meet x 1', clusterErrors.clusterInvalidAddress('x', '1')],
  ['cluster meet 127.0.0.1 x', clusterErrors.clusterInvalidPort('x')],
];

describe('texts with names', () => {
  test.each([
    [errors.unknownCommand('a\0b', ['c\0d', '']), "ERR unknown command 'a', with args beginning with: 'c' '' "],
    [clusterErrors.moved(3999, '127.0.0.1', 6381), 'MOVED 3999 127.0.0.1:6381'],
    [clusterErrors.ask(3999, '', 6381), 'ASK 3999 :6381'],
    [errors.misconfAof('No space left on device'), 'MISCONF Errors writing to the AOF file: No space left on device'],
    [errors.namedNotInteger('UBOUND'), 'ERR UBOUND is not an integer or out of range'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  test('every constant is one line with a code', () => {
    const reasons = /^config(Immutable|Duplicate|Not|InvalidSave)/;
    const constants = Object.entries(errors).filter(([name, text]) => typeof text === 'string' && !reasons.test(name));
    expect(constants.length).toBeGreaterThan(100);
    expect(constants.filter(([, text]) => !/^[A-Z]+ [ -~]+$/.test(text as string))).toEqual([]);
  });
});

describe.runIf(hasReference())('redis-server says the same', () => {
  let server: Server;
  let cluster: Server;
  let client: RespClient;
  let clusterClient: RespClient;

  beforeAll(async () => {
    server = await startRedis();
    cluster = await startRedis({ config: { 'cluster-enabled': 'yes' } });
    client = await connect(server);
    clusterClient = await connect(cluster);
    await client.pipeline([['set', 'text', 'abc'], ['rpush', 'list', 'a'], ['set', 'max', '9223372036854775807']]);
  });
  afterAll(async () => {
    client.close();
    clusterClient.close();
    await server.stop();
    await cluster.stop();
  });

  test.each(STANDALONE)('%s', async (command, text) => {
    expect(latin1(await client.callRaw(...splitWords(command)))).toBe(encoded(text));
  });

  test.each(CLUSTER)('%s in a cluster', async (command, text) => {
    expect(latin1(await clusterClient.callRaw(...splitWords(command)))).toBe(encoded(text));
  });

  test('to strangers, and out of memory', async () => {
    await client.call('config', 'set', 'maxmemory', '100');
    expect(latin1(await client.callRaw('set', 'a', 'b'))).toBe(encoded(errors.oom));
    await client.pipeline([['config', 'set', 'maxmemory', '0'], ['config', 'set', 'requirepass', 'secret']]);
    const stranger = await connect(server);
    expect(latin1(await stranger.callRaw('get', 'text'))).toBe(encoded(errors.noAuth));
    expect(latin1(await stranger.callRaw('hello', '3'))).toBe(encoded(errors.helloNoAuth));
    stranger.close();
  });

  test('when DEBUG is not to be had', async () => {
    const plain = await startRedis({ config: { 'enable-debug-command': 'no' } });
    const other = await connect(plain);
    expect(latin1(await other.callRaw('debug', 'sleep', '0'))).toBe(encoded(errors.debugDisabled));
    other.close();
    await plain.stop();
  });

  test('when there are too many clients', async () => {
    await client.call('config', 'set', 'maxclients', '1');
    const refused = await connect(server);
    expect(latin1(await refused.readToEnd())).toBe(encoded(errors.maxClients));
    await client.call('config', 'set', 'maxclients', '100');
  });
});

function encoded(text: string): string {
  const sink = new BufferSink();
  new ReplyWriter(sink).error(text);
  return sink.take().toString('latin1');
}

function latin1(reply: Buffer): string {
  return reply.toString('latin1');
}
