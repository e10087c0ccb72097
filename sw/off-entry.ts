import { startOff } from './start-off.ts'

startOff()
