/**
 * The conformance suite for one shard count: every script over TCP and TLS, in RESP2 and RESP3. Over
 * TLS, neighbouring commands are sent in bursts, so that pipelines are compared as well. The answers
 * wanted are the recorded ones; recording.test.ts holds those against redis-server itself.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server } from '../support/server.ts';
import { startSubject, subjectIsRedis } from '../support/start-server.ts';
import { Judge } from './judge.ts';
import { performCase } from './perform.ts';
import type { Mode } from './perform.ts';
import { readRecording } from './recording.ts';
import { groupByConfig } from './reference.ts';
import type { Answers } from './reference.ts';
import { readScripts } from './script.ts';
import type { Script } from './script.ts';

const MODES: readonly Mode[] = [
  { transport: 'tcp', protocol: 2, bursts: false },
  { transport: 'tcp', protocol: 3, bursts: false },
  { transport: 'tls', protocol: 2, bursts: true },
  { transport: 'tls', protocol: 3, bursts: true },
];

/** Declares the tests of every script against a server with `shardCount` shards. */
export function describeConformance(shardCount: number): void {
  const scripts = readScripts();
  const answers = new Map(scripts.map((script) => [script, readRecording(script)]));
  const judge = new Judge();

  for (const group of groupByConfig(scripts)) {
    describe(`started with ${JSON.stringify(group[0]!.config)}`, () => {
      let server: Server;
      beforeAll(async () => {
        server = await startSubject({ shards: shardCount, tls: true, config: group[0]!.config });
      });
      afterAll(async () => {
        await server.stop();
      });

      for (const script of group) {
        const protocols = new Set(script.cases.flatMap((one) => one.protocols));
        test.each(MODES.filter(({ protocol }) => protocols.has(protocol)))(
          `${script.name} over $transport with RESP$protocol`,
          async (mode) => {
            expect(await findDifferences(server, script, mode, answers, judge)).toEqual('');
          },
        );
      }
    });
  }

  test('every deliberate difference still makes one', () => {
    expect(subjectIsRedis() ? [] : judge.unmet(scripts)).toEqual([]);
  });
}

async function findDifferences(server: Server, script: Script, mode: Mode, answers: Answers, judge: Judge): Promise<string> {
  const found: string[] = [];
  for (const [i, judged] of script.cases.entries()) {
    const expected = answers.get(script)?.[i]?.get(mode.protocol);
    if (expected === undefined) continue;
    try {
      const actual = await performCase(server, script, judged, mode);
      found.push(...judge.compare(script, judged, expected, actual));
    } catch (error) {
      found.push(`${judged.title}\n  ${(error as Error).message}`);
    }
  }
  const more = found.length > 25 ? `\n… and ${found.length - 25} more` : '';
  return found.slice(0, 25).join('\n') + more;
}
