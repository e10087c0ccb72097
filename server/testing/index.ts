export { type CheckHistoryOptions, checkHistory } from './check-history.ts'
export { type DescribeL2DriverOptions, describeL2Driver } from './describe-l2-driver.ts'
export type {
  DeliveryEvent,
  HistoryEvent,
  InvalidationEvent,
  ReadEvent,
  WriteEvent,
} from './history-event.ts'
export { type History, createHistory } from './history.ts'
export { type HistoryReport, type Violation, describeViolation, formatReport } from './history-report.ts'
export { type ReadDescription, type Recorder, type RecorderOptions, createRecorder } from './recorder.ts'
export { sharedClock } from './shared-clock.ts'
