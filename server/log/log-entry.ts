export interface LogEntry {
  readonly seq: number
  /** The entry before this one, 0 for the first: what shows a gap. */
  readonly previous: number
  readonly payload: string
  /** Somebody waits to hear that it has been met. */
  readonly isAwaited: boolean
}

/** The entries in a reply of XRANGE or of one stream of XREAD. */
function readEntries(reply: unknown): LogEntry[] {
  if (!Array.isArray(reply)) return []
  return reply.map((raw: unknown) => {
    const [id, fields] = raw as [string, string[]]
    const field = (name: string): string | undefined => {
      // Names stand at even places; a payload may look like a name.
      for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1]
      return undefined
    }
    return {
      seq: Number(id.split('-', 1)[0]),
      previous: Number(field('p')),
      payload: field('d') ?? '',
      isAwaited: field('w') !== undefined,
    }
  })
}

/** The entries in a reply of XREAD for one stream: RESP2 nests the pair of name and entries, RESP3 (ioredis 6) does not. */
export function readStream(reply: unknown): LogEntry[] {
  if (!Array.isArray(reply)) return []
  const [first, second] = reply as [unknown, unknown]
  return readEntries(Array.isArray(first) ? first[1] : second)
}
