/** The recorded answers fit the scripts, and are what redis-server answers where it is installed. */
import { expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import { agrees } from './compare.ts';
import { readRecording } from './recording.ts';
import { askReference } from './reference.ts';
import { readScripts } from './script.ts';
import type { Script } from './script.ts';

const scripts = readScripts();

test.each(scripts)('the recording of $name fits its script', (script) => {
  expect(readRecording(script)).toHaveLength(script.cases.length);
});

test.runIf(hasReference())('redis-server still answers as recorded', async () => {
  const asked = await askReference(scripts);
  const outdated = [...asked].flatMap(([script, answers]) =>
    script.cases.flatMap((recorded, i) => [...answers[i]!].flatMap(([protocol, list]) => differing(script, i, protocol, list).map((line) => `${script.name}: ${recorded.title}: ${line}`))),
  );
  expect(outdated).toEqual([]);
});

function differing(script: Script, caseIndex: number, protocol: 2 | 3, answers: readonly Buffer[]): string[] {
  const recorded = readRecording(script)[caseIndex]!.get(protocol)!;
  const { steps } = script.cases[caseIndex]!;
  return steps.filter((step, i) => !agrees(step.rule, recorded[i]!, answers[i]!)).map((step) => step.line);
}
