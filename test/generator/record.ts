/** Part of `npm run record`: redis-server's replies to one random episode of each family, or of those named. */
import { REFERENCE_VERSION, hasReference } from '../support/redis-binary.ts';
import { connect, startRedis } from '../support/start-server.ts';
import { perform } from './episode.ts';
import { families } from './grammar.ts';
import { recordedEpisode, writeRecordedReplies } from './recording.ts';

if (!hasReference()) throw new Error(`recording needs redis-server ${REFERENCE_VERSION}`);

const server = await startRedis();
const client = await connect(server);
const named = process.argv.slice(2);
for (const family of named.length === 0 ? Object.keys(families) : named) {
  const replies = await perform(client, recordedEpisode(family));
  writeRecordedReplies(family, replies);
  console.log(`generator: ${family}: ${replies.length} replies`);
}
client.close();
await server.stop();
