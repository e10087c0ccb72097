// Makes the pictures of the README: `npm run screenshots`.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Page, chromium } from '@playwright/test'
import sharp from 'sharp'
import { Shop } from '../e2e/shop.ts'
import { findChromium } from './chromium.mjs'

const FOLDER = join(import.meta.dirname, '..', 'docs', 'images')
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]
const SCHEMES = ['light', 'dark'] as const

async function openPanel(page: Page): Promise<void> {
  await page.keyboard.press('Alt+T')
  const panel = page.locator('thermocline-panel[open]')
  await panel.getByRole('searchbox').or(panel.getByPlaceholder('Filter by path or type')).first().fill('/api')
  await panel.getByText('/api/products/42').first().click()
}

const VIEWS: Readonly<Record<string, (page: Page, url: string) => Promise<void>>> = {
  shop: async (page, url) => {
    await page.goto(url)
    await page.getByTestId('product-card').first().waitFor()
  },
  product: async (page, url) => {
    await page.goto(`${url}/p/42-x`)
    await page.getByTestId('product-price').first().waitFor()
  },
  panel: async (page, url) => {
    await page.goto(`${url}/c/food`)
    await page.goto(`${url}/p/42-x`)
    await page.getByTestId('product-price').first().waitFor()
    await openPanel(page)
  },
}

const executablePath = findChromium()
if (executablePath === undefined)
  throw new Error('No Chromium found. Install it, or name it in CHROMIUM_PATH.')
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const browser = await chromium.launch({
  executablePath,
  args: [...sandbox, '--disable-background-networking'],
})
const shop = await Shop.open()
await mkdir(FOLDER, { recursive: true })
for (const viewport of SIZES) {
  for (const colorScheme of SCHEMES) {
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(shop.urls[0])
    await page.locator('html[data-offline="ready"]').waitFor({ state: 'attached', timeout: 120_000 })
    for (const [name, show] of Object.entries(VIEWS)) {
      await show(page, shop.urls[0])
      await page.evaluate(() => document.fonts.ready)
      await page.waitForLoadState('networkidle')
      const file = join(FOLDER, `${name}-${viewport.width}-${colorScheme}.png`)
      await writeFile(
        file,
        await sharp(await page.screenshot())
          .png({ palette: true, quality: 90 })
          .toBuffer(),
      )
      console.log(file)
    }
    await context.close()
  }
}
await shop.close()
await browser.close()
