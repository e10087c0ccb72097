import type { Plugin } from 'vite'

const NAME = 'virtual:thermocline/register'
const RESOLVED = `\0${NAME}`

/** The module that registers the worker from a page. `place` is known once Vite's configuration is. */
export function registerModule(place: () => { readonly url: string; readonly scope: string }): Plugin {
  return {
    name: 'thermocline:register',
    enforce: 'pre',
    config: () => ({ optimizeDeps: { include: ['thermocline/client'] } }),
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined
      return `import { register } from 'thermocline/client'\nexport const worker = register(${JSON.stringify(place())})\n`
    },
  }
}
