import { fileURLToPath } from 'node:url'

/** The absolute path of the built drop-in service worker, for `response.sendFile(serviceWorkerPath)`. */
export const serviceWorkerPath: string = fileURLToPath(new URL('../sw.js', import.meta.url))

/**
 * The absolute path of `register` and `followInvalidations` as one module, for pages that no bundler makes:
 * `response.sendFile(clientPath)`, and `import { register } from '/client.js'` in the page.
 */
export const clientPath: string = fileURLToPath(new URL('../client.js', import.meta.url))

/** The absolute path of `definePanel` as one module, likewise. */
export const panelPath: string = fileURLToPath(new URL('../panel.js', import.meta.url))
