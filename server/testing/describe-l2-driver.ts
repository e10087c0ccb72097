import assert from 'node:assert/strict'
import { type MakeDriver, type TestRunner, createContract } from './l2/contract.ts'
import { testLeases, testWakes } from './l2/leases.ts'
import { testMany, testPrefix, testValues } from './l2/values.ts'

export interface DescribeL2DriverOptions extends TestRunner {
  /** What the store can't do. The suite makes sure that the driver then does not pretend to. @default [] */
  readonly lacks?: readonly ('deletePrefix' | 'leases')[]
}

/**
 * The contract of an L2 driver, as tests for vitest, node:test, mocha or jest: give their `describe` and `it`. `makeDriver` is called twice
 * for each test, and each driver it makes must reach the same store, as two processes would; the suite closes them. Keys begin with
 * `contract-`. Some tests take a second or two, since they wait for values to expire.
 */
export function describeL2Driver(
  name: string,
  makeDriver: MakeDriver,
  { describe, it, lacks = [] }: DescribeL2DriverOptions,
): void {
  const contract = createContract(makeDriver, { describe, it })
  describe(`${name}, as an L2 driver`, () => {
    testValues(contract)
    testMany(contract)
    if (!lacks.includes('deletePrefix')) testPrefix(contract)
    if (!lacks.includes('leases')) {
      testLeases(contract)
      testWakes(contract)
    }
    contract.test('says what it is and can do', async (driver) => {
      assert.notEqual(driver.name, '')
      assert.ok(driver.maxKeyBytes > 0 && driver.maxValueBytes > 0)
      for (const part of lacks) assert.equal(driver[part], undefined, `The driver has \`${part}\` after all.`)
      await driver.close()
      await driver.close()
    })
  })
}
