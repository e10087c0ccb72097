import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{policy,server,sw,client,test,bench,examples}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Two cores, and tests that start servers of their own.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: { include: ['{policy,server,sw,client}/**/*.ts'] },
  },
})
