import type { Plugin } from 'vite'

/** Has the browser fetch the text's font along with the style sheet that names it, so that text is drawn once. */
export function preloadFont(): Plugin {
  return {
    name: 'storefront:preload-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const fonts = Object.keys(bundle ?? {}).filter((fileName) => fileName.endsWith('.woff2'))
        return fonts.map((fileName) => ({
          tag: 'link',
          attrs: { rel: 'preload', href: `/${fileName}`, as: 'font', type: 'font/woff2', crossorigin: true },
          injectTo: 'head',
        }))
      },
    },
  }
}
