export { ThermoclinePanel, definePanel } from './panel-element.ts'
export { followInvalidations } from './follow-invalidations.ts'
export type { FollowOptions } from './follow-options.ts'
export type { InvalidatedEvent, InvalidationEventMap } from './invalidated-event.ts'
export type { InvalidationFollower } from './invalidation-follower.ts'
export { register } from './register.ts'
export type { RegisterOptions } from './register-options.ts'
export type { ThermoclineWorker, UnsupportedReason } from './thermocline-worker.ts'
export type {
  FailedEvent,
  FailureReason,
  SwitchedEvent,
  ThermoclineWorkerEventMap,
  UpdatedEvent,
  WaitingEvent,
} from './worker-events.ts'
