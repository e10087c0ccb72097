import { type Locator, type Page, expect, test } from '@playwright/test'
import { type ClientOrigin, startClientOrigin } from './client-origin.ts'

let origin: ClientOrigin

test.beforeEach(async ({ page }) => {
  origin = await startClientOrigin()
  await page.goto(origin.url)
  await page.waitForFunction(() => window.ready && window.worker.controlled)
})

test.afterEach(() => origin.close())

async function request(page: Page, path: string, trace = '', more = ''): Promise<void> {
  await page.evaluate(
    (url) => fetch(url).then((response) => response.text()),
    `${path}?trace=${encodeURIComponent(trace)}${more}`,
  )
}

function panel(page: Page): Locator {
  return page.getByRole('region', { name: 'Thermocline' })
}

/** The row of a request, by the beginning of its path. */
function row(page: Page, path: string): Locator {
  return panel(page).getByRole('button', { name: new RegExp(`^(\\d{3} )?${path}\\b`) })
}

function containing(text: string): RegExp {
  return new RegExp(text.replaceAll(/[()]/g, String.raw`\$&`))
}

test('each request is listed with the layer that answered it', async ({ page }) => {
  await page.getByRole('button', { name: 'Show' }).click()
  const cases: [path: string, trace: string, answer: string][] = [
    ['/by-worker/precached', 'SW; hit; detail=precache', 'SW precache'],
    ['/by-worker/fresh', 'L1; hit; ttl=20, SW; hit; ttl=5', 'SW fresh age 7 s fresh for 5 s'],
    ['/by-worker/stale', 'L1; hit; ttl=20, SW; hit; ttl=-12', 'SW stale age 7 s fresh for −12 s'],
    ['/by-worker/same', 'L1; hit; ttl=9, SW; fwd=stale; fwd-status=304; stored', 'SW revalidated (304)'],
    ['/by-worker/outage', 'SW; hit; ttl=-300; detail=stale-if-error', 'SW stale, server down'],
    ['/by-worker/miss', 'L1; hit; ttl=9, SW; fwd=uri-miss; stored', 'L1 fresh'],
    ['/by-server/one', 'L1; hit; ttl=53', 'L1 fresh'],
    ['/by-server/two', 'L2; hit; ttl=240, L1; fwd=uri-miss; stored', 'L2 fresh age 7 s fresh for 4 min'],
    ['/by-server/three', 'L2; fwd=uri-miss; stored, L1; fwd=uri-miss; stored', 'Origin'],
    ['/by-server/silent', '', 'Network'],
  ]
  for (const [path, trace, answer] of cases) {
    await request(page, path, trace)
    await expect(row(page, path)).toHaveAccessibleName(containing(`answered by ${answer}`))
  }
  await request(page, '/by-server/kept', 'L1; hit; ttl=53', '&keep')
  await request(page, '/by-server/kept', 'L1; hit; ttl=53', '&keep')
  await expect(row(page, '/by-server/kept').first()).toHaveAccessibleName(/answered by HTTP cache fresh/)
  await expect(panel(page).getByRole('button', { name: /^\/ document answered by Network/ })).toBeVisible()
})

test('a row opens to the layers in words', async ({ page }) => {
  await page.getByRole('button', { name: 'Show' }).click()
  await request(page, '/by-worker/same', 'L1; hit; ttl=53, SW; fwd=stale; fwd-status=304; stored')
  await row(page, '/by-worker/same').click()
  await expect(row(page, '/by-worker/same')).toHaveAttribute('aria-expanded', 'true')
  await expect(panel(page).getByRole('list', { name: 'Layers' }).getByRole('listitem')).toHaveText([
    'Service workeranswered: stale, asked the server, 304 not modified; now stored',
    'L1fresh: 53 s left',
    'Originnot asked',
  ])
})

