import type { Variant } from '../variant.ts'

export const httpCache: Variant = { name: 'no worker, HTTP cache', worker: undefined }
