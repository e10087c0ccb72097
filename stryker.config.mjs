export default {
  // index.ts only exports; rules.ts is a table of texts.
  mutate: ['policy/**/*.ts', '!policy/**/*.test.ts', '!policy/{index,rules}.ts'],
  plugins: ['@stryker-mutator/vitest-runner', './test/mutation/ignore-messages.mjs'],
  ignorers: ['messages'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Beyond what the tests took without a mutant: long, or a busy machine counts as a kill.
  timeoutMS: 10_000,
  thresholds: { high: 95, low: 85, break: 85 },
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: true, reportScoreTable: true },
  jsonReporter: { fileName: '.cache/mutation/report.json' },
  tempDirName: '.cache/mutation/sandbox',
  ignorePatterns: ['/*', '!/policy', '!/test', '!/package.json', '!/tsconfig.base.json'],
  // Stryker would rewrite it with the API that TypeScript 7 no longer has; no mutant is type-checked.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  allowConsoleColors: false,
}
