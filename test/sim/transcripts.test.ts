/** The transcripts are what their scripts lead to: `npm run sim -- --record` makes them anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTranscript, record } from './transcript.ts';

const folder = new URL('./transcripts/', import.meta.url);
const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

test.each(files.map(({ name, text }) => ({ name, text, title: readTranscript(text).title })))('$title ($name)', ({ text }) => {
  const transcript = readTranscript(text);
  expect(transcript.recorded).not.toBe('');
  expect(record(transcript)).toBe(text);
});
