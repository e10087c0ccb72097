import { defineConfig } from '@playwright/test'
import { chromiumArguments, findChromium } from './scripts/chromium.mjs'

const executablePath = findChromium()
if (executablePath === undefined) {
  throw new Error('No Chromium found. Install it, or name it in CHROMIUM_PATH.')
}

export default defineConfig({
  testDir: 'e2e',
  // A browser, two server processes, a database and a Redis already keep two cores busy.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  // Limits are there to end what hangs. What takes long on a machine that is busy with other things must not fail.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    launchOptions: {
      executablePath,
      args: [...chromiumArguments(), '--no-first-run'],
    },
    trace: 'retain-on-failure',
  },
})
