import { createServer } from 'node:http'
import type { Adapter } from '../adapter.ts'
import { cacheableApp } from '../route.ts'
import { NOT_BUILT, cachedListener, roomyCache } from './built.ts'

export const adapter: Adapter = () =>
  cachedListener === undefined
    ? NOT_BUILT
    : createServer(cachedListener(cacheableApp(), { cache: roomyCache() }))
