import { createServer } from 'node:http'
import type { Adapter } from '../adapter.ts'
import { cacheableApp } from '../route.ts'

/** What stands behind Varnish and nginx. */
export const adapter: Adapter = () => createServer(cacheableApp())
