/** What answers the requests of a page: a worker, or nothing but the browser. */
export interface Variant {
  readonly name: string
  /**
   * The worker's script for so many files, or the source of a module that becomes one; `undefined` where there is none.
   * Files stand at `/file/0` and up, `PRECACHED` besides.
   */
  readonly worker: WorkerSource | undefined
}

type WorkerSource =
  | { readonly kind: 'script'; readonly build: (files: number) => Promise<string> }
  | { readonly kind: 'module'; readonly source: (files: number) => string }

/** A file whose name changes with its content, as a build makes them. */
export const PRECACHED = '/assets/app-1a2b3c4d.js'
