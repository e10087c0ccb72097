import { startWorker } from './start-worker.ts'
import type { WorkerOptions } from './worker-options.ts'

declare const self: ServiceWorkerGlobalScope & { readonly __THERMOCLINE__?: WorkerOptions }

startWorker(self.__THERMOCLINE__)
