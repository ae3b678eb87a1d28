/** Many episodes against two servers; the first mismatch is shrunk and worded as a script to type in. */
import type { Server } from '../support/server.ts';
import { connect } from '../support/start-server.ts';
import { before } from './differences.ts';
import { describeCommand, findMismatch, makeEpisode } from './episode.ts';
import { shrink } from './shrink.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly commandCount: number;
  /** Without it, commands of all families. */
  readonly family?: string | undefined;
}

const EPISODE_LENGTH = 2000;
/** Seeds of neighbouring episodes must not be those of a campaign with the next seed. */
const SEED_STEP = 1_000_003;

/** Undefined when the servers agree throughout, otherwise the report of the shrunk failure. */
export async function runCampaign(reference: Server, subject: Server, options: CampaignOptions): Promise<string | undefined> {
  const clients = await Promise.all([connect(reference), connect(subject)]);
  try {
    for (const client of clients) for (const words of before.commands) await client.call(...words);
    for (let done = 0, episode = 0; done < options.commandCount; done += EPISODE_LENGTH, episode++) {
      for (const client of clients) await client.call('HELLO', episode % 2 === 0 ? 2 : 3);
      const length = Math.min(EPISODE_LENGTH, options.commandCount - done);
      const commands = makeEpisode(options.seed + episode * SEED_STEP, length, options.family);
      const mismatch = await findMismatch(...clients, commands);
      if (mismatch === undefined) continue;
      const failing = commands.slice(0, mismatch.index + 1);
      const shortest = await shrink(failing, async (shorter) => (await findMismatch(...clients, shorter)) !== undefined);
      const shown = (await findMismatch(...clients, shortest)) ?? mismatch;
      return [`seed ${options.seed}, episode ${episode}:`, ...shortest.map((one) => `> ${describeCommand(one)}`), shown.text].join('\n');
    }
    return undefined;
  } finally {
    for (const client of clients) client.close();
  }
}
