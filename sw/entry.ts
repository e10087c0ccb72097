import { startWorker } from './start-worker.ts'
import type { WorkerOptions } from './worker-options.ts'

declare const self: ServiceWorkerGlobalScope & { readonly __THERMOCLINE__?: WorkerOptions }

try {
  startWorker(self.__THERMOCLINE__)
} catch (error) {
  // While it is being installed the browser refuses it, and an older version goes on.
  if (self.serviceWorker.state !== 'activated') throw error
  console.error('thermocline: The worker could not start, so it is unregistered.', error)
  void self.registration.unregister()
}
