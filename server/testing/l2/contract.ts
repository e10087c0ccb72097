import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { L2Driver } from '../../l2/l2-driver.ts'

/** What drives tests: `describe` and `it` of vitest, jest, mocha or node:test. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** Each call gives a driver of its own to the same store, as another process would have it. */
export type MakeDriver = () => L2Driver | Promise<L2Driver>

/** The part of a test that is the same in all of them. */
export interface Contract {
  /** A test that gets a driver, another on the same store, and a prefix for its keys; closes both. */
  readonly test: (
    name: string,
    body: (driver: L2Driver, prefix: string, another: L2Driver) => Promise<void>,
  ) => void
}

export function createContract(makeDriver: MakeDriver, { it }: TestRunner): Contract {
  return {
    test: (name, body) => {
      it(name, async () => {
        const drivers = [await makeDriver(), await makeDriver()] as const
        try {
          // Someone else's keys may be there, and those of a test that failed.
          const prefix = `contract-${randomBytes(6).toString('hex')}:`
          await until(() => drivers.every(({ isReady }) => isReady), 'the driver is ready')
          await body(drivers[0], prefix, drivers[1])
        } finally {
          await Promise.all(drivers.map((driver) => driver.close()))
        }
      })
    },
  }
}

/** A key as the cache makes them. */
export function keyOf(prefix: string, name: string): string {
  return `${prefix}v:{${name}}`
}

/** Waits for a condition; throws when it has not come true in 10 s. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited 10 s in vain until ${what}.`)
    await sleep(10)
  }
}
