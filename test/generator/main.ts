/**
 * `npm run fuzz:commands -- [--seed S] [--count N] [--shards N] [--family NAME]`: random commands of all families,
 * or mostly of one, against redis-server and Tessera; exits with 1 and the shrunk commands when they differ.
 */
import { parseArgs } from 'node:util';
import { startRedis, startSubject } from '../support/start-server.ts';
import { runCampaign } from './campaign.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { seed: text, count: text, shards: text, family: text } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const commandCount = Number(values.count ?? 1_000_000);
console.log(`seed ${seed}, ${commandCount} commands`);

const reference = await startRedis();
const subject = await startSubject({ shards: Number(values.shards ?? 3) });
const startMs = performance.now();
const report = await runCampaign(reference, subject, { seed, commandCount, family: values.family });
console.log(report ?? `no difference in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
await Promise.all([reference.stop(), subject.stop()]);
process.exit(report === undefined ? 0 : 1);
