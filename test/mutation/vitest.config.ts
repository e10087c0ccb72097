import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The first test that fails ends a mutant, and most need no more than the plain tests. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => /\/fuzz\/|explain-agreement/.test(moduleId)
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => Number(isSlow(a)) - Number(isSlow(b)))
  }
}

/** What a mutant of policy/ has to get past: the tests beside it, and a short fuzz. */
export default defineConfig({
  test: {
    include: ['policy/**/*.test.ts', 'test/fuzz/{differential,freshness-model}.test.ts'],
    setupFiles: ['test/mutation/repeatable.ts'],
    sequence: { sequencer: QuickFirst },
    env: { FUZZ_EXCHANGES: '1500', PROPERTY_RUNS: '200' },
    // The modules keep nothing between tests, so they are loaded once for all.
    isolate: false,
    testTimeout: 20_000,
  },
})
