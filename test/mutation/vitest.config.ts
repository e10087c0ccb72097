import { defineConfig } from 'vitest/config'

/** What a mutant of policy/ has to get past: the tests beside it, and a short fuzz. */
export default defineConfig({
  test: {
    include: ['policy/**/*.test.ts', 'test/fuzz/{differential,freshness-model}.test.ts'],
    setupFiles: ['test/mutation/repeatable.ts'],
    env: { FUZZ_EXCHANGES: '3000' },
    // The modules keep nothing between tests, so they are loaded once for all.
    isolate: false,
    testTimeout: 20_000,
  },
})
