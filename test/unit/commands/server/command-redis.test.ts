/**
 * COMMAND INFO of both servers: for every command that redis-server has too, what ours says differs only in what
 * later versions changed. Asks redis-server itself, where it is installed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandIndex } from '../../../../src/commands/server/command-index.ts';
import { replyCommandInfo } from '../../../../src/commands/server/command-info.ts';
import { tippedNames } from '../../../../src/commands/server/command-tips.ts';
import { BufferSink } from '../../../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../../../src/protocol/reply-writer.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import { decodeReply, type Reply } from '../../../support/resp-reply.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';

const index = new CommandIndex();

/** What has changed since 7.0, by command: the position in the description. */
const changedSince: Readonly<Record<string, readonly number[]>> = {
  'command|getkeys': [1], 'command|getkeysandflags': [1], zrank: [1], zrevrank: [1], georadius: [8], georadiusbymember: [8],
  // Its destination is overwritten, whatever was there.
  sinterstore: [8],
  // Their keys begin behind a word that may also be a group's or a consumer's name.
  xread: [8], xreadgroup: [8],
  ...Object.fromEntries(['myid', 'nodes', 'info', 'replicas', 'shards', 'slaves', 'links', 'keyslot', 'slots', 'count-failure-reports']
    .map((name) => [`cluster|${name}`, [2]])),
};
/** Subcommands are described one by one, and notes on keys are free text. */
const subcommandsAt = 9;

it('knows every command that it gives tips for', () => {
  expect(tippedNames().filter((name) => index.find(name) === undefined)).toEqual([]);
});

describe.runIf(hasReference())('COMMAND INFO beside redis-server', () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis();
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  it('says the same of every command', async () => {
    const differences: string[] = [];
    let compared = 0;
    for (const command of index.all) {
      const [theirs] = await client.call('COMMAND', 'INFO', command.name) as Reply[];
      if (theirs === null) continue;
      compared++;
      const ours = describeCommand(command.name);
      for (let i = 0; i < subcommandsAt; i++) {
        if (changedSince[command.name]?.includes(i) === true) continue;
        const [their, our] = [normal((theirs as Reply[])[i]!), normal(ours[i]!)];
        if (their !== our) differences.push(`${command.name}[${i}]: ${our}, in Redis ${their}`);
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });
});

function describeCommand(name: string): Reply[] {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  replyCommandInfo(writer, index.find(name)!);
  return decodeReply(sink.take()) as Reply[];
}

/** Sets in any order; without the notes of key specifications. */
function normal(reply: Reply): string {
  const text = JSON.stringify(reply, (_, value: unknown) => {
    if (!Array.isArray(value)) return value;
    const notes = value.indexOf('notes');
    const kept = notes < 0 ? value : value.toSpliced(notes, 2);
    return kept.every((one) => typeof one === 'string') ? kept.toSorted() : kept;
  });
  return text;
}
