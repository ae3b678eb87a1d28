/**
 * The reference's answers as text, for hosts without it. `npm run record` writes one file a script:
 *
 *   case title
 *   > the step's line
 *   * the answer, when RESP2 and RESP3 have the same
 *   2 the answer in RESP2
 *   3 the answer in RESP3
 *
 * Answers of which only the shape counts are kept without their values.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromAnswerText, toAnswerText } from './answer-text.ts';
import { essence } from './compare.ts';
import type { Case, Protocol, Script, Step } from './script.ts';

/** Answers of one case, for each protocol it runs in. */
export type CaseAnswers = ReadonlyMap<Protocol, readonly Buffer[]>;

const FOLDER = new URL('recorded', import.meta.url).pathname;

export function writeRecording(script: Script, answers: readonly CaseAnswers[]): void {
  mkdirSync(FOLDER, { recursive: true });
  const text = script.cases.map((recorded, i) => caseText(recorded, answers[i]!));
  writeFileSync(join(FOLDER, `${script.name}.txt`), text.join('\n'));
}

/** The recorded answers of every case; throws when the script has changed since. */
export function readRecording(script: Script): CaseAnswers[] {
  const file = join(FOLDER, `${script.name}.txt`);
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run record`);
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
  const cursor = { lines, at: 0 };
  const cases = script.cases.map((recorded) => readCase(script, recorded, cursor));
  if (cursor.at !== lines.length) throw outdated(script, lines[cursor.at]!);
  return cases;
}

interface Cursor {
  readonly lines: readonly string[];
  at: number;
}

function caseText(recorded: Case, answers: CaseAnswers): string {
  const lines = [`case ${recorded.title}`];
  for (const [i, step] of recorded.steps.entries()) {
    lines.push(`> ${step.line}`);
    const [two, three] = ([2, 3] as const).map((protocol) => kept(step, answers.get(protocol)?.[i]));
    if (two !== undefined && three !== undefined && two.equals(three)) lines.push(`* ${toAnswerText(two)}`);
    else {
      if (two !== undefined) lines.push(`2 ${toAnswerText(two)}`);
      if (three !== undefined) lines.push(`3 ${toAnswerText(three)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function kept(step: Step, answer: Buffer | undefined): Buffer | undefined {
  return answer === undefined ? undefined : essence(step.rule, answer);
}

function readCase(script: Script, recorded: Case, cursor: Cursor): CaseAnswers {
  const answers = new Map<Protocol, Buffer[]>(recorded.protocols.map((protocol) => [protocol, []]));
  expectLine(script, cursor, `case ${recorded.title}`);
  for (const step of recorded.steps) {
    expectLine(script, cursor, `> ${step.line}`);
    while (/^[*23] /.test(cursor.lines[cursor.at] ?? '')) {
      const line = cursor.lines[cursor.at++]!;
      for (const [protocol, list] of answers) {
        if (line[0] === '*' || Number(line[0]) === protocol) list.push(fromAnswerText(line.slice(2)));
      }
    }
  }
  for (const list of answers.values()) if (list.length !== recorded.steps.length) throw outdated(script, recorded.title);
  return answers;
}

function expectLine(script: Script, cursor: Cursor, line: string): void {
  if (cursor.lines[cursor.at++] !== line) throw outdated(script, line);
}

function outdated(script: Script, where: string): Error {
  return new Error(`recorded/${script.name}.txt does not fit the script at: ${where}\nnpm run record`);
}
