/**
 * Compares the answers of a server with the reference's, step by step, and words what differs.
 * Deliberate differences are taken from differences.ts and ticked off as they are met.
 */
import { escapeBytes } from '../support/quoting.ts';
import { toAnswerText } from './answer-text.ts';
import { agrees } from './compare.ts';
import { differences } from './differences.ts';
import type { Difference } from './differences.ts';
import type { Case, Script, Step } from './script.ts';

export class Judge {
  readonly #met = new Set<Difference>();

  /** One line for every step of the case that differs without being allowed to. */
  compare(script: Script, judged: Case, expected: readonly Buffer[], actual: readonly Buffer[]): string[] {
    return judged.steps.flatMap((step, i) => {
      const [wanted, given] = [expected[i]!, actual[i]!];
      const allowed = findDifference(script, step);
      if (allowed !== undefined) return this.#allow(allowed, judged, step, wanted, given);
      if (agrees(step.rule, wanted, given)) return [];
      return [report(judged, step, `redis:   ${shorten(wanted)}`, given)];
    });
  }

  /** Deliberate differences of these scripts that no comparison has met. */
  unmet(scripts: readonly Script[]): Difference[] {
    return differences.filter((row) => scripts.some(({ name }) => name === row.script) && !this.#met.has(row));
  }

  #allow(row: Difference, judged: Case, step: Step, wanted: Buffer, given: Buffer): string[] {
    if (!agrees(step.rule, wanted, given)) this.#met.add(row);
    if (row.answer === undefined || toAnswerText(given) === row.answer) return [];
    return [report(judged, step, `decided: ${row.answer} (${row.reason})`, given)];
  }
}

function findDifference(script: Script, step: Step): Difference | undefined {
  return differences.find(
    ({ script: name, line }) => name === script.name && (typeof line === 'string' ? line === step.line : line.test(step.line)),
  );
}

function report(judged: Case, step: Step, expectation: string, given: Buffer): string {
  return `${judged.title}\n  > ${step.line}\n  ${expectation}\n  tessera: ${shorten(given)}`;
}

function shorten(answer: Buffer): string {
  const text = escapeBytes(answer);
  return text.length <= 400 ? text : `${text.slice(0, 300)} … (${answer.length} bytes) … ${text.slice(-80)}`;
}
