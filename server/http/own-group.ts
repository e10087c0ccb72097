import { createHash } from 'node:crypto'
import { ThermoclineError, describeValue, ownedGroup } from '../../policy/index.ts'

/**
 * The group of that name which is one user's own: `ownGroup(user.id, 'cart')`. Use it wherever the data of a user are put in a
 * group or invalidated. Only browsers in which that user is signed in are told of it. Throws `group-invalid`,
 * `option-invalid`.
 *
 * @param user - the same id as `partition` of `createHttpPolicies` gives.
 */
export function ownGroup(user: string | number, name: string): string {
  if (isSignedIn(user)) return ownedGroup(name, ownerTag(user))
  // All who are signed out would share it.
  throw new ThermoclineError(
    'option-invalid',
    `\`ownGroup\` was given the user ${describeValue(user)}. Give the id of one who is signed in.`,
  )
}

/** Whether that is the id of somebody, as `partition` gives it. */
export function isSignedIn(user: unknown): user is string | number {
  return typeof user === 'string' ? user !== '' : Number.isFinite(user)
}

/** A digest, because ids of users may be names or addresses, and the names of groups leave the server. */
export function ownerTag(user: string | number): string {
  return createHash('sha256').update(`thermocline owner ${user}`).digest('hex').slice(0, 24)
}
