/** `npm run crash -- [--kills N] [--seed S]`: kills Tessera N times under load and checks every restart. */
import { parseArgs } from 'node:util';
import { startSubject } from '../support/start-server.ts';
import { runCrashes } from './crash-run.ts';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const killCount = Number(values.kills ?? 100);
console.log(`seed ${seed}, ${killCount} kills`);

const summary = await runCrashes({ seed, killCount, start: startSubject, onRound: (line) => console.log(line) });
console.log(`nothing lost: ${summary.acknowledgedCount} acknowledged writes, ${summary.pendingCount} on their way when killed`);
process.exit(0);
