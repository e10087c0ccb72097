import { fileURLToPath } from 'node:url'

/** The absolute path of the built drop-in service worker, for `response.sendFile(serviceWorkerPath)`. */
export const serviceWorkerPath: string = fileURLToPath(new URL('../sw.js', import.meta.url))
