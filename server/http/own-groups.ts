import type { IncomingMessage } from 'node:http'
import type { Request } from 'express'
import type { Exchange } from './exchange.ts'
import type { HttpPoliciesOptions } from './http-policies.ts'
import { isSignedIn, ownGroup } from './own-group.ts'

/** Puts a response in the groups of its route that are the signed-in user's own. Whose they are is known once the handler is done. */
export function addOwnGroups(
  request: IncomingMessage,
  exchange: Exchange,
  partition: HttpPoliciesOptions['partition'],
  warn: (message: string) => void,
): void {
  const { ownNames, route } = exchange
  if (ownNames === undefined) return
  if (route?.policy.kind !== 'private' || partition === undefined) {
    warn(
      '`ownGroups` was left out of a response: it needs a policy made by `privateData()`, and `partition`, which says whose they are.',
    )
    return
  }
  try {
    const user = partition(request as Request)
    // Nobody is signed in: there is nobody whose own they could be.
    if (!isSignedIn(user)) return
    for (const name of ownNames) exchange.addGroup(ownGroup(user, name))
  } catch {
    warn('`ownGroups` was left out of a response: `partition` threw, or a name is not portable.')
  }
}
