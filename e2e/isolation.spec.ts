import type { Page } from '@playwright/test'
import { expect, signIn, test } from './test.ts'

async function openAccount(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/account`)
}

async function signOut(page: Page): Promise<void> {
  const done = page.waitForResponse((answer) => answer.url().endsWith('/api/logout') && answer.ok())
  await page.getByTestId('logout').first().click()
  await done
}

test('one user never sees the account of another who used the same browser', async ({ page, site }) => {
  await page.goto(site.url)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await signIn(page, site, 'ada')
  await openAccount(page, site.url)
  await expect(page.getByTestId('account-email').first()).toContainText('ada@example.com')
  await signOut(page)
  await signIn(page, site, 'grace')
  await openAccount(page, site.url)
  await expect(page.getByTestId('account-email').first()).toContainText('grace@example.com')
  await expect(page.locator('body')).not.toContainText('ada@example.com')
})

test('offline, a user sees the own account, and after signing out nobody does', async ({
  context,
  page,
  site,
}) => {
  await page.goto(site.url)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await signIn(page, site, 'ada')
  await openAccount(page, site.url)
  await expect(page.getByTestId('account-email').first()).toContainText('ada@example.com')

  site.proxy.isCut = true
  const read = () =>
    page.evaluate(async () => {
      const answer = await fetch('/api/account').catch(() => undefined)
      return answer?.ok === true ? answer.text() : 'nothing'
    })
  // Proof that there is a stored copy at all: without it the rest would show nothing. It is stored behind the answer.
  await expect.poll(read).toContain('ada@example.com')

  site.proxy.isCut = false
  await signOut(page)
  site.proxy.isCut = true
  expect(await read()).toBe('nothing')
  const other = await context.newPage()
  await other.goto(`${site.url}/account`)
  await expect(other.locator('h1')).toBeVisible()
  await expect(other.locator('body')).not.toContainText('ada@example.com')

  site.proxy.isCut = false
  await signIn(page, site, 'grace')
  site.proxy.isCut = true
  expect(await read()).not.toContain('ada@example.com')
})
