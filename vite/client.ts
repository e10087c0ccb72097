declare module 'virtual:thermocline/register' {
  import type { ThermoclineWorker } from 'thermocline/client'

  /** The page's hold on the worker, which is registered as this module is first imported. */
  export const worker: Promise<ThermoclineWorker>
}

declare module 'virtual:thermocline/worker' {
  import type { PrecacheEntry, WorkerOptions } from 'thermocline/sw'

  /** The plugin's `worker` options and the files of the build, for `startWorker()`. */
  export const options: WorkerOptions & { readonly precache: readonly PrecacheEntry[] }
}