test('the list narrows by layer and by text, pauses, and clears', async ({ page }) => {
  await page.getByRole('button', { name: 'Show' }).click()
  const requests = panel(page).getByRole('list', { name: 'Requests' }).locator(':scope > li:visible')
  await request(page, '/by-server/shoes', 'L1; hit; ttl=53')
  await request(page, '/by-server/hats', 'L2; hit; ttl=53')
  await panel(page).getByRole('button', { name: 'L1 1' }).click()
  await expect(requests).toHaveCount(1)
  await panel(page).getByRole('button', { name: 'L2 1' }).click()
  await expect(requests).toHaveCount(2)
  await panel(page).getByRole('searchbox').fill('HATS')
  await expect(requests).toHaveText([/hats/])
  await panel(page).getByRole('searchbox').fill('nothing like it')
  await expect(panel(page).getByText('No request matches the filter.')).toBeVisible()
  await expect(panel(page).getByRole('status')).toHaveText(/^0 of \d+ requests shown$/)
  await panel(page).getByRole('searchbox').fill('')

  await panel(page).getByRole('button', { name: 'Pause' }).click()
  await request(page, '/by-server/boots', 'L1; hit; ttl=53')
  await panel(page).getByRole('button', { name: 'Resume (1 new)' }).click()
  await expect(requests).toHaveCount(3)
  await panel(page).getByRole('button', { name: 'Clear' }).click()
  await expect(requests).toHaveCount(0)
})

test('the keyboard reaches everything, Escape closes and gives focus back', async ({ page }) => {
  await page.getByRole('button', { name: 'Show' }).focus()
  await page.keyboard.press('Enter')
  await expect(panel(page).getByRole('button', { name: 'Close' })).toBeFocused()
  await request(page, '/by-server/shoes', 'L1; hit; ttl=53')
  await row(page, '/by-server/shoes').focus()
  await page.keyboard.press('Enter')
  await expect(panel(page).getByText('fresh: 53 s left')).toBeVisible()

  const height = async () => (await panel(page).boundingBox())?.height ?? 0
  const before = await height()
  const separator = panel(page).getByRole('separator')
  const share = (heightPx: number) =>
    String(Math.round((heightPx / (page.viewportSize()?.height ?? 0)) * 100))
  await expect(separator).toHaveAttribute('aria-valuenow', share(before))
  await separator.focus()
  await page.keyboard.press('Shift')
  await page.keyboard.press('ArrowUp')
  await expect.poll(height).toBe(before + 40)
  await expect(separator).toHaveAttribute('aria-valuenow', share(before + 40))

  await page.evaluate(() => {
    document.querySelector('thermocline-panel')?.addEventListener('close', () => window.heard.push('close'))
  })
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate(() => window.heard)).toContain('close')
  await expect(panel(page)).toBeHidden()
  await expect(page.getByRole('button', { name: 'Show' })).toBeFocused()
})

test('a panel that is open from the start leaves the focus where it is', async ({ page }) => {
  await page.goto(`${origin.url}/?open`)
  await expect(panel(page)).toBeVisible()
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
})

test('nothing in a url or a trace is taken for markup', async ({ page }) => {
  await page.getByRole('button', { name: 'Show' }).click()
  await request(page, '/by-server/x', 'L1; hit; detail=<img>', '&<img src=x onerror=alert(1)>')
  await row(page, '/by-server/x').click()
  await expect(panel(page).getByRole('definition').filter({ hasText: '&%3Cimg' })).toBeVisible()
  await expect(panel(page).locator('img')).toHaveCount(0)
})

test('it keeps the latest 200 requests', async ({ page }) => {
  await page.getByRole('button', { name: 'Show' }).click()
  await page.evaluate(async () => {
    for (let i = 0; i < 230; i += 1)
      await fetch(`/by-worker/${i}?trace=SW;hit`).then((response) => response.text())
  })
  await expect(row(page, '/by-worker/229')).toBeVisible()
  await expect(panel(page).getByText('200 requests')).toBeVisible()
  await expect(row(page, '/by-worker/29')).toHaveCount(0)
})

test('the attribute `theme` overrides what the browser prefers', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.getByRole('button', { name: 'Show' }).click()
  const ground = () => panel(page).evaluate((element) => getComputedStyle(element).backgroundColor)
  await expect.poll(ground).toBe('rgb(255, 255, 255)')
  await page.evaluate(() => document.querySelector('thermocline-panel')?.setAttribute('theme', 'dark'))
  await expect.poll(ground).toBe('rgb(18, 24, 31)')
})
