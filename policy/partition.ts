/** The response field by which a server names the partition that a browser is now in: an opaque id, one for each user. */
export const PARTITION_HEADER = 'Thermocline-Partition'

/** The partition of a browser in which nobody is signed in. */
export const ANONYMOUS_PARTITION = 'anonymous'

/** Whether a text can name a partition: 1 to 64 of `A-Z a-z 0-9 _ -`. */
export function isPartitionId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value)
}
