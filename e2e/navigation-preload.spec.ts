import { expect, test } from '@playwright/test'
import { DeploySite, look, openTab } from './deploy-site.ts'
import { ask, stopWorkers } from './worker-page.ts'

// Chromium 156 crashes now and then when a preloaded navigation is traced, with any worker.
test.use({ trace: 'off' })

const PAGE = '<!doctype html><title>origin</title>'

test('navigation preload asks for a page once, while the worker starts', async ({ page }) => {
  const site = await DeploySite.start({ navigationPreload: true })
  const { origin } = site
  origin.says('/fresh', PAGE, { 'Content-Type': 'text/html', 'Cache-Control': 'max-age=600' })
  await openTab(page, site)
  await stopWorkers(page)
  origin.forget()
  await page.goto(`${origin.url}/`)
  expect(origin.visits('/').map(({ headers }) => headers['service-worker-navigation-preload'])).toEqual([
    'true',
  ])
  expect((await look(page)).build).toBe('A')

  // What the store answers does not wait for it.
  await page.goto(`${origin.url}/fresh`)
  await expect.poll(async () => (await ask(page, '/fresh')).cacheStatus).toContain('SW; hit')
  origin.route('/fresh', () => {})
  await page.goto(`${origin.url}/fresh`)
  expect(await page.title()).toBe('origin')

  await origin.goDown()
  await page.goto(`${origin.url}/?away`)
  expect(await page.title()).toBe('A')
  await origin.goUp()
  await origin.close()
})

test('navigation preload ends with the option', async ({ page }) => {
  const site = await DeploySite.start({ navigationPreload: true })
  const state = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration()
      return (await registration?.navigationPreload.getState())?.enabled
    })
  await openTab(page, site)
  expect(await state()).toBe(true)
  site.options = {}
  site.deploy('B')
  await page.evaluate(() => window.site.worker?.checkForUpdate())
  await page.getByRole('button').click()
  await expect(page).toHaveTitle('B')
  await expect.poll(state).toBe(false)
  await site.origin.close()
})
