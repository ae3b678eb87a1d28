/** Part of `npm run record`: redis-server's replies to one random episode. */
import { REFERENCE_VERSION, hasReference } from '../support/redis-binary.ts';
import { connect, startRedis } from '../support/start-server.ts';
import { perform } from './episode.ts';
import { recordedEpisode, writeRecordedReplies } from './recording.ts';

if (!hasReference()) throw new Error(`recording needs redis-server ${REFERENCE_VERSION}`);

const server = await startRedis();
const client = await connect(server);
const replies = await perform(client, recordedEpisode());
client.close();
await server.stop();
writeRecordedReplies(replies);
console.log(`generator: ${replies.length} replies`);
