import type { EngineName } from './engine.ts'
import type { Kit, KitOptions } from './kit.ts'

/** One promise of the worker, as a page sees it. */
export interface Case extends Pick<KitOptions, 'prelude' | 'pages'> {
  readonly name: string
  /** Why an engine can't keep it. Elsewhere, and should it come to pass all the same, that counts as a failure. */
  readonly lacks?: Partial<Readonly<Record<EngineName, string>>>
  readonly run: (kit: Kit) => Promise<void>
}

/** The cases about one thing. */
export interface Subject {
  readonly subject: string
  readonly cases: readonly Case[]
}
