/**
 * `npm run fuzz:commands -- [--seed S] [--count N] [--shards N]`: random commands against redis-server and
 * Tessera; exits with 1 and the shrunk commands when they differ.
 */
import { parseArgs } from 'node:util';
import { startRedis, startSubject } from '../support/start-server.ts';
import { runCampaign } from './campaign.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string' }, shards: { type: 'string' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const commandCount = Number(values.count ?? 1_000_000);
console.log(`seed ${seed}, ${commandCount} commands`);

const reference = await startRedis();
const subject = await startSubject({ shards: Number(values.shards ?? 3) });
const startMs = performance.now();
const report = await runCampaign(reference, subject, { seed, commandCount });
console.log(report ?? `no difference in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
await Promise.all([reference.stop(), subject.stop()]);
process.exit(report === undefined ? 0 : 1);
