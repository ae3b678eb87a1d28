/** A few cases of what `npm run fuzz` runs for longer, so that its expectations stay those of today. */
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { seed } from '../unit/base/seed.ts';
import { replyWriterTarget } from './reply-writer.ts';
import { requestParserTarget } from './request-parser.ts';

const caseCount = 400;

test.each([requestParserTarget, replyWriterTarget])(`$name holds for ${caseCount} cases (seed ${seed})`, async ({ run }) => {
  for (let i = 0; i < caseCount; i++) await expect(Promise.try(run, new Random(seed + i)), `seed ${seed + i}`).resolves.toBeUndefined();
});
