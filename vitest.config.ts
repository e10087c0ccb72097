import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{policy,server,sw,client,vite,test,bench,examples}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Two cores, and tests that start servers of their own.
    maxWorkers: 2,
    // Limits are there to end what hangs. What takes long on a machine that is busy with other things must not fail.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    coverage: { include: ['{policy,server,sw,client,vite}/**/*.ts'] },
  },
})
