/**
 * `npm run record`: asks redis-server and writes recorded/, for hosts that have no redis-server.
 * `node test/conformance/record.ts NAME ...` records these scripts only.
 */
import { REFERENCE_VERSION, hasReference } from '../support/redis-binary.ts';
import { writeRecording } from './recording.ts';
import { askReference } from './reference.ts';
import { readScripts } from './script.ts';

if (!hasReference()) throw new Error(`recording needs redis-server ${REFERENCE_VERSION}`);

const names = process.argv.slice(2);
const scripts = readScripts().filter(({ name }) => names.length === 0 || names.includes(name));
for (const [script, answers] of await askReference(scripts)) {
  writeRecording(script, answers);
  const stepCount = script.cases.reduce((sum, { steps }) => sum + steps.length, 0);
  console.log(`${script.name}: ${script.cases.length} cases, ${stepCount} steps`);
}
