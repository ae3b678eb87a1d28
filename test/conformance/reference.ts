/** The reference's answers to the scripts, asked of a running redis-server. */
import type { Server } from '../support/server.ts';
import { startRedis } from '../support/start-server.ts';
import { performCase } from './perform.ts';
import type { CaseAnswers } from './recording.ts';
import type { Protocol, Script } from './script.ts';

export type Answers = ReadonlyMap<Script, readonly CaseAnswers[]>;

/** Answers of redis-server to all scripts, from one server for all that start alike. */
export async function askReference(scripts: readonly Script[]): Promise<Answers> {
  const answers = new Map<Script, CaseAnswers[]>();
  for (const group of groupByConfig(scripts)) {
    const server = await startRedis({ tls: true, config: group[0]!.config });
    try {
      for (const script of group) answers.set(script, await askScript(server, script));
    } finally {
      await server.stop();
    }
  }
  return answers;
}

/** Scripts that can share a server, together. */
export function groupByConfig(scripts: readonly Script[]): Script[][] {
  return [...Map.groupBy(scripts, ({ config }) => JSON.stringify(config)).values()];
}

async function askScript(server: Server, script: Script): Promise<CaseAnswers[]> {
  const cases: CaseAnswers[] = [];
  for (const asked of script.cases) {
    const byProtocol = new Map<Protocol, Buffer[]>();
    for (const protocol of asked.protocols) {
      byProtocol.set(protocol, await performCase(server, script, asked, { transport: 'tcp', protocol, bursts: false }));
    }
    cases.push(byProtocol);
  }
  return cases;
}
