import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { ANONYMOUS_PARTITION } from '../../policy/index.ts'

type PartitionFunction = (request: Request) => string | number | null | undefined

/**
 * The opaque partition of the user who is signed in. A digest, because ids of users may be names or addresses and the
 * field ends up in the browser's storage.
 */
export function partitionOf(
  request: Request,
  partition: PartitionFunction | undefined,
  warn: (message: string) => void,
): string | undefined {
  if (partition === undefined) return undefined
  try {
    const user = partition(request)
    // Not looked up for this request: to call it anonymous would sign the browser out of its own copies.
    if (user === undefined) return undefined
    if (user === null || user === '') return ANONYMOUS_PARTITION
    return createHash('sha256').update(`thermocline partition ${user}`).digest('base64url').slice(0, 22)
  } catch (error) {
    warn(
      `\`partition\` threw ${error instanceof Error ? error.name : 'a value'}; the response named no partition.`,
    )
    return undefined
  }
}
