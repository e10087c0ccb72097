export { ThermoclinePanel, definePanel } from './panel-element.ts'
export { register } from './register.ts'
export type { RegisterOptions } from './register-options.ts'
export type { ThermoclineWorker, UnsupportedReason } from './thermocline-worker.ts'
export type {
  FailedEvent,
  FailureReason,
  ThermoclineWorkerEventMap,
  UpdatedEvent,
  WaitingEvent,
} from './worker-events.ts'
