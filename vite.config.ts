import { thermocline } from 'thermocline/vite'
import { defineConfig } from 'vite'
import { icons } from './examples/storefront/page/build/icons.ts'
import { preloadFont } from './examples/storefront/page/build/preload-font.ts'

const api = 'http://127.0.0.1:4173'

/** Builds the demo storefront's page; the toolkit's own parts are built by their own configurations. */
export default defineConfig({
  root: 'examples/storefront/page',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    // The page's Content-Security-Policy allows fonts from 'self' only, so nothing may become a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // light-dark() must reach the browser as written: lowered, it would be decided at the root for all bands.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
  },
  server: { proxy: { '/api': api, '/pictures': api } },
  plugins: [
    icons(),
    preloadFont(),
    thermocline({
      include: '**',
      // Browsers and operating systems fetch these on their own, never for an offline page.
      exclude: 'icons/*.png',
      worker: { offline: '/offline.html', shellDeny: ['^/api/', '^/pictures/'] },
    }),
  ],
})
