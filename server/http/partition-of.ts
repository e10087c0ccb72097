import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { ANONYMOUS_PARTITION, describeValue } from '../../policy/index.ts'

/** The user could not be told: a private response must then not be kept, since nobody knows for whom. */
export const UNKNOWN_PARTITION: unique symbol = Symbol('unknown partition')

type PartitionFunction = (request: Request) => string | number | null | undefined

/**
 * The opaque partition of the user who is signed in. A digest, because ids of users may be names or addresses and the
 * field ends up in the browser's storage.
 */
export function partitionOf(
  request: Request,
  partition: PartitionFunction | undefined,
  warn: (message: string) => void,
): string | typeof UNKNOWN_PARTITION | undefined {
  if (partition === undefined) return undefined
  try {
    const user: unknown = partition(request)
    // Not looked up for this request: to call it anonymous would sign the browser out of its own copies.
    if (user === undefined) return undefined
    if (user === null || user === '') return ANONYMOUS_PARTITION
    if (typeof user !== 'string' && (typeof user !== 'number' || !Number.isFinite(user))) {
      warn(
        `\`partition\` gave ${user instanceof Promise ? 'a promise' : describeValue(user)}, so private responses left as ` +
          '`private, no-store`. Give a string, a number, null or undefined, and not a promise of one.',
      )
      return UNKNOWN_PARTITION
    }
    return createHash('sha256').update(`thermocline partition ${user}`).digest('base64url').slice(0, 22)
  } catch (error) {
    warn(
      `\`partition\` threw ${error instanceof Error ? error.name : 'a value'}; private responses left as \`private, no-store\`.`,
    )
    return UNKNOWN_PARTITION
  }
}
