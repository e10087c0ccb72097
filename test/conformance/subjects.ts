import { createReverseProxy } from '../../server/proxy/reverse-proxy.ts'
import { serve } from '../support/serve.ts'
import { forward } from './forward.ts'

export type Profile = 'rfc9111' | 'safe'

/** A cache that can be put in front of an origin. */
export interface Subject {
  /** As the report names it. */
  readonly name: string
  readonly start: (originUrl: string) => Promise<{ baseUrl: string; close: () => Promise<void> }>
}

/** The subjects by the name that the command line takes. */
export const SUBJECTS = {
  /** No cache at all: the floor that every figure is to be read against. */
  none: () => ({
    name: 'none',
    start: async (originUrl) => {
      const { url, close } = await serve(forward(originUrl))
      return { baseUrl: url, close }
    },
  }),
  /** Our own cache as a reverse proxy. */
  server: (profile) => ({
    name: `server, profile ${profile}`,
    start: async (originUrl) => {
      const proxy = createReverseProxy({ origin: originUrl, profile })
      return { baseUrl: await proxy.listen(0), close: () => proxy.close(0) }
    },
  }),
} satisfies Record<string, (profile: Profile) => Subject>

export type SubjectName = keyof typeof SUBJECTS
