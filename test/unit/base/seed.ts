/** The seed of this run's random tests: TEST_SEED, or the one every run uses. Every random test names it. */
export const seed = Number(process.env['TEST_SEED'] ?? 20_261);
