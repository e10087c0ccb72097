import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { pid } from 'node:process'

/** Says which process it is to those who look for it, and differs for each log that a process tails. */
export function memberName(): string {
  return `${hostname()}-${pid}-${randomBytes(4).toString('hex')}`
}
